"""One slot of one model as the keeper keeps it: what serves, what is starting, what went wrong."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from delivery.targets import Slot
from delivery.targets.servers import Server, Site, Wanted, start

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A server that ran this long counts as having worked: its next failure starts from the first pause again."""

Listener = Callable[[], socket.socket | None]


@dataclass
class Place:
    """The slot. At most one server serves and one is starting; whatever else there was drains."""

    model: str
    slot: Slot
    site: Site
    draining: list[Server]
    serving: Server | None = None
    starting: Server | None = None
    restarts: int = 0
    failures: int = 0
    retry_at: float = 0.0
    error: str | None = None
    error_of: str | None = None
    """The release that `error` is about; both are None again once the slot runs what is wanted."""
    last_error: str | None = None

    def forgive(self) -> None:
        """Try again at once: something new is asked for."""
        self.failures, self.retry_at = 0, 0.0
        self.error = self.error_of = None

    def step(self, wanted: Wanted | None, public: Listener) -> None:
        """Bring the slot one step nearer to what is wanted."""
        self._notice_ends()
        if wanted is None:
            self.retire()
            self.error = self.error_of = None
            return
        if self.starting and self.starting.wanted != wanted:
            self._drain(self.starting)
            self.starting = None
        if not self._runs(wanted) and not self.starting and time.monotonic() >= self.retry_at:
            self._start(wanted, public)
        self._take_over()

    def retire(self) -> None:
        """Drain whatever runs here."""
        self._drain(self.serving)
        self._drain(self.starting)
        self.serving = self.starting = None

    def busy(self) -> bool:
        """Whether the next step should come soon."""
        return self.starting is not None or self.retry_at > time.monotonic()

    def as_json(self) -> dict[str, Any]:
        """The slot in `status.json`."""
        server = self.serving
        return {
            "model": self.model,
            "slot": self.slot,
            "release": server.wanted.release if server else None,
            "faults": server.wanted.faults if server else None,
            "ready": server is not None,
            "port": server.port if server else None,
            "pid": server.process.pid if server else None,
            "starting": self.starting.wanted.release if self.starting else None,
            "restarts": self.restarts,
            "error": self.error,
            "error_of": self.error_of,
            "last_error": self.last_error,
        }

    def _runs(self, wanted: Wanted) -> bool:
        return self.serving is not None and self.serving.wanted == wanted

    def _notice_ends(self) -> None:
        if self.serving and self.serving.process.poll() is not None:
            if time.monotonic() - self.serving.at > STEADY_SECONDS:
                self.failures = 0
            self.restarts += 1
            self._give_up(self.serving)
            self.serving = None
        if self.starting and (self.starting.late() or self.starting.process.poll() is not None):
            self._give_up(self.starting)
            self.starting = None

    def _start(self, wanted: Wanted, public: Listener) -> None:
        try:
            self.starting = start(wanted, self.site, public())
        except OSError as problem:
            who = f"{wanted.model}: release {wanted.release} in {wanted.slot}"
            self._pause(f"{who} cannot be started: {problem}", wanted)

    def _take_over(self) -> None:
        if self.starting and self.starting.ready():
            self._drain(self.serving)
            self.serving, self.starting = self.starting, None
            self.error = self.error_of = None

    def _drain(self, server: Server | None) -> None:
        if server:
            server.drain()
            self.draining.append(server)

    def _give_up(self, server: Server) -> None:
        self._pause(server.failure(), server.wanted)
        server.kill()
        server.clear()

    def _pause(self, error: str, wanted: Wanted) -> None:
        self.error = self.last_error = error
        self.error_of = wanted.release
        pause = min(FIRST_PAUSE_SECONDS * 2**self.failures, LONGEST_PAUSE_SECONDS)
        self.failures += 1
        self.retry_at = time.monotonic() + pause
