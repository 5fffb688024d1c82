"""The part of a linear model that weighs the fields of a table, preprocessing and coefficients folded together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from model.release.columns import Value, is_missing, program
from model.release.reading import Case, Row, Unanswerable


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


class Terms:
    """What the fields of a row add to one output.

    A number adds `slope * (x - center)`; a category adds what its table says; a curve is any other column times its
    coefficient. NaN stands for what the model was fitted to refuse: a missing value, an unknown category.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._numbers = [(f, center, slope, _or_nan(missing)) for f, center, slope, missing in document["numbers"]]
        self._tables = [
            (name, {**dict(zip(keys, amounts, strict=True)), None: _or_nan(missing)}, _or_nan(unknown))
            for name, keys, amounts, missing, unknown in document["tables"]
        ]
        self._curves = [(field, coefficient, program(steps)) for field, coefficient, steps in document["curves"]]

    def total(self, row: Row) -> float:
        """The sum over all fields; Unanswerable where one of them is refused."""
        total = 0.0
        for field, center, slope, missing in self._numbers:
            x: Any = row[field]
            total += missing if x is None else slope * (x - center)
        for field, table, unknown in self._tables:
            total += table.get(row[field], unknown)
        for field, coefficient, run in self._curves:
            total += coefficient * run(row[field])
        if total != total:
            self._refuse(row)
        return total

    def by_field(self, row: Row) -> Iterator[tuple[str, float]]:
        """What each field adds; a field may come more than once."""
        for field, center, slope, missing in self._numbers:
            x: Any = row[field]
            yield field, missing if x is None else slope * (x - center)
        for field, table, unknown in self._tables:
            yield field, table.get(row[field], unknown)
        for field, coefficient, run in self._curves:
            yield field, coefficient * run(row[field])

    def _refuse(self, row: Row) -> None:
        for field, amount in self.by_field(row):
            if amount != amount:
                raise Unanswerable(_refusal(field, row[field]))


def _refusal(field: str, value: Value) -> str:
    if is_missing(value):
        return f"{field}: it is missing, and the model was trained without missing values of it"
    return f"{field}: {value!r} is nothing the model was trained to answer for"


class WeighedFields:
    """The terms of every output."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._outputs = [Terms(each) for each in document["outputs"]]

    def totals(self, case: Case) -> list[float]:
        """What the row's fields add to each output."""
        return [terms.total(case.row) for terms in self._outputs]

    def amounts(self, row: Row, reference: Row) -> dict[str, list[float]]:
        """By field: what it adds to each output, over what the reference's value of it would add."""
        amounts: dict[str, list[float]] = {}
        for place, terms in enumerate(self._outputs):
            for (field, here), (_, there) in zip(terms.by_field(row), terms.by_field(reference), strict=True):
                amounts.setdefault(field, [0.0] * len(self._outputs))[place] += here - there
        return amounts
