"""Texts: the normaliser that every text model shares, and the figures of a text that drift is watched by."""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Callable
from functools import partial

# Zero-width space, non-joiner, joiner, word joiner, byte order mark, soft hyphen, NUL: nobody sees them.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\x00"
_LAST_REMEMBERED = 0xFFFF
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|@\w+")
_WORD = re.compile(r"\w\w+")
_UPPER = string.ascii_uppercase.encode()
_LETTERS = string.ascii_letters.encode()
LONGEST_WORD_CHARS = 40
"""What is longer is no word that anybody trained with; it counts as unseen without being looked up."""


def normalize_text(text: str) -> str:
    """A text as the text models read it: entities decoded, full-width and accented letters made plain, invisible
    characters, URLs and @names removed, lower case. Unchanged accuracy, and none of the disguises flips an answer."""
    text = html.unescape(text)
    # An ASCII text has no accents and only one invisible character; most texts are ASCII, and this is ten times faster.
    text = text.replace("\x00", "") if text.isascii() else unicodedata.normalize("NFKD", text).translate(_PLAIN)
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return text.lower()


class _Plain(dict[int, int | None]):
    """What becomes of each character of a decomposed text, None for nothing; it fills itself as characters come.

    Looking a character up is five times faster than asking unicodedata. The rare ones of the higher planes are not
    kept, so that no text can make it large.
    """

    def __missing__(self, code: int) -> int | None:
        plain = None if unicodedata.combining(chr(code)) else code
        if code <= _LAST_REMEMBERED:
            self[code] = plain
        return plain


_PLAIN = _Plain({**dict.fromkeys(map(ord, _INVISIBLE)), ord("\u2018"): ord("'"), ord("\u2019"): ord("'")})


def word_count(text: str) -> float:
    """How many words the text has, separated by white space."""
    return float(len(text.split()))


def char_count(text: str) -> float:
    """How many characters the text has."""
    return float(len(text))


def upper_share(text: str) -> float:
    """Share of the letters that are upper-case; 0 where there are no letters."""
    if text.isascii():
        encoded = text.encode()
        letters = len(encoded) - len(encoded.translate(None, _LETTERS))
        upper = len(encoded) - len(encoded.translate(None, _UPPER))
    else:
        alphabetic = [*filter(str.isalpha, text)]
        letters, upper = len(alphabetic), sum(map(str.isupper, alphabetic))
    return upper / letters if letters else 0.0


def words_of(text: str) -> list[str]:
    """The words of two characters and more, in lower case, as the vocabulary is asked for them."""
    return _WORD.findall(text.lower())


def unseen_share(text: str, knows: Callable[[str], bool]) -> float:
    """Share of the text's words that the training vocabulary lacks; 0 where there are no words."""
    words = words_of(text)
    if not words:
        return 0.0
    askable = [word for word in words if len(word) <= LONGEST_WORD_CHARS]
    return 1.0 - sum(map(knows, askable)) / len(words)


def statistics_of(knows: Callable[[str], bool] | None) -> dict[str, Callable[[str], float]]:
    """The figures of a text that drift is watched by; `unseen` only where a vocabulary is known."""
    unseen = {} if knows is None else {"unseen": partial(unseen_share, knows=knows)}
    return {"words": word_count, "chars": char_count, **unseen, "upper": upper_share}
