"""What a delivery is about to do, so that the next one can complete or undo it.

Every write that others can see goes through `visible`. With DELIVERY_KILL_AFTER=<name of a Write> in the environment
the process kills itself right after that write: that is how the tests prove that no moment leaves neither the old
release nor the new one. It is for tests only.
"""

from __future__ import annotations

import os
import signal
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Protocol

from delivery.files import read_json, replace_json, sync_folder

Move = Literal["promote", "rollback"]


class Write(Enum):
    """Every externally visible write of a delivery."""

    PORTS_COUNTED = "ports_counted"
    KEEPER_STARTED = "keeper_started"
    RELEASE_PUBLISHED = "release_published"
    ENVIRONMENT_BUILT = "environment_built"
    SLOT_NAMED = "slot_named"
    SLOT_SERVING = "slot_serving"
    SHARE_WEIGHED = "share_weighed"
    INTENT_RECORDED = "intent_recorded"
    STABLE_NAMED = "stable_named"
    STABLE_SERVING = "stable_serving"
    LEDGER_ANNOUNCED = "ledger_announced"
    LEDGER_HALF_WRITTEN = "ledger_half_written"
    LEDGER_APPENDED = "ledger_appended"
    LEDGER_HEAD_RECORDED = "ledger_head_recorded"
    CHAMPION_PUBLISHED = "champion_published"
    INTENT_CLEARED = "intent_cleared"
    SLOT_REMOVED = "slot_removed"
    HELD = "held"
    RELEASES_PRUNED = "releases_pruned"
    KEEPER_STOPPED = "keeper_stopped"


def visible(write: Write) -> None:
    """Say that `write` has just happened."""
    if os.environ.get("DELIVERY_KILL_AFTER") == write.value:
        os.kill(os.getpid(), signal.SIGKILL)


def now() -> str:
    """This moment in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Intent:
    """One promotion or rollback: recorded before its first write, cleared after its last."""

    move: Move
    model: str
    release: str
    champion: str | None
    """The release that served before; None when there was none."""
    previous: str | None
    """Where a rollback would have gone before this move."""
    who: str
    why: str
    evidence: dict[str, Any] = field(default_factory=dict)
    at: str = field(default_factory=now)
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])


class Intents(Protocol):
    """Where intents are kept, and notes of what recovery mended."""

    def begin(self, intent: Intent) -> None:
        """Record what is about to happen."""

    def end(self, intent: Intent) -> None:
        """It is done, or undone."""

    def interrupted(self, model: str) -> Intent | None:
        """What a delivery of this model began and did not end."""

    def note(self, sentence: str) -> None:
        """Keep a sentence about something that was mended."""


@dataclass(frozen=True)
class Journal:
    """The intents under `var/` and the log of what recovery mended."""

    var: Path

    def begin(self, intent: Intent) -> None:
        """Record what is about to happen."""
        replace_json(self._path(intent.model), {"schema": 1, **asdict(intent)})
        visible(Write.INTENT_RECORDED)

    def end(self, intent: Intent) -> None:
        """It is done, or undone."""
        self._path(intent.model).unlink()
        sync_folder(self.var)
        visible(Write.INTENT_CLEARED)

    def interrupted(self, model: str) -> Intent | None:
        """What a delivery of this model began and did not end."""
        if not self._path(model).exists():
            return None
        document = read_json(self._path(model))
        del document["schema"]
        return Intent(**document)

    def note(self, sentence: str) -> None:
        """Keep a sentence about something that was mended: `var/journal.log`, one line each."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "journal.log").open("a", encoding="utf-8") as file:
            file.write(f"{now()} {sentence}\n")
            file.flush()
            os.fsync(file.fileno())

    def _path(self, model: str) -> Path:
        return self.var / f"intent-{model}.json"
