"""What a delivery remembers in the cluster: ConfigMaps in production's namespace, written only as they were read.

`delivery-<model>` holds a model's state and the intent under way, `ledger-<n>` the ledger's lines, `ledger-head` its
head. Every write carries the resourceVersion of what it changes, so that of two writers one is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from delivery.errors import Broken
from delivery.journal import Intent, Write, now, visible
from delivery.ledger import Entry, Head
from delivery.manifests import name_of
from delivery.targets.kube.api import MANAGER, Api
from delivery.targets.kube.leases import Leases

LEDGER_WAIT_SECONDS = 60.0
CHUNK_BYTES = 700_000
"""A ConfigMap holds 1 MiB: then the ledger goes on in the next one."""
NOTES = 50

Document = dict[str, Any]


@dataclass
class ModelState:
    """What the cluster's own objects do not tell of a model."""

    held: str | None = None
    champion_published: str | None = None
    images: dict[str, str] = field(default_factory=dict)
    """Of every published release: its image by digest."""


@dataclass(frozen=True)
class Memory:
    """The ConfigMaps of one namespace."""

    api: Api
    namespace: str

    def read(self, name: str) -> tuple[dict[str, str], Document | None]:
        """A ConfigMap's data, and the ConfigMap as it was read; None where there is none."""
        found = self.api.get("ConfigMap", self.namespace, name)
        return (found or {}).get("data") or {}, found

    def write(self, name: str, data: dict[str, str], read: Document | None) -> None:
        """Write what was read before; Broken where somebody else has written since, and not the same."""
        metadata = {"name": name, "namespace": self.namespace, "labels": {"app.kubernetes.io/managed-by": MANAGER}}
        if read is None:
            written = self.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
        else:
            kept = {**metadata, "resourceVersion": read["metadata"]["resourceVersion"]}
            written = self.api.replace({"apiVersion": "v1", "kind": "ConfigMap", "metadata": kept, "data": data})
        # A write whose answer was lost is sent again, and then conflicts with itself.
        if not written and self.read(name)[0] != data:
            raise Broken(
                f"{self.namespace}/{name}: another delivery has written there meanwhile; nothing was lost, run again"
            )

    def state(self, model: str) -> ModelState:
        """A model's state."""
        data, _ = self.read(_map_of(model))
        return ModelState(**json.loads(data.get("state", "{}")))

    @contextmanager
    def change(self, model: str, write: Write) -> Iterator[ModelState]:
        """Change a model's state."""
        data, found = self.read(_map_of(model))
        state = ModelState(**json.loads(data.get("state", "{}")))
        yield state
        self.write(_map_of(model), {**data, "state": json.dumps(asdict(state))}, found)
        visible(write)


@dataclass(frozen=True)
class KubeJournal:
    """Intents beside a model's state, and the last sentences about what recovery mended."""

    memory: Memory

    def begin(self, intent: Intent) -> None:
        """Record what is about to happen."""
        data, found = self.memory.read(_map_of(intent.model))
        self.memory.write(_map_of(intent.model), {**data, "intent": json.dumps(asdict(intent))}, found)
        visible(Write.INTENT_RECORDED)

    def end(self, intent: Intent) -> None:
        """It is done, or undone."""
        data, found = self.memory.read(_map_of(intent.model))
        self.memory.write(_map_of(intent.model), {key: data[key] for key in data if key != "intent"}, found)
        visible(Write.INTENT_CLEARED)

    def interrupted(self, model: str) -> Intent | None:
        """What a delivery of this model began and did not end."""
        data, _ = self.memory.read(_map_of(model))
        return Intent(**json.loads(data["intent"])) if "intent" in data else None

    def note(self, sentence: str) -> None:
        """Keep a sentence about something that was mended."""
        data, found = self.memory.read("delivery-journal")
        lines = [*data.get("notes", "").splitlines(), f"{now()} {sentence}"][-NOTES:]
        self.memory.write("delivery-journal", {"notes": "\n".join(lines) + "\n"}, found)


@dataclass(frozen=True)
class KubeHead:
    """The ledger's head, in a ConfigMap of its own."""

    memory: Memory
    read: dict[str, Document | None] = field(default_factory=dict)
    """The ConfigMap that the next write rests on."""

    def head(self) -> Head:
        """The head as recorded."""
        data, self.read["head"] = self.memory.read("ledger-head")
        if not data:
            return Head()
        document = json.loads(data["head"])
        announced = document["announced"]
        return Head(document["hash"], document["length"], Entry(**announced) if announced else None)

    def record_head(self, head: Head, write: Write) -> None:
        """Replace it; Broken where another delivery did so since it was read."""
        self.memory.write("ledger-head", {"head": json.dumps(asdict(head))}, self.read["head"])
        visible(write)
        self.head()


@dataclass(frozen=True)
class KubeLines:
    """The ledger's lines: `ledger-0001` and so on, each full but the last."""

    memory: Memory
    leases: Leases

    def __str__(self) -> str:
        return f"ledger of namespace {self.memory.namespace}"

    def alone(self) -> AbstractContextManager[None]:
        """Holds a lease of its own: models are delivered side by side."""
        return self.leases.hold("ledger", "append", LEDGER_WAIT_SECONDS)

    def text(self) -> str:
        """All lines."""
        return "".join(text for _, text, _ in self._chunks())

    def append(self, line: str) -> None:
        """Add a line: all of it or nothing."""
        chunks = list(self._chunks())
        number, text, found = chunks[-1] if chunks else (1, "", None)
        if len(text.encode()) + len(line.encode()) > CHUNK_BYTES:
            number, text, found = number + 1, "", None
        self.memory.write(_chunk(number), {"lines": text + line}, found)
        visible(Write.LEDGER_APPENDED)

    def cut_half(self, line: str) -> int:
        """Nothing: a line is never half written here."""
        return 0

    def _chunks(self) -> Iterator[tuple[int, str, Document]]:
        number = 1
        while (found := self.memory.read(_chunk(number)))[1] is not None:
            yield number, found[0].get("lines", ""), found[1]
            number += 1


def _chunk(number: int) -> str:
    return f"ledger-{number:04d}"


def _map_of(model: str) -> str:
    return f"delivery-{name_of(model)}"
