"""The nouns of the proof: a scratch copy of a model, a commit that edits it, and what was said of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model.cells import read_content
from model.spec import ModelSpec

Row = dict[str, str]
FolderEdit = Callable[[Path], None]


def read_rows(file: Path) -> list[Row]:
    """A model's rows as text, as a person would edit them."""
    content = read_content(file, str(file)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def write_rows(rows: list[Row], file: Path) -> None:
    """The same file again, changed or not."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@dataclass
class Copy:
    """What a commit may edit: the spec, the rows, the candidate, and files that travel in the contender.

    Whatever stays None is as the honest winner has it, and is not made again.
    """

    spec: ModelSpec
    file: Path
    pipeline: Callable[[], Any] | None = None
    """The candidate, where it is another one or is fitted otherwise."""
    in_sample_band: bool = False
    folder_edits: list[FolderEdit] = field(default_factory=list)
    """Done to the contender after it was laid out: its scorer.json, its schema.json, code of the server."""
    _rows: list[Row] | None = None

    @property
    def rows(self) -> list[Row]:
        """The rows of the data file; whoever looks at them is taken to change them."""
        if self._rows is None:
            self._rows = read_rows(self.file)
        return self._rows

    @rows.setter
    def rows(self, rows: list[Row]) -> None:
        self._rows = rows

    @property
    def changed_rows(self) -> list[Row] | None:
        """The rows, where the commit touched them."""
        return self._rows


Edit = Callable[[Copy], None]


@dataclass(frozen=True)
class Commit:
    """An edit of a scratch copy. `expected` is who should say no, such as `slice accuracy@amazon` or
    `check duplicates by id`; empty for a harmless one."""

    name: str
    model: str
    what: str
    edit: Edit
    expected: str = ""
    trained: bool = True
    """Whether it is fitted and gated as well; what a data check sees mostly needs no more than the checks."""

    @property
    def harmless(self) -> bool:
        """Whether everybody should say yes."""
        return not self.expected


@dataclass(frozen=True)
class Refusal:
    """One no: `kind` is `check` or the gate's kind, `of` the check's kind or the gate's measure."""

    kind: str
    of: str
    name: str
    """As the check or the gate is called in check.json or verdicts.json."""
    sentence: str

    @property
    def who(self) -> str:
        """`slice accuracy@amazon`, `check duplicates by id`."""
        return f"{self.kind} {self.name if self.kind == 'check' else self.of}"

    @property
    def family(self) -> str:
        """What is taken away when a kind is taken away: `gate slice`, `check duplicates`."""
        return f"check {self.of}" if self.kind == "check" else f"gate {self.kind}"


@dataclass(frozen=True)
class Outcome:
    """What was said of a commit: by the checks and the gates beside the champion, and by the gates without one."""

    name: str
    refusals: tuple[Refusal, ...]
    without_champion: tuple[Refusal, ...] | None
    gated: bool
    seconds: float

    @property
    def at_first(self) -> Outcome:
        """The same commit, were nothing in production yet."""
        checks = tuple(each for each in self.refusals if each.kind == "check")
        return replace(self, refusals=(*checks, *(self.without_champion or ())))

    def says_no(self, who: str) -> Refusal | None:
        """The refusal of this check or gate."""
        return next((each for each in self.refusals if each.who == who), None)
