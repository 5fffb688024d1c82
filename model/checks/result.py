"""What a check is given and what it answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.cells import first_places, place
from model.data import Data, Part
from model.spec import Check, ModelSpec

Profile = Mapping[str, Any]
By = str | Callable[[pd.DataFrame, pd.DataFrame], "pd.Series[Any]"]
"""How rows are put into groups: a column, or a function(rows, train rows) -> the group of each row."""


class WrongCheck(Exception):
    """A spec asks for a check that there is not, or with options that it does not know."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True)
class CheckResult:
    """What one check says: `places` are the first five wrong rows, and how many more there are."""

    name: str
    passed: bool
    sentence: str
    places: tuple[str, ...] = ()
    measured: Any = None
    """What a later build compares with: it goes into the profile under the check's name."""


@dataclass(frozen=True)
class Context:
    """The rows under examination, and what the champion's rows looked like (None: no champion)."""

    spec: ModelSpec
    data: Data
    champion: Profile | None = None

    def result(
        self, name: str, passed: bool, saw: str, wanted: str, places: Sequence[str] = (), measured: Any = None
    ) -> CheckResult:
        """A result whose sentence says who, saw, wanted and, where it failed, where."""
        where = "" if passed else f" ({', '.join([*places[:1], self.data.file])})"
        sentence = f"{self.spec.name}: {saw}, the check wants {wanted}{where}"
        return CheckResult(name, passed, sentence, tuple(first_places(places)), measured)

    def recorded(self, name: str, recorded: Any) -> tuple[Any, str]:
        """What the champion's data measured under this check's name, or else what the spec records; and whose it is."""
        if self.champion is None:
            return recorded, "recorded in the spec, there is no champion"
        measured = self.champion.get("measured", {})
        if name in measured:
            return measured[name], "of the champion's data"
        return recorded, "recorded in the spec, the champion's profile does not know this"


CheckFunction = Callable[..., CheckResult]
KINDS: dict[str, CheckFunction] = {}


def check(function: CheckFunction) -> CheckFunction:
    """Make a function(context, **options) a kind of check, under the function's name."""
    KINDS[function.__name__] = function
    return function


def bound(wanted: Check, spec: ModelSpec) -> Callable[[Context], CheckResult]:
    """The function that a spec's check asks for, with its options; WrongCheck where it makes no sense."""
    if wanted.kind not in KINDS:
        raise WrongCheck(f"{spec.name}: unknown check {wanted.kind!r}, there are {', '.join(sorted(KINDS))}")
    function = KINDS[wanted.kind]
    try:
        inspect.signature(function).bind(None, **wanted.options)
    except TypeError as error:
        raise WrongCheck(f"{spec.name}: check {wanted.kind!r}: {error}") from None
    return lambda context: function(context, **wanted.options)


@dataclass
class Wrong:
    """Places of wrong rows (the line, and how the place is told), gathered while a check looks."""

    places: list[tuple[int, str]] = field(default_factory=list)

    def add(self, part: Part, mask: npt.NDArray[np.bool_], column: str) -> None:
        """The rows of a mask are wrong in this column."""
        self.places += [(line, place(line, column)) for line in part.lines[np.asarray(mask, dtype=bool)].tolist()]

    def add_repeats(self, part: Part, column: str, repeated: Sequence[int | None]) -> None:
        """The rows that repeat another line (None: none) in this column, or in all features where it is ""."""
        lines = zip(part.lines.tolist(), repeated, strict=True)
        self.places += [(line, f"{place(line, column)}, repeats line {other}") for line, other in lines if other]

    def spelled(self) -> list[str]:
        """In the order of the file."""
        return [told for _, told in sorted(self.places)]


def groups_of(part: Part, train: Part, by: By) -> pd.Series[Any]:
    """The group of each row of a part."""
    return part.rows[by] if isinstance(by, str) else by(part.rows, train.rows)


def name_of(by: By) -> str:
    """How a check's name and sentence call a grouping."""
    return by if isinstance(by, str) else by.__name__


def per_group(values: Mapping[str, float], spell: str = "{:,.0f}") -> str:
    """`movie 8,053, amazon 2,390`"""
    return ", ".join(f"{group} {spell.format(value)}" for group, value in values.items())
