"""Prediction ids: signed tokens that say what was predicted, so that any replica can match feedback to it.

A token is `base64url([release, time, traffic, predicted, nonce]) "." signature` (HMAC-SHA256). It holds nothing of the
input. The keys are derived for each model, so that one model's ids are strangers to another's server.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import time
from collections.abc import Sequence
from typing import NamedTuple

import orjson
from itsdangerous import BadSignature, Signer

NONCE_BYTES = 9
"""72 random bits: a billion ids hold a repetition with a chance of one in ten thousand."""


class UnknownToken(Exception):
    """The token was not signed with a key of this server for this model."""


class Issued(NamedTuple):
    """What a token says: which release answered what to whom, and when (seconds since 1970)."""

    release: str
    at: int
    traffic: str
    predicted: str | float
    nonce: str


class Tokens:
    """Issues the ids of one release's predictions, and reads those of any release of the same model."""

    def __init__(self, keys: Sequence[str], model: str, release: str) -> None:
        derived = [hashlib.sha256(f"prediction id\0{model}\0{key}".encode()).digest() for key in keys]
        # itsdangerous signs with the last key and accepts all; here the first signs.
        self._signer = Signer(derived[::-1], key_derivation="none", digest_method=hashlib.sha256)
        self._release = release

    def issue(self, traffic: str, predicted: str | float) -> str:
        """A new id for one prediction."""
        nonce = base64.urlsafe_b64encode(os.urandom(NONCE_BYTES)).decode()
        payload = orjson.dumps([self._release, int(time.time()), traffic, predicted, nonce])
        return self._signer.sign(base64.urlsafe_b64encode(payload).rstrip(b"=")).decode()

    def read(self, token: str) -> Issued:
        """What an id says; UnknownToken where it was forged, cut or is another model's."""
        try:
            signed = self._signer.unsign(token.encode())
            return Issued(*orjson.loads(base64.urlsafe_b64decode(signed + b"=" * (-len(signed) % 4))))
        except (BadSignature, binascii.Error, orjson.JSONDecodeError, TypeError):
            raise UnknownToken from None
