"""The memory of which prediction ids were already answered: each is new exactly once, whichever worker asks.

Here it is a SQLite file shared by all workers on a machine; where there are replicas it is Redis (redis_ids.py).
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

BUSY_SECONDS = 5.0
"""How long a writer waits for the others."""

SECONDS_A_DAY = 86_400
FORGET_SECONDS = 3600.0
"""How often what is too old is forgotten: it is no mistake to remember it, it only takes room."""


class StoreFailed(Exception):
    """The ids could not be remembered, none of them; the message says why, for the log."""


class UsedIds(Protocol):
    """Remembers ids; each is new exactly once, whichever worker asks and however often."""

    def prepare(self) -> None:
        """Make it ready; called once, before the workers are forked."""

    def remember(self, ids: Sequence[tuple[str, int]]) -> list[bool]:
        """Remember (id, time of its prediction), all or none; True for each that is new. StoreFailed if it cannot."""


class SqliteIds:
    """`UsedIds` of one machine; ids older than `keep_seconds` are forgotten at the start and about once an hour."""

    def __init__(self, path: Path, keep_seconds: float) -> None:
        self._path = path
        self._keep_seconds = keep_seconds
        self._forget_at = 0.0
        self._threads = threading.local()

    def prepare(self) -> None:
        """Create the file, forget what is too old. Its connection is closed again: none may cross a fork."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._connect()
            try:
                self._forget(connection)
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(f"{self._path}: {error}") from None

    def remember(self, ids: Sequence[tuple[str, int]]) -> list[bool]:
        """One transaction, which waits for those of the other workers."""
        try:
            return self._remember(self._connection(), ids)
        except sqlite3.Error as error:
            raise StoreFailed(f"{self._path}: {error}") from None

    def close(self) -> None:
        """Close this thread's connection; `remember` opens another. A worker that ends need not: all is written."""
        connection = self._kept()
        self._threads.connection = None
        if connection is not None:
            connection.close()

    def _remember(self, connection: sqlite3.Connection, ids: Sequence[tuple[str, int]]) -> list[bool]:
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                insert = "INSERT OR IGNORE INTO used (id, at) VALUES (?, ?)"
                news = [connection.execute(insert, each).rowcount == 1 for each in ids]
                if time.monotonic() >= self._forget_at:
                    self._forget(connection)
                return news
        except sqlite3.Error:
            self.close()
            raise

    def _forget(self, connection: sqlite3.Connection) -> None:
        # Rounded down: an id that is still taken must not be forgotten.
        connection.execute("DELETE FROM used WHERE at < ?", (math.floor(time.time() - self._keep_seconds),))
        self._forget_at = time.monotonic() + FORGET_SECONDS

    def _connection(self) -> sqlite3.Connection:
        connection = self._kept()
        if connection is None:
            connection = self._threads.connection = self._connect()
        return connection

    def _kept(self) -> sqlite3.Connection | None:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # In WAL this loses nothing when a process dies; only a power cut could forget the last ids.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("CREATE TABLE IF NOT EXISTS used (id TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
