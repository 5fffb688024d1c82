"""Checks of texts."""

from __future__ import annotations

import re

import numpy as np

from model.checks.result import CheckResult, Context, Wrong, check

_WORD = re.compile(r"[^\W\d_]{2,}")


@check
def wordless(context: Context, *, column: str, at_most: float) -> CheckResult:
    """At most this share of the population's texts holds no word (two letters in a row)."""
    part = context.data.population
    wrong = Wrong()
    wrong.add(part, np.array([not _WORD.search(text or "") for text in part.rows[column]]), column)
    share = len(wrong.places) / len(part)
    passed = share <= at_most
    saw = f"{len(wrong.places):,} of {len(part):,} texts hold no word"
    return context.result(
        f"wordless {column}", passed, saw, f"at most {at_most:.2%}", [] if passed else wrong.spelled()
    )


@check
def median_chars_ratio(context: Context, *, column: str, between: tuple[float, float]) -> CheckResult:
    """The median length of the training texts against that of the holdout's lies between two bounds."""
    train, holdout = (
        float(np.median([len(text or "") for text in part.rows[column]]))
        for part in (context.data.train, context.data.holdout)
    )
    ratio, (low, high) = train / max(holdout, 1.0), between
    saw = f"median length of {column} {train:g} characters in training, {holdout:g} in the holdout (ratio {ratio:.3f})"
    return context.result(f"length of {column}", low <= ratio <= high, saw, f"a ratio of {low:g} to {high:g}")
