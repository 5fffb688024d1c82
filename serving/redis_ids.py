"""The memory of used prediction ids in Redis (7 or newer, with persistence), shared by all replicas of a model.

An id is claimed by one transaction of `SET id CLAIM NX GET EX`, which takes all ids of a request or none. The claim is
a random word of this request, so that a transaction sent twice, because the connection broke, is seen to be the same.

A connection that breaks after the transaction was sent leaves a doubt: was it done? The request is answered 503, and
whoever sends it again must not hear "repeated". So each transaction also notes its claim as unsettled, and the note
goes when its outcome is known here. A worker that finds an id claimed by another asks for that note: while it is there
it waits, and then answers 503 itself. The worker with the doubt takes its claims back as soon as Redis answers again.
A worker that dies in between leaves notes that end by themselves: such ids count as used, so nothing counts twice.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from serving.settings import StoreAddress
from serving.used_ids import StoreFailed

ANSWER_SECONDS = 1.0
"""How long a connection and an answer may take: predictions share their threads with feedback."""
PAUSE_SECONDS = 0.5
"""After a failure nobody is kept waiting for the next one."""
MEND_SECONDS = 0.1
"""How often a worker with doubts looks whether Redis is back."""
SETTLE_SECONDS = 1.0
"""How long to wait for another worker's doubt."""
UNSETTLED_SECONDS = 120
"""When the doubt of a worker that died ends."""


class Credentials(redis.CredentialProvider):
    """The password as it is when a connection is made."""

    def __init__(self, address: StoreAddress) -> None:
        self._address = address

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """(password,) or (user, password)."""
        try:
            password = self._address.password() or ""
        except OSError as error:
            raise redis.AuthenticationError(f"the password cannot be read: {error}") from None
        return (self._address.user, password) if self._address.user else (password,)


@dataclass(frozen=True)
class Doubt:
    """A claim whose note has to go; `undo`: and the ids that it holds, for its request was answered 503."""

    claim: str
    ids: Sequence[str]
    undo: bool


class RedisIds:
    """`UsedIds` of all replicas."""

    def __init__(self, address: StoreAddress, model: str, keep_seconds: float) -> None:
        asks_password = address.user or address.password_file or address.password()
        self._redis: redis.Redis = redis.Redis.from_url(
            address.url,
            credential_provider=Credentials(address) if asks_password else None,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
            decode_responses=True,
        )
        self._url = address.url
        self._keep_seconds = keep_seconds
        # In braces: a Redis cluster keeps all of a model's keys on one node, as a transaction needs.
        self._prefix = f"{{{model}}}"
        self._away_until: float | None = None
        self._doubts: list[Doubt] = []
        self._lock = threading.Lock()
        self._mender: threading.Thread | None = None

    def prepare(self) -> None:
        """Ask once, for the log to say at the start what is wrong. Redis itself forgets ids that have expired."""
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise StoreFailed(f"{self._url}: {error}") from None
        finally:
            self._redis.close()

    def remember(self, ids: Sequence[tuple[str, int]]) -> list[bool]:
        """One transaction; a second one settles it."""
        claim, names = secrets.token_hex(8), [name for name, _ in ids]
        self._require_there()
        try:
            holders = self._claim_settled(claim, ids)
        except redis.RedisError as error:
            self._doubt(Doubt(claim, names, undo=True))
            raise self._failed(error) from None
        if holders is None:
            self._doubt(Doubt(claim, names, undo=True))
            raise StoreFailed(f"{self._url}: another worker does not know yet whether it holds some of these ids")
        self._settle(Doubt(claim, names, undo=False))
        # The first of two equal ids in a request is new, whether its transaction was sent once or again.
        first = {name: at for at, name in reversed(list(enumerate(names)))}
        pairs = enumerate(zip(names, holders, strict=True))
        return [holder in (None, claim) and first[name] == at for at, (name, holder) in pairs]

    def _require_there(self) -> None:
        """After a failure: ask before anything is sent that could be in doubt."""
        if self._away_until is None:
            return
        if time.monotonic() < self._away_until:
            raise StoreFailed(f"{self._url}: away, asked again in a moment")
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise self._failed(error) from None
        self._away_until = None

    def _failed(self, error: redis.RedisError) -> StoreFailed:
        self._away_until = time.monotonic() + PAUSE_SECONDS
        return StoreFailed(f"{self._url}: {error}")

    def _claim_settled(self, claim: str, ids: Sequence[tuple[str, int]]) -> list[str | None] | None:
        """Who held each id before, once no holder is in doubt; None where one stays so.

        Asked again after others had settled, for they may have given up what they held.
        """
        settled = {None, claim}
        while others := set(holders := self._claim(claim, ids)) - settled:
            if not self._are_settled({other for other in others if other}):
                return None
            settled |= others
        return holders

    def _claim(self, claim: str, ids: Sequence[tuple[str, int]]) -> list[str | None]:
        """Who held each id before, None for nobody."""
        forget_before = time.time() - self._keep_seconds
        with self._redis.pipeline(transaction=True) as transaction:
            transaction.set(self._note(claim), 1, ex=UNSETTLED_SECONDS)
            for name, at in ids:
                seconds = max(1, round(at - forget_before)) + UNSETTLED_SECONDS
                transaction.set(self._key(name), claim, nx=True, get=True, ex=seconds)
            return list(transaction.execute()[1:])

    def _are_settled(self, claims: Iterable[str]) -> bool:
        notes, deadline = [self._note(claim) for claim in claims], time.monotonic() + SETTLE_SECONDS
        while self._redis.exists(*notes):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _settle(self, doubt: Doubt) -> None:
        try:
            self._clear(doubt)
        except redis.RedisError:
            self._doubt(doubt)

    def _clear(self, doubt: Doubt) -> None:
        """Take back what the claim holds, where it should hold nothing; then its note goes."""
        if doubt.undo:
            keys = [self._key(name) for name in doubt.ids]
            holders = cast(list[str | None], self._redis.mget(keys))
            held = [key for key, holder in zip(keys, holders, strict=True) if holder == doubt.claim]
            if held:
                self._redis.delete(*held)
        self._redis.delete(self._note(doubt.claim))

    def _doubt(self, doubt: Doubt) -> None:
        with self._lock:
            self._doubts.append(doubt)
            if self._mender is None:
                self._mender = threading.Thread(target=self._mend, name="feedback-doubts", daemon=True)
                self._mender.start()

    def _mend(self) -> None:
        """Until no doubt is left: one that Redis cannot answer for stays, the oldest first."""
        while True:
            with self._lock:
                if not self._doubts:
                    self._mender = None
                    return
                doubt = self._doubts[0]
            try:
                self._clear(doubt)
            except redis.RedisError:
                time.sleep(MEND_SECONDS)
                continue
            with self._lock:
                self._doubts.remove(doubt)

    def _key(self, name: str) -> str:
        return f"{self._prefix}:id:{name}"

    def _note(self, claim: str) -> str:
        return f"{self._prefix}:unsettled:{claim}"
