"""`var/target.json`: what should run on this machine. The delivery writes it, the keeper makes it so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from delivery.errors import Broken
from delivery.files import exclusive, read_json, replace_json
from delivery.journal import Write, visible
from delivery.ledger import Entry, Head
from delivery.targets import Slot

SCHEMA = 1


@dataclass
class ModelState:
    """What should run of one model."""

    port: int
    stable: str | None = None
    canary: str | None = None
    staging: str | None = None
    previous: str | None = None
    """Where a rollback would go."""
    held: str | None = None
    """Why promotions are stopped."""
    champion_published: str | None = None
    share: float = 0.0
    """The share of replayed traffic that the canary gets."""
    faults: dict[str, str] = field(default_factory=dict)
    """MODEL_FAULTS of canary and staging, for testing deliveries."""

    def release(self, slot: Slot) -> str | None:
        """The release that the slot should run."""
        return {"stable": self.stable, "canary": self.canary, "staging": self.staging}[slot]

    def place(self, slot: Slot, release: str | None, faults: str | None = None) -> None:
        """Name the release of a slot."""
        setattr(self, slot, release)
        self.faults.pop(slot, None)
        if faults:
            self.faults[slot] = faults

    def needed(self) -> set[str]:
        """Releases that production, staging, canary or a rollback could need."""
        return {name for name in (self.stable, self.canary, self.staging, self.previous) if name}


@dataclass
class Desired:
    """The whole document. `revision` grows with every change, so that the keeper can say which one it has seen."""

    revision: int = 0
    head: Head = field(default_factory=Head)
    base_port: int = 0
    """What the ports of the models were counted from; 0 where the system chose them."""
    models: dict[str, ModelState] = field(default_factory=dict)

    def model(self, name: str) -> ModelState:
        """The state of a model; Broken when the target does not know it."""
        if name not in self.models:
            raise Broken(f"{name}: this machine runs no such model (var/target.json); there are {sorted(self.models)}")
        return self.models[name]

    def as_json(self) -> dict[str, Any]:
        """The document as it stands in the file."""
        announced = asdict(self.head.announced) if self.head.announced else None
        return {
            "schema": SCHEMA,
            "revision": self.revision,
            "ledger_head": self.head.hash,
            "ledger_length": self.head.length,
            "ledger_announced": announced,
            "base_port": self.base_port,
            "models": {name: asdict(state) for name, state in self.models.items()},
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Desired:
        """The reverse of `as_json`."""
        announced = document["ledger_announced"]
        head = Head(document["ledger_head"], document["ledger_length"], Entry(**announced) if announced else None)
        models = {name: ModelState(**state) for name, state in document["models"].items()}
        # Written before it was kept: then the ports are counted anew at the next start, and come out the same.
        return cls(document["revision"], head, document.get("base_port", 0), models)


@dataclass(frozen=True)
class State:
    """The file, and the head of the ledger in it."""

    var: Path

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.var / "target.json"

    def read(self) -> Desired:
        """What should run now."""
        if not self.path.exists():
            return Desired()
        try:
            return Desired.from_json(read_json(self.path))
        except (KeyError, TypeError) as problem:
            raise Broken(f"{self.path}: does not read as the state of this machine ({problem!r})") from None

    @contextmanager
    def change(self, write: Write) -> Iterator[Desired]:
        """Change the document: nobody else can meanwhile, and a reader sees all of the change or nothing."""
        with exclusive(self.var / "target.lock"):
            desired = self.read()
            yield desired
            desired.revision += 1
            replace_json(self.path, desired.as_json())
        visible(write)

    def head(self) -> Head:
        """The head of the ledger as recorded here."""
        return self.read().head

    def record_head(self, head: Head, write: Write) -> None:
        """Replace the recorded head."""
        with self.change(write) as desired:
            desired.head = head
