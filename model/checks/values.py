"""Checks of single values: would the interface take them, are they there, are they the expected ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.checks.result import CheckResult, Context, Wrong, check
from model.release.schema import Field


@check
def schema(context: Context) -> CheckResult:
    """Every cell of the population is one that its field would accept: present, in range, a known choice.

    The fields are those of the interface and the columns read beside them.
    """
    part = context.data.population
    wrong = Wrong()
    for field in (*context.spec.features, *context.spec.dataset.columns):
        wrong.add(part, _refused(part.rows[field.name], field), field.name)
    saw = f"{len(wrong.places):,} cells that their field refuses"
    return context.result("schema", not wrong.places, saw, "0", wrong.spelled())


@check
def ranges(context: Context, *, bounds: Mapping[str, tuple[float, float]]) -> CheckResult:
    """Every number of the population lies between its column's bounds, both included; a missing one passes."""
    part = context.data.population
    wrong = Wrong()
    for column, (low, high) in bounds.items():
        values = part.rows[column].to_numpy(dtype=np.float64)
        wrong.add(part, (values < low) | (values > high), column)
    saw = f"{len(wrong.places):,} cells out of range"
    wanted = ", ".join(f"{column} {low:g} to {high:g}" for column, (low, high) in bounds.items())
    return context.result(f"range of {', '.join(bounds)}", not wrong.places, saw, wanted, wrong.spelled())


@check
def null_share(context: Context, *, column: str, between: tuple[float, float]) -> CheckResult:
    """The share of training rows without a value in this column lies between two bounds."""
    share = float(context.data.train.rows[column].isna().mean())
    low, high = between
    saw = f"{column} is missing in {share:.1%} of the training rows"
    passed = low <= share <= high
    places = [] if passed else [f"column {column}"]
    return context.result(f"missing {column}", passed, saw, f"{low:.0%} to {high:.0%}", places)


@check
def values_expected(context: Context, *, column: str, values: tuple[Any, ...]) -> CheckResult:
    """Every one of these values occurs in the population, and no other one does."""
    part = context.data.population
    seen, wrong = set(part.rows[column].unique()), Wrong()
    wrong.add(part, ~part.rows[column].isin(values).to_numpy(), column)
    absent = [value for value in values if value not in seen]
    saw = f"{len(wrong.places):,} rows of another {column}"
    saw += f", none of {', '.join(map(str, absent))}" if absent else ""
    wanted = f"{', '.join(map(str, values))} and no other"
    places = wrong.spelled() or [f"column {column}"]
    passed = not wrong.places and not absent
    return context.result(f"values of {column}", passed, saw, wanted, [] if passed else places)


def _refused(values: pd.Series[Any], field: Field) -> npt.NDArray[np.bool_]:
    missing = values.isna().to_numpy()
    wrong = missing & (not field.nullable)
    if field.kind in ("number", "date"):
        numbers = values.to_numpy(dtype=np.float64)
        low, high = field.minimum, field.maximum
        wrong |= numbers < (-np.inf if low is None else low)
        wrong |= numbers > (np.inf if high is None else high)
        wrong |= field.integer & ~missing & (numbers != np.floor(numbers))
    elif field.choices and field.unknown == "refuse":
        wrong |= ~missing & ~values.isin(field.choices).to_numpy()
    if field.max_chars is not None:
        wrong |= np.array([isinstance(text, str) and len(text) > field.max_chars for text in values])
    return np.asarray(wrong, dtype=bool)
