"""MurmurHash3, x86, 32 bits: the hash by which scikit-learn's HashingVectorizer gives a word its column.

After Austin Appleby's public-domain MurmurHash3.cpp (https://github.com/aappleby/smhasher).
"""

from __future__ import annotations

from struct import Struct

_C1, _C2, _MASK = 0xCC9E2D51, 0x1B873593, 0xFFFFFFFF
_BLOCKS = [Struct(f"<{count}I").unpack_from for count in range(32)]


def murmur3_32(data: bytes) -> int:
    """The unsigned 32-bit hash of some bytes, seed 0."""
    length = len(data)
    whole = length >> 2
    hashed = 0
    # Only the lowest 32 bits count: what a product or a shift carries beyond them is cut off once a line.
    for block in _BLOCKS[whole](data) if whole < 32 else Struct(f"<{whole}I").unpack_from(data):
        block = block * _C1 & _MASK
        hashed ^= (block << 15 | block >> 17) * _C2 & _MASK
        hashed = (hashed << 13 | hashed >> 19) * 5 + 0xE6546B64 & _MASK
    if length & 3:
        block = int.from_bytes(data[whole << 2 :], "little") * _C1 & _MASK
        hashed ^= (block << 15 | block >> 17) * _C2 & _MASK
    hashed ^= length
    hashed = (hashed ^ hashed >> 16) * 0x85EBCA6B & _MASK
    hashed = (hashed ^ hashed >> 13) * 0xC2B2AE35 & _MASK
    return hashed ^ hashed >> 16


def hashed_column(word: str, n_features: int, alternate_sign: bool) -> int:
    """The column of a word among `n_features`; where the sign alternates and is negative, its complement `~column`.

    UnicodeEncodeError for half a character (a lone surrogate), as scikit-learn.
    """
    unsigned = murmur3_32(word.encode())
    if unsigned < 0x80000000:
        return unsigned % n_features
    # The hash is read as a signed number there, and its absolute value counts; this holds for -2**31 as well.
    column = (0x100000000 - unsigned) % n_features
    return ~column if alternate_sign else column
