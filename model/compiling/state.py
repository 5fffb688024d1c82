"""What has become of the fields on the way through a pipeline, written down instead of computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from model.compiling.errors import CannotCompile
from model.release.columns import Step
from model.release.schema import Kind


@dataclass(frozen=True)
class Column:
    """One column: a field and the steps that it went through (`model.release.columns.STEPS`)."""

    field: str
    kind: Kind
    steps: tuple[Step, ...] = ()

    def then(self, *steps: Step) -> Column:
        """The column after further steps."""
        return replace(self, steps=self.steps + steps)

    def measured(self, step: Step) -> Column:
        """The column after a step that makes a number of whatever it was."""
        return replace(self, steps=(*self.steps, step), kind="number")


@dataclass(frozen=True)
class Bag:
    """The many columns of a vectorizer: counts of n-grams, how they are counted, weighted and normed."""

    reader: ReaderPlan
    width: int
    terms: tuple[str, ...] = ()
    """The n-gram of each column; empty where columns are hashed."""
    count: str = "count"
    idf: tuple[float, ...] | None = None
    norm: str | None = None
    alternate_sign: bool | None = None
    """Of hashed columns; None where they have terms."""


Piece = Column | Bag


@dataclass(frozen=True)
class State:
    """The columns in order. `names` only before the first transformer: a data frame's columns have names."""

    pieces: tuple[Piece, ...]
    names: tuple[str, ...] | None = None

    def columns(self, where: str) -> tuple[Column, ...]:
        """The columns, where there are no bags of words among them."""
        if any(isinstance(piece, Bag) for piece in self.pieces):
            raise CannotCompile(f"{where}: it comes after a vectorizer, whose columns stay a bag of words here")
        return tuple(piece for piece in self.pieces if isinstance(piece, Column))

    def take(self, chosen: Any, where: str) -> State:
        """The columns that a scikit-learn column selector stands for: names, positions, a slice or a mask."""
        at = _positions(chosen, self.names, len(self.columns(where)), where)
        return State(tuple(self.pieces[i] for i in at), tuple(self.names[i] for i in at) if self.names else None)


def joined(states: Iterable[State]) -> State:
    """The columns of several transformers side by side."""
    return State(tuple(piece for state in states for piece in state.pieces))


def _positions(chosen: Any, names: Sequence[str] | None, width: int, where: str) -> list[int]:
    if isinstance(chosen, slice) and not isinstance(chosen.start or chosen.stop, str):
        return list(range(width))[chosen]
    if isinstance(chosen, slice):
        raise CannotCompile(f"{where}: it selects columns by a slice of names")
    listed = [chosen] if isinstance(chosen, str) or not hasattr(chosen, "__iter__") else list(chosen)
    if len(listed) == width and all(type(each).__name__ in ("bool", "bool_") for each in listed):
        return [i for i, kept in enumerate(listed) if kept]
    if not all(isinstance(each, str) for each in listed):
        return [range(width)[int(each)] for each in listed]
    if names is None:
        raise CannotCompile(f"{where}: it selects columns by name after another step; select them in the first one")
    return [names.index(each) for each in listed]


@dataclass
class ReaderPlan:
    """A text reader in the making: members of a vote add their n-grams to its vocabulary."""

    number: int
    analyser: dict[str, Any]
    vocabulary: dict[str, int] = field(default_factory=dict)

    def ids(self, terms: Iterable[str]) -> list[int]:
        """The places of these n-grams in the vocabulary, which grows by the new ones."""
        return [self.vocabulary.setdefault(term, len(self.vocabulary)) for term in terms]

    def order_by(self, frequency: Mapping[str, int]) -> None:
        """Put frequent n-grams first: those that a text holds then lie close together in the server's memory."""
        ordered = sorted(self.vocabulary, key=lambda gram: (-frequency.get(gram, 0), gram))
        self.vocabulary = {gram: place for place, gram in enumerate(ordered)}


@dataclass
class Plan:
    """The whole scorer in the making."""

    n_labels: int
    texts: Callable[[str], Sequence[str]] | None = None
    """The training texts of a field: they tell which n-grams are frequent, whose hashed columns are stored."""
    readers: list[ReaderPlan] = field(default_factory=list)
    later: list[Callable[[], None]] = field(default_factory=list)
    """What can only be written when every vocabulary is complete."""

    def reader(self, analyser: dict[str, Any]) -> ReaderPlan:
        """The reader that cuts texts in this way; members of a vote that cut alike share it."""
        for reader in self.readers:
            if reader.analyser == analyser:
                return reader
        self.readers.append(ReaderPlan(len(self.readers), analyser))
        return self.readers[-1]

    def check_labels(self, classifier: Any, where: str) -> None:
        """The classifier has seen every label."""
        if len(classifier.classes_) != self.n_labels:
            raise CannotCompile(f"{where}: it saw {len(classifier.classes_)} labels, the model has {self.n_labels}")


def step(name: str, estimator: Any) -> str:
    """How messages call a step of a pipeline."""
    return f"step {name!r} ({type(estimator).__name__})" if name else type(estimator).__name__
