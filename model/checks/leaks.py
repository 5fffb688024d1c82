"""Checks for the answer lying open in the question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.cells import place
from model.checks.result import CheckResult, Context, check
from model.data import normal_form

TOKENS: dict[str, Callable[[str], Iterable[str]]] = {
    "word": lambda text: normal_form(text).split(),
    "word with its signs": lambda text: text.lower().split(),
    "character": set,
}


@check
def token_purity(context: Context, *, column: str, at_most: float, min_documents: int) -> CheckResult:
    """No word or character that stands in `min_documents` training texts has more than `at_most` of them in one class.

    A leaked label looks like that. A word counts once a text, upper and lower case alike.
    """
    train = context.data.train
    leaking, highest = [], 0.0
    for what, tokens_of in TOKENS.items():
        for token, lines_by_class in _documents(train.rows[column], train.target, tokens_of).items():
            count = sum(map(len, lines_by_class.values()))
            purity = max(map(len, lines_by_class.values())) / count
            if count >= min_documents:
                highest = max(highest, purity)
                leaking += [(what, token, count, purity, lines_by_class)] if purity > at_most else []
    if not leaking:
        saw = f"the purest word stands to {highest:.1%} in texts of one class"
        return context.result(f"purity of {column}", True, saw, f"at most {at_most:.0%}")
    what, token, count, purity, lines_by_class = leaking[0]
    label = context.spec.labels[max(lines_by_class, key=lambda each: len(lines_by_class[each]))]
    saw = f"the {what} {token!a} stands in {count:,} training texts, {purity:.1%} of them {label}"
    saw += f" ({len(leaking) - 1} more such)" if len(leaking) > 1 else ""
    places = [place(line, column) for line in sorted(line for lines in lines_by_class.values() for line in lines)]
    return context.result(f"purity of {column}", False, saw, f"at most {at_most:.0%}", places)


@check
def correlated_feature(context: Context, *, at_most: float) -> CheckResult:
    """No single feature orders the target by itself: |Spearman| of a number; of a category, the root of the share of
    the ranks' variance between its values (the correlation ratio, adjusted for their number)."""
    train = context.data.train
    ranks = pd.Series(train.target, index=train.rows.index).rank().to_numpy()
    strengths = {
        field.name: _strength(train.features[field.name], ranks)
        for field in context.spec.features
        if field.kind != "text"
    }
    wrong = [name for name, strength in strengths.items() if strength > at_most]
    strongest = max(wrong or strengths, key=lambda name: strengths[name])
    saw = f"{strongest} orders the target with {strengths[strongest]:.3f}"
    places = [f"column {name}" for name in wrong]
    return context.result("correlated feature", not wrong, saw, f"at most {at_most:g} of every feature", places)


@check
def correlation_band(context: Context, *, column: str, with_log_of: str, between: tuple[float, float]) -> CheckResult:
    """Pearson's correlation of a column with the logarithm of another lies in a band; a shifted join breaks it."""
    rows = context.data.train.rows
    x, y = rows[column].to_numpy(dtype=np.float64), np.log(rows[with_log_of].to_numpy(dtype=np.float64))
    correlation = float(np.corrcoef(x, y)[0, 1])
    low, high = between
    passed = low <= correlation <= high
    saw = f"{column} and log {with_log_of} correlate with {correlation:.3f}"
    places = [] if passed else [f"column {column}"]
    return context.result(f"correlation of {column}", passed, saw, f"{low:g} to {high:g}", places)


def _documents(
    texts: pd.Series[Any], target: npt.NDArray[Any], tokens_of: Callable[[str], Iterable[str]]
) -> dict[str, dict[int, list[int]]]:
    """Token -> class -> the lines of the texts that hold it."""
    documents: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (line, text), label in zip(texts.items(), target.tolist(), strict=True):
        for token in set(tokens_of(text or "")):
            documents[token][label].append(line)
    return documents


def _strength(values: pd.Series[Any], ranks: npt.NDArray[np.float64]) -> float:
    if values.dtype == np.float64:
        known = values.notna().to_numpy()
        own = values[known].rank().to_numpy()
        if len(own) < 3 or own.std() == 0 or ranks[known].std() == 0:
            return 0.0  # a constant orders nothing
        return abs(float(np.corrcoef(own, ranks[known])[0, 1]))
    return _correlation_ratio(values.fillna(""), ranks)


def _correlation_ratio(values: pd.Series[Any], ranks: npt.NDArray[np.float64]) -> float:
    distinct = values.nunique()
    if distinct >= len(values) or ranks.std() == 0:
        return 0.0
    fitted = pd.Series(ranks).groupby(values.to_numpy()).transform("mean").to_numpy()
    unexplained = float(((ranks - fitted) ** 2).sum() / ((ranks - ranks.mean()) ** 2).sum())
    adjusted = 1 - unexplained * (len(values) - 1) / (len(values) - distinct)
    return float(np.sqrt(max(adjusted, 0.0)))
