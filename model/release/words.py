"""The part of a linear model that weighs words: bag of words, tf-idf, or hashed columns."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable
from operator import mul
from typing import Any

from model.release.murmur import hashed_column
from model.release.numerics import add_up, unpack
from model.release.reading import Case, Reader, Reading

Amounts = list[tuple[str, float, list[float]]]
"""Of each n-gram: how often it stands in the text, and what it adds to each output."""


def _l2(sizes: Iterable[float]) -> float:
    return math.hypot(*sizes)


_NORMS: dict[str, Callable[[Iterable[float]], float]] = {
    "l1": lambda sizes: add_up(map(abs, sizes)),
    "l2": _l2,
    "max": lambda sizes: max(map(abs, sizes), default=0.0),
}


def _counted(count: int) -> float:
    return float(count)


def _present(count: int) -> float:
    return 1.0


def _sublinear(count: int) -> float:
    return 1.0 + math.log(count)


_COUNTS: dict[str, Callable[[int], float]] = {"count": _counted, "present": _present, "sublinear": _sublinear}


class WeighedWords:
    """Counts of the vocabulary, perhaps times idf and divided by their norm, times a weight for each output."""

    def __init__(self, document: dict[str, Any], readers: list[Reader]) -> None:
        self._reader = readers[document["reader"]]
        self._count = _COUNTS[document["count"]]
        self._norm = document["norm"]
        idf = unpack(document["idf"]) if document["idf"] else None
        weights = [unpack(packed) for packed in document["weights"]]
        # Arrays hold their numbers side by side: a processor waits for memory more than it computes here.
        self._weights = [array("d", map(mul, each, idf) if idf else each) for each in weights]
        self._sizes = array("d", idf or (unpack(document["known"]) if self._norm else ()))
        """What an n-gram adds to the norm when it stands there once; 0 for the words of other members of the vote."""
        self._squares = array("d", map(mul, self._sizes, self._sizes))

    def totals(self, case: Case) -> list[float]:
        """What the text adds to each output."""
        reading = case.reading(self._reader)
        ids = reading.ids
        if reading.once or self._count is _present:
            sums = [add_up(map(weights.__getitem__, ids)) for weights in self._weights]
            if self._norm == "l2":
                norm = math.sqrt(add_up(map(self._squares.__getitem__, ids)))
                return [total / norm for total in sums] if norm else sums
            values = None
        else:
            values = [*map(self._count, reading.counts_of_known())]
            sums = [add_up(map(mul, map(weights.__getitem__, ids), values)) for weights in self._weights]
        norm = self._norm_of(ids, values)
        return [total / norm for total in sums]

    def amounts(self, case: Case) -> Amounts:
        """What each n-gram of the text adds to each output; they sum up to `totals`."""
        reading = case.reading(self._reader)
        counts = reading.counts_of_known()
        values = [*map(self._count, counts)]
        norm = self._norm_of(reading.ids, values)
        return [
            (gram, float(count), [weights[i] * value / norm for weights in self._weights])
            for gram, i, count, value in zip(reading.known(), reading.ids, counts, values, strict=True)
            if any(weights[i] for weights in self._weights)
        ]

    def _norm_of(self, ids: list[int], values: list[float] | None) -> float:
        if not self._norm:
            return 1.0
        sizes = map(self._sizes.__getitem__, ids)
        # An empty text stays the zero vector, as in scikit-learn.
        return _NORMS[self._norm](sizes if values is None else map(mul, sizes, values)) or 1.0


class HashedWords:
    """Counts of hashed columns, perhaps divided by their norm, times a weight for each output.

    Different n-grams can share a column: their counts then add up before the norm is taken, as in scikit-learn.
    """

    def __init__(self, document: dict[str, Any], readers: list[Reader]) -> None:
        self._reader = readers[document["reader"]]
        self._binary: bool = document["binary"]
        self._norm = document["norm"]
        self._n_features: int = document["n_features"]
        self._alternate_sign: bool = document["alternate_sign"]
        self._columns = array("i", document["columns"])
        """The column of every n-gram of the vocabulary: hashing in Python takes longer than all the rest."""
        self._coefficients = [array("d", unpack(packed)) for packed in document["coefficients"]]
        self._weights = [
            array("d", (each[c] if c >= 0 else -each[~c] for c in self._columns)) for each in self._coefficients
        ]
        """The coefficient of every n-gram of the vocabulary, so that it need not be looked for by its column."""

    def totals(self, case: Case) -> list[float]:
        """What the text adds to each output."""
        reading = case.reading(self._reader)
        columns = self._columns_of(reading)
        if not self._alternate_sign and len(set(columns)) == len(columns):
            return self._totals_of_unshared(reading, columns)
        values = self._values(columns, reading)
        norm = self._norm_of(values.values())
        return [add_up(each[column] * value for column, value in values.items()) / norm for each in self._coefficients]

    def _totals_of_unshared(self, reading: Reading, columns: list[int]) -> list[float]:
        """Where every n-gram has a column of its own, as in most texts."""
        ids, beyond = reading.ids, columns[len(reading.ids) :]
        weights = [
            [*map(known.__getitem__, ids), *map(coefficients.__getitem__, beyond)]
            for known, coefficients in zip(self._weights, self._coefficients, strict=True)
        ]
        if reading.once or self._binary:
            norm = self._norm_of([1.0] * len(columns))
            return [add_up(each) / norm for each in weights]
        counts = self._counts_of(reading)
        norm = self._norm_of(counts)
        return [add_up(map(mul, each, counts)) / norm for each in weights]

    def amounts(self, case: Case) -> Amounts:
        """What each n-gram of the text adds to each output; they sum up to `totals`.

        Where only presence counts, the first n-gram of a shared column stands for it.
        """
        reading = case.reading(self._reader)
        columns = self._columns_of(reading)
        norm = self._norm_of(self._values(columns, reading).values())
        amounts: Amounts = []
        seen: set[int] = set()
        for (gram, count), signed in zip(self._counted(reading), columns, strict=True):
            column = signed if signed >= 0 else ~signed
            value = float(count if signed >= 0 else -count)
            if self._binary:
                value = 0.0 if column in seen else 1.0
                seen.add(column)
            amounts.append((gram, float(count), [each[column] * value / norm for each in self._coefficients]))
        return amounts

    def _columns_of(self, reading: Reading) -> list[int]:
        columns = [*map(self._columns.__getitem__, reading.ids)]
        if len(columns) < len(reading.counts):
            n_features, alternate_sign = self._n_features, self._alternate_sign
            columns += [hashed_column(gram, n_features, alternate_sign) for gram, _ in reading.unknown()]
        return columns

    def _counted(self, reading: Reading) -> list[tuple[str, int]]:
        return [*zip(reading.known(), reading.counts_of_known(), strict=True), *reading.unknown()]

    def _counts_of(self, reading: Reading) -> list[int]:
        """In the order of the columns: known n-grams first."""
        return [*reading.counts_of_known(), *(count for _, count in reading.unknown())]

    def _values(self, columns: list[int], reading: Reading) -> dict[int, float]:
        counts = self._counts_of(reading)
        values: dict[int, float] = {}
        for column, count in zip(columns, counts, strict=True):
            if column >= 0:
                values[column] = values.get(column, 0.0) + count
            else:
                values[~column] = values.get(~column, 0.0) - count
        # A column whose counts cancel out still counts as present, as in scikit-learn.
        return dict.fromkeys(values, 1.0) if self._binary else values

    def _norm_of(self, values: Iterable[float]) -> float:
        return _NORMS[self._norm](values) or 1.0 if self._norm else 1.0
