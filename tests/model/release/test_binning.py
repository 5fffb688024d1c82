"""Edges, shares and bins."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.release.binning import (
    CATEGORIES_AT_MOST,
    CategoryBins,
    NumericBins,
    category_document,
    edges_of,
    numeric_document,
    rung_of,
)
from model.release.errors import BadDocument

FLOATS = st.floats(-1e12, 1e12)


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([], []),
        ([5.0], [5.0]),
        ([0.0] * 50, [0.0]),
        ([0.0, 1.0], [0.0]),
        ([float(value) for value in range(1, 101)], [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]),
        ([0.0] * 80 + [1.0] * 15 + [2.0] * 5, [0.0, 1.0]),
    ],
)
def test_edges(values: list[float], edges: list[float]) -> None:
    assert edges_of(values) == edges


@given(st.lists(FLOATS, min_size=1), st.integers(2, 20))
def test_edges_rise_and_are_values_of_the_data(values: list[float], bins: int) -> None:
    edges = edges_of(values, bins)
    assert 1 <= len(edges) < bins
    assert all(low < high for low, high in pairwise(edges))
    assert set(edges) <= set(values)


@given(st.lists(FLOATS, min_size=20, unique=True))
def test_bins_of_different_values_are_about_equally_full(values: list[float]) -> None:
    edges = edges_of(values)
    hits = Counter(bisect_left(edges, value) for value in values)
    assert max(hits.values()) - min(hits.values()) <= 1


@given(st.lists(st.none() | FLOATS, min_size=1))
def test_shares_count_the_missing_and_add_up(values: list[float | None]) -> None:
    document = numeric_document(values)
    assert sum(document["share"]) + document["null_share"] == pytest.approx(1.0, abs=1e-4)
    assert document["null_share"] == pytest.approx(values.count(None) / len(values), abs=1e-6)
    bins = NumericBins("f", document, "here")
    hits = Counter(bins.bin_of(value) for value in values)
    assert {name: share for name, share in bins.shares.items() if share} == {
        name: pytest.approx(count / len(values), abs=1e-6) for name, count in hits.items()
    }


def test_a_value_on_an_edge_falls_below_it() -> None:
    bins = NumericBins("f", {"edges": [1, 2], "share": [0.2, 0.3, 0.5]}, "here")
    found = [bins.bin_of(value)[1] for value in (0.9, 1.0, 1.1, 2.0, 2.1, None)]
    assert found == ["0", "0", "1", "1", "2", "missing"]


@pytest.mark.parametrize(
    "document",
    [
        {"edges": [1]},
        {"edges": [2, 1], "share": [0, 0, 1]},
        {"edges": [1, 1], "share": [0, 0, 1]},
        {"edges": [1], "share": [1]},
    ],
)
def test_bins_of_no_sense_are_refused(document: dict[str, list[float]]) -> None:
    with pytest.raises(BadDocument, match="here"):
        NumericBins("f", document, "here")


def test_categories_have_their_value_other_and_missing() -> None:
    bins = CategoryBins("zone", category_document(["A"] * 6 + ["B"] * 2 + [None] * 2), "here")
    assert bins.shares == {
        ("zone", "A"): 0.6, ("zone", "B"): 0.2, ("zone", "other"): 0.0, ("zone", "missing"): 0.2,
    }  # fmt: skip
    assert [bins.bin_of(value)[1] for value in ("A", "C", None)] == ["A", "other", "missing"]


def test_rare_categories_share_one_bin() -> None:
    values = [f"street {number}" for number in range(100)] + ["Elm"] * 100
    document = category_document(values)
    assert len(document["share"]) == CATEGORIES_AT_MOST
    assert next(iter(document["share"])) == "Elm"
    bins = CategoryBins("street", document, "here")
    assert bins.shares["street", "other"] == pytest.approx((100 - CATEGORIES_AT_MOST + 1) / 200)
    assert sum(bins.shares.values()) == pytest.approx(1.0)


def test_a_category_spelled_other_keeps_its_share() -> None:
    bins = CategoryBins("kind", category_document(["other", "A", "A", "A"]), "here")
    assert bins.shares["kind", "other"] == 0.25
    assert bins.bin_of("other") == bins.bin_of("B") == ("kind", "other")


@pytest.mark.parametrize(
    ("value", "rung"),
    [(163_000.0, "156000"), (0.0, "0"), (1e-30, "0"), (-1e-30, "0"), (1.0, "1"), (-5.0, "-4.76"), (1e300, "1.1e+12")],
)
def test_a_rung_is_named_by_its_end_nearer_to_0(value: float, rung: str) -> None:
    assert rung_of(value) == rung


@given(FLOATS, FLOATS)
def test_a_greater_value_stands_on_no_lower_rung(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert float(rung_of(low)) <= float(rung_of(high))
