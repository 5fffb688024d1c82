"""The ledger: what happened to which release, when, by whom and why; it can be added to and not changed.

Each line carries the hash of the line before, and the head (last hash and number of lines) is recorded outside the
file, so that an edited, a removed and a cut-off line all show. A line is announced beside the head before it is
written: after a crash the announcement tells an interrupted entry from a forged one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Protocol, get_args

from delivery.errors import Broken
from delivery.journal import Write, now
from delivery.lines import Lines

Action = Literal[
    "promoted", "refused", "aborted", "rolled_back", "held", "resumed", "approved", "retrained", "told", "completed",
    "undone",
]  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One line. `previous` and `hash` are filled in by `Ledger.append`."""

    model: str
    action: Action
    release: str | None
    who: str
    why: str
    champion: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    at: str = field(default_factory=now)
    previous: str = ""
    hash: str = ""

    def __post_init__(self) -> None:
        if self.action not in get_args(Action):
            raise ValueError(f"ledger: no action {self.action!r}; there are {', '.join(get_args(Action))}")

    def digest(self) -> str:
        """sha256 of the canonical JSON of everything but the hash itself."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def line(self) -> str:
        """The entry as it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Head:
    """What is recorded outside the ledger: its last hash, its length, and the entry being written, if any."""

    hash: str = ""
    length: int = 0
    announced: Entry | None = None


class HeadRecord(Protocol):
    """Where the head is kept."""

    def head(self) -> Head:
        """The head as recorded."""

    def record_head(self, head: Head, write: Write) -> None:
        """Replace it."""


@dataclass(frozen=True)
class Ledger:
    """The lines and the record of their head."""

    lines: Lines
    record: HeadRecord

    def append(self, entry: Entry) -> Entry:
        """Add a line, durable when this returns; several processes may do so at once."""
        with self.lines.alone():
            self._mend()
            self._refuse_if_tampered()
            head = self.record.head()
            sealed = replace(entry, previous=head.hash)
            sealed = replace(sealed, hash=sealed.digest())
            self.record.record_head(replace(head, announced=sealed), Write.LEDGER_ANNOUNCED)
            self.lines.append(sealed.line())
            self.record.record_head(Head(sealed.hash, head.length + 1), Write.LEDGER_HEAD_RECORDED)
        return sealed

    def entries(self, model: str | None = None) -> list[Entry]:
        """All entries, or those of a model, oldest first; Broken when a line cannot be read.

        A line that a killed delivery left half done is no entry yet: who only reads need not wait for it to be mended.
        """
        try:
            entries = self._entries()
        except Broken:  # perhaps only a line that is being written at this moment
            with self.lines.alone():
                entries = self._entries()
        return [entry for entry in entries if model is None or entry.model == model]

    def verify(self) -> list[str]:
        """What is wrong, one sentence each; empty when the ledger is whole.

        Lines and head are read one after the other, and another model's delivery may write between the two: what seems
        wrong at a first look is looked at again while nobody writes.
        """
        if not self._problems():
            return []
        with self.lines.alone():
            return self._problems()

    def _entries(self) -> list[Entry]:
        lines = list(self._lines())
        if lines and self._is_half(lines[-1][1]):
            lines.pop()
        return [_read(line, number, self.lines) for number, line in lines]

    def _problems(self) -> list[str]:
        problems: list[str] = []
        previous, seen = "", dict[str, int]()
        for number, line in self._lines():
            try:
                entry = _read(line, number, self.lines)
            except Broken as problem:
                problems.append(self._half_done() if self._is_half(line) else str(problem))
                continue
            problems += self._problems_of(entry, number, previous, seen)
            previous = entry.hash
            seen.setdefault(entry.hash, number)
        return problems or self._problems_of_the_end(previous, len(seen))

    def mend(self) -> str | None:
        """Finish the entry that a killed process announced; the sentence says what was done, None if nothing was."""
        with self.lines.alone():
            return self._mend()

    def refused_releases(self, model: str) -> dict[str, Entry]:
        """Releases that were aborted or rolled back and not promoted since, each with the entry that says so."""
        refused: dict[str, Entry] = {}
        for entry in that_held(self.entries(model)):
            if entry.release is None:
                continue
            if entry.action in ("aborted", "rolled_back"):
                refused[entry.release] = entry
            elif entry.action == "promoted":
                refused.pop(entry.release, None)
        return refused

    def approvals(self, model: str, release: str) -> list[Entry]:
        """Who approved this release."""
        return [entry for entry in self.entries(model) if entry.action == "approved" and entry.release == release]

    def hold(self, model: str) -> Entry | None:
        """The hold that stops the model now, if one does."""
        changes = [entry for entry in self.entries(model) if entry.action in ("held", "resumed")]
        return changes[-1] if changes and changes[-1].action == "held" else None

    def _lines(self) -> Iterator[tuple[int, str]]:
        text = self.lines.text()
        # Not splitlines(): a sentence may hold characters that it takes for the end of a line.
        yield from enumerate(text.removesuffix("\n").split("\n") if text else [], start=1)

    def _problems_of(self, entry: Entry, number: int, previous: str, seen: dict[str, int]) -> list[str]:
        if entry.digest() != entry.hash:
            return [f"{self.lines}: line {number} was edited"]
        if entry.hash in seen:
            return [f"{self.lines}: line {number} repeats line {seen[entry.hash]}"]
        if entry.previous != previous:
            before = f"line {number - 1}" if number > 1 else "the beginning"
            return [f"{self.lines}: line {number} does not follow {before}: a line was removed, moved or put in there"]
        return []

    def _problems_of_the_end(self, last: str, length: int) -> list[str]:
        head = self.record.head()
        if last == head.hash and length == head.length:
            return []
        if head.announced and last == head.announced.hash:
            return [self._half_done()]
        if length < head.length:
            return [f"{self.lines}: cut off after line {length}; {head.length} lines are recorded"]
        if length > head.length:
            return [f"{self.lines}: line {head.length + 1} was added by hand; {head.length} lines are recorded"]
        return [f"{self.lines}: line {length} is not the one recorded as the last: it was replaced"]

    def _is_half(self, line: str) -> bool:
        announced = self.record.head().announced
        # Cut in the middle of a character, its first bytes were read as a replacement.
        rest = line.rstrip("\N{REPLACEMENT CHARACTER}")
        return announced is not None and announced.line().startswith(rest) and announced.line() != f"{line}\n"

    def _half_done(self) -> str:
        number = self.record.head().length + 1
        return f"{self.lines}: line {number} is half done by a killed delivery; the next delivery finishes it"

    def _refuse_if_tampered(self) -> None:
        problems = self._problems()
        if problems:
            raise Broken(f"{problems[0]}; nothing is written to a ledger that does not verify")

    def _mend(self) -> str | None:
        head = self.record.head()
        entry = head.announced
        if entry is None:
            return None
        cut = self.lines.cut_half(entry.line())
        if not self.lines.text().endswith(entry.line()):
            self.lines.append(entry.line())
        self.record.record_head(Head(entry.hash, head.length + 1), Write.LEDGER_HEAD_RECORDED)
        half = f" after cutting {cut} bytes of a half-written line" if cut else ""
        return f"{entry.model}: finished the ledger entry '{entry.action} {entry.release}' of a killed delivery{half}"


def that_held(entries: Sequence[Entry]) -> list[Entry]:
    """These entries without the promotions and rollbacks that were written down and undone after all."""
    undone = {entry.evidence.get("delivery") for entry in entries if entry.action == "undone"} - {None}
    moved = ("promoted", "rolled_back")
    return [entry for entry in entries if entry.action not in moved or entry.evidence.get("delivery") not in undone]


def began_to_serve(entries: Sequence[Entry], release: str | None) -> Entry | None:
    """The last of these entries with which the release began to serve; None where there is none."""
    for entry in reversed(that_held(entries)):
        began = entry.champion if entry.action == "rolled_back" else entry.release
        if entry.action in ("promoted", "rolled_back") and began == release:
            return entry
    return None


def _read(line: str, number: int, lines: Lines) -> Entry:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        raise Broken(f"{lines}: line {number} was edited: it is no ledger entry any more") from None
