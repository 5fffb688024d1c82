"""Bins: where their edges lie, how often each is hit, which one a value falls into; one definition for both sides."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Any

from model.release.documents import Document, take
from model.release.errors import BadDocument
from model.release.fields import Value

Bin = tuple[str, str]
"""A feature and the name of one of its bins."""

MISSING, OTHER = "missing", "other"
CATEGORIES_AT_MOST = 40
"""Of one field; rarer ones count as `other`, so that a metric has no endless labels."""
RUNGS_A_DOUBLING = 4
"""A rung is 19 % wide."""
LEAST_RUNG, GREATEST_RUNG = -80, 160
"""About a millionth and a million millions: what lies beyond counts as 0, or on the last rung."""


def edges_of(values: Sequence[float], bins: int = 10) -> list[float]:
    """Edges that cut the values into about equally full bins: at most `bins` - 1 of them, rising.

    Each is one of the values, the inverse of their empirical distribution (Hyndman and Fan 1996, type 1), so that no
    rounding moves a value across its edge. An edge at the greatest value stays only where it is the only one.
    """
    ordered = sorted(values)
    edges = sorted({ordered[-(-step * len(ordered) // bins) - 1] for step in range(1, bins)}) if ordered else []
    return edges[:-1] if len(edges) > 1 and edges[-1] == ordered[-1] else edges


def rung_of(value: float) -> str:
    """The rung of a ladder that a value stands on, by its end nearer to 0: `156000` for 163,000.

    The ladder is the same for every release, as labels are: bins cut by each release's own answers can be compared
    with its own reference and with nothing else, for one that answers in another unit fills its own deciles as evenly.
    """
    size = abs(value)
    rung = math.floor(RUNGS_A_DOUBLING * math.log2(size)) if size else LEAST_RUNG - 1
    if rung < LEAST_RUNG:
        return "0"
    return f"{math.copysign(_foot(min(rung, GREATEST_RUNG)), value):g}"


def _foot(rung: int) -> float:
    return float(f"{2 ** (rung / RUNGS_A_DOUBLING):.3g}")


def numeric_document(values: Sequence[float | None], bins: int = 10) -> Document:
    """`{"edges", "share", "null_share"}` of a numeric feature; the shares are of all values, the missing included."""
    edges = edges_of([value for value in values if value is not None], bins)
    hits = Counter(None if value is None else bisect_left(edges, value) for value in values)
    share = [_share(hits[index], len(values)) for index in range(len(edges) + 1)]
    return {"edges": edges, "share": share, "null_share": _share(hits[None], len(values))}


def category_document(values: Sequence[Value]) -> Document:
    """`{"share": {value: share}, "null_share"}` of a category, most frequent first."""
    hits = Counter(str(value) for value in values if value is not None)
    common = sorted(hits.items(), key=lambda hit: (-hit[1], hit[0]))[:CATEGORIES_AT_MOST]
    missing = sum(value is None for value in values)
    share = {value: _share(count, len(values)) for value, count in common}
    return {"share": share, "null_share": _share(missing, len(values))}


def _share(count: int, whole: int) -> float:
    return round(count / whole, 6) if whole else 0.0


class NumericBins:
    """0..k for k edges, and missing; a value equal to an edge falls below it."""

    def __init__(self, feature: str, document: Document, where: str, may_miss: bool = True) -> None:
        self._edges: list[float] = take(document, "edges", where)
        share: list[float] = take(document, "share", where)
        if sorted(set(self._edges)) != self._edges or len(share) != len(self._edges) + 1:
            raise BadDocument(where, f"{feature}: wanted rising edges, and one share more than there are edges")
        self._names: list[Bin] = [(feature, str(index)) for index in range(len(share))]
        self._missing: Bin = (feature, MISSING)
        self.shares: dict[Bin, float] = dict(zip(self._names, share, strict=True))
        if may_miss:
            self.shares[self._missing] = document.get("null_share", 0.0)

    def bin_of(self, value: Any) -> Bin:
        """The bin of a number or None."""
        return self._missing if value is None else self._names[bisect_left(self._edges, value)]


class CategoryBins:
    """The category's values, `other` for all the rest, and missing."""

    def __init__(self, feature: str, document: Document, where: str) -> None:
        share: dict[str, float] = take(document, "share", where)
        null_share: float = document.get("null_share", 0.0)
        self._names: dict[Value, Bin] = {None: (feature, MISSING), **{value: (feature, value) for value in share}}
        self._other: Bin = (feature, OTHER)
        self.shares: dict[Bin, float] = {(feature, value): each for value, each in share.items()}
        rest = {OTHER: max(0.0, round(1.0 - sum(share.values()) - null_share, 6)), MISSING: null_share}
        for name, each in rest.items():  # A value may itself be spelled "other" or "missing".
            self.shares[feature, name] = self.shares.get((feature, name), 0.0) + each

    def bin_of(self, value: Value) -> Bin:
        """The bin of a category or None."""
        return self._names.get(value, self._other)
