"""The memory of which prediction ids were already answered: a SQLite file shared by all workers on a machine."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

BUSY_SECONDS = 5.0
"""How long a writer waits for the others."""

SECONDS_A_DAY = 86_400


class UsedIds:
    """Remembers ids; each is new exactly once, whichever worker asks and however often."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()

    def prepare(self, older_than: float) -> None:
        """Create the file where it is missing and forget ids from before that time; sqlite3.Error if it cannot.

        Called before the workers are forked, so its connection is closed again: none may cross a fork.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect()
        try:
            connection.execute("DELETE FROM used WHERE at < ?", (older_than,))
        finally:
            connection.close()

    def remember(self, ids: Sequence[tuple[str, int]]) -> list[bool]:
        """Remember (id, time of its prediction), all or none; True for each that is new. sqlite3.Error if it cannot."""
        connection = self._connection()
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                insert = "INSERT OR IGNORE INTO used (id, at) VALUES (?, ?)"
                return [connection.execute(insert, each).rowcount == 1 for each in ids]
        except sqlite3.Error:
            self._threads.connection = None
            connection.close()
            raise

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = self._connect()
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
