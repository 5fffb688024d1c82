"""Rows in, answers out: a scorer is read from data alone, by the name of its family, and runs no code from a file.

`load_scorer(read_document(path)).answer([{"text": "a fine film"}])` gives `[[0.07, 0.93]]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from model.release.documents import Document, check_version, take
from model.release.errors import BadDocument
from model.release.explaining import Contribution, largest_first
from model.release.linear import Linear
from model.release.reading import Case, Reader, Row, Unanswerable
from model.release.trees import Trees
from model.release.vote import Part, Transformed, Vote

__all__ = ["CompiledScorer", "Contribution", "Scorer", "Unanswerable", "load_scorer"]

WHERE = "scorer.json"
Answers = list[list[float]] | list[float]


class Scorer(Protocol):
    """What serving asks and what gates ask."""

    exact: bool
    """Explanations are exact contributions, which add up; else each is the change when one field is exchanged."""
    unit: str
    """Of an explanation's amounts."""

    def answer(self, rows: Sequence[Row]) -> Answers:
        """Of each row its probabilities in the order of the labels, or its value. Unanswerable where it has none."""

    def members(self) -> Mapping[str, Scorer]:
        """The members of a vote by name; else empty."""

    def explain(self, row: Row, reference: Row) -> list[Contribution]:
        """What pushed the answer, the largest first, against the reference's value of each field."""

    def knows(self, word: str) -> bool:
        """Whether a text field's vocabulary holds the word; True where no vocabulary is kept."""


class CompiledScorer:
    """A scorer of plain Python over plain data."""

    def __init__(self, part: Part, readers: Sequence[Reader], labels: Sequence[str]) -> None:
        self._part = part
        self._readers = readers
        self._labels = labels
        self.exact = part.exact
        self.unit = _unit(part, labels)

    def answer(self, rows: Sequence[Row]) -> Answers:
        """One answer a row; a row's answer does not depend on the others."""
        score = self._part.score
        if self._labels:
            return [score(Case(row)) for row in rows]
        return [score(Case(row))[0] for row in rows]

    def members(self) -> Mapping[str, Scorer]:
        """The members of a vote by name; else empty."""
        return {name: CompiledScorer(part, self._readers, self._labels) for name, part in self._part.members.items()}

    def explain(self, row: Row, reference: Row) -> list[Contribution]:
        """What pushed the answer, the largest first.

        `exact`: what each field adds over the reference's value of it, and each word over a text without words
        (`Linear.contributions`, `Vote.contributions` say what these add up to). Else: how the answer changes when the
        row's field is put in the place of the reference's (an absent text is an empty one).
        """
        if self.exact:
            return largest_first(self._part.contributions(Case(row), {**row, **reference}))
        return largest_first(self._changes(row, reference))

    def knows(self, word: str) -> bool:
        """Whether any reader's vocabulary holds the word."""
        kept = [reader for reader in self._readers if reader.vocabulary]
        return any(reader.knows(word) for reader in kept) if kept else True

    def _changes(self, row: Row, reference: Row) -> list[Contribution]:
        whole = self._part.score(Case(row))
        place = len(whole) - 1 if len(whole) <= 2 else whole.index(max(whole))
        texts = {reader.field for reader in self._readers}
        contributions = []
        for field in row:
            if field not in reference and field not in texts:
                continue
            changed = {**row, field: reference.get(field, "")}
            amount = whole[place] - self._part.score(Case(changed))[place]
            contributions.append(Contribution(field, row[field], amount))
        return contributions


def _unit(part: Part, labels: Sequence[str]) -> str:
    of = "" if not labels else f" of {labels[-1]}" if len(labels) == 2 else " of the label answered"
    if part.exact:
        return part.scale + of
    return f"change of the probability{of}" if labels else "change of the answer"


def load_scorer(document: Document, folder: Path | None = None) -> Scorer:
    """The scorer of a scorer.json; `folder` is where a fallback finds its file. BadDocument where it makes no sense."""
    check_version(document, WHERE)
    node = take(document, "scorer", WHERE)
    if take(node, "family", WHERE) == "fallback":
        from model.release.fallback import load_fallback  # needs scikit-learn, which most releases do without

        return load_fallback(document, folder)
    labels = take(document, "labels", WHERE)
    try:
        readers = [Reader(each) for each in take(document, "readers", WHERE)]
        return CompiledScorer(_part(node, readers), readers, labels)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadDocument(WHERE, f"the scorer cannot be read: {error!r}") from error


def _part(node: dict[str, Any], readers: list[Reader]) -> Part:
    family = node["family"]
    if family not in FAMILIES:
        raise BadDocument(WHERE, f"family {family!r}, wanted one of {', '.join(FAMILIES)}")
    return FAMILIES[family](node, readers)


def _vote(node: dict[str, Any], readers: list[Reader]) -> Part:
    return Vote(node["weights"], {name: _part(member, readers) for name, member in node["members"].items()})


def _transformed(node: dict[str, Any], readers: list[Reader]) -> Part:
    return Transformed(node["inverse"], _part(node["scorer"], readers))


FAMILIES: dict[str, Callable[[dict[str, Any], list[Reader]], Part]] = {
    "linear": Linear,
    "trees": Trees,
    "vote": _vote,
    "transformed": _transformed,
}
"""Every family of compiled scorers; a new one is a line here and a file in model/compiling."""
