"""How sure a figure is: intervals by a bootstrap over groups, the exact bounds of a share; each says its level.

Rows of one group (sentences of one review, twin houses) stand or fall together, so groups are drawn, not rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from model.measures import FOLDED, Array, Measure

DRAWS = 1000
TWO_SIDED = (2.5, 97.5)
ONE_SIDED = (5.0, 95.0)
"""Of a difference to the champion: the gate asks for its 5th or 95th percentile, a one-sided 95 % bound."""


@dataclass(frozen=True)
class Measurement:
    """A figure, its interval where it has one, and the number of rows or trials behind it."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    level: float | None = None
    """How much the interval holds: 0.95; 0.9 where each end is a one-sided 95 % bound, for a gate asks one of them."""

    def document(self) -> dict[str, Any]:
        """As it stands in evaluation.json."""
        return asdict(self)


def draw_weights(groups: Sequence[Any] | NDArray[Any], draws: int = DRAWS, seed: int = 20260101) -> Array:
    """Weights of shape (1 + draws, rows): first all ones, then how often each row's group was drawn."""
    _, index = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    count = int(index.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    return np.vstack([np.ones(len(index)), drawn[:, index].astype(float)])


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def summarise(figures: Array, rows: int, percentiles: tuple[float, float] = TWO_SIDED) -> Measurement:
    """The point estimate (figures[0]) and the percentiles of the drawn ones; NaN becomes None."""
    value, drawn = _finite(figures[0]), figures[1:][np.isfinite(figures[1:])]
    if value is None or not len(drawn):
        return Measurement(value, n=rows)
    low, high = np.percentile(drawn, percentiles)
    return Measurement(value, float(low), float(high), rows, level_of(percentiles))


def level_of(percentiles: tuple[float, float]) -> float:
    """What an interval between two percentiles holds."""
    return (percentiles[1] - percentiles[0]) / 100


def moved_back(found: Measurement, figures: Array) -> Measurement:
    """The interval of a folded measure without the bias of resampling: centred on the value, not below zero."""
    if found.value is None or found.low is None or found.high is None:
        return found
    bias = float(np.nanmedian(figures[1:])) - found.value
    return replace(found, low=max(0.0, min(found.low - bias, found.value)), high=found.high - bias)


def measure(formula: Measure, truth: Array, answers: Array, weights: Array) -> Measurement:
    """One measure with its interval; `weights` from `draw_weights`, zeros outside a slice."""
    figures = formula(truth, answers, weights)
    found = summarise(figures, int(np.count_nonzero(weights[0])))
    return moved_back(found, figures) if getattr(formula, "__name__", "") in FOLDED else found


def share(hits: int, trials: int, confidence: float = 0.95) -> Measurement:
    """A share with one-sided exact bounds (Clopper and Pearson, 1934); no trial gives no value."""
    if trials == 0:
        return Measurement(None)
    miss = 1 - confidence
    low = 0.0 if hits == 0 else float(beta.ppf(miss, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(confidence, hits + 1, trials - hits))
    return Measurement(hits / trials, low, high, trials, round(1 - 2 * miss, 10))
