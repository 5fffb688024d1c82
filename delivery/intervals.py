"""Estimates with intervals: of shares, means, quantiles, their differences, and of the distance of two mixes.

An `Estimate` is a function of z, the number of standard errors on each side, so that one piece of evidence can be
looked at carefully (many looks, greater z) and plainly (one look). All of it is arithmetic on counts; nothing is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """A value and what it could as well be."""

    value: float
    low: float
    high: float


Estimate = Callable[[float], Interval]


@dataclass(frozen=True)
class Histogram:
    """Cumulative counts of a Prometheus histogram: how many observations were at most each bound, infinity last."""

    bounds: tuple[float, ...]
    counts: tuple[float, ...]

    @property
    def total(self) -> float:
        """How many observations."""
        return self.counts[-1] if self.counts else 0.0

    def quantile(self, q: float) -> float:
        """PromQL's histogram_quantile: linear within a bucket, the last finite bound beyond it.

        ValueError where nothing was observed: there is no quantile of nothing.
        """
        if not self.total:
            raise ValueError("no quantile of an empty histogram")
        rank = q * self.total
        at = next(place for place, count in enumerate(self.counts) if count >= rank)
        if math.isinf(self.bounds[at]):
            return self.bounds[at - 1]
        start, below = (self.bounds[at - 1], self.counts[at - 1]) if at else (0.0, 0.0)
        inside = self.counts[at] - below
        return start + (self.bounds[at] - start) * ((rank - below) / inside if inside else 0.0)


def one_sided_z(false_alarms: float) -> float:
    """How many standard errors leave this probability on one side of a normal distribution."""
    return NormalDist().inv_cdf(1.0 - false_alarms)


def exactly(value: float) -> Estimate:
    """A number that is known, not estimated."""
    return lambda z: Interval(value, value, value)


def share(hits: float, trials: float) -> Estimate:
    """A proportion of independent trials, with Wilson's score interval (Wilson 1927)."""

    def interval(z: float) -> Interval:
        seen = hits / trials
        denominator = 1 + z * z / trials
        middle = (seen + z * z / (2 * trials)) / denominator
        half = z / denominator * math.sqrt(seen * (1 - seen) / trials + z * z / (4 * trials * trials))
        return Interval(seen, min(seen, middle - half), max(seen, middle + half))

    return interval


def mean(total: float, squares: float, count: float) -> Estimate:
    """A mean from a sum and a sum of squares, with the normal interval of its standard error."""
    value = total / count
    variance = max(0.0, squares - total * value) / max(1.0, count - 1)
    error = math.sqrt(variance / count)
    return lambda z: Interval(value, value - z * error, value + z * error)


def quantile(histogram: Histogram, q: float) -> Estimate:
    """A quantile: its interval lies between the order statistics that a binomial count of those below it allows."""

    def interval(z: float) -> Interval:
        half = z * math.sqrt(q * (1 - q) / histogram.total)
        low, high = max(0.0, q - half), min(1.0, q + half)
        return Interval(histogram.quantile(q), histogram.quantile(low), histogram.quantile(high))

    return interval


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """The estimate times a factor that is not negative."""

    def interval(z: float) -> Interval:
        one = estimate(z)
        return Interval(one.value * factor, one.low * factor, one.high * factor)

    return interval


def difference(ours: Estimate, theirs: Estimate, correlation: float = 0.0) -> Estimate:
    """Ours minus theirs, from the two intervals (MOVER: Zou and Donner 2008).

    For two shares this is Newcombe's interval: his method 10 of 1998a where they are independent, his method 10 of
    1998b where the same rows were answered by both and `correlation` is that of the paired scores.
    """

    def interval(z: float) -> Interval:
        a, b = ours(z), theirs(z)
        value = a.value - b.value
        below = _combined(a.value - a.low, b.high - b.value, correlation)
        above = _combined(a.high - a.value, b.value - b.low, correlation)
        return Interval(value, value - below, value + above)

    return interval


def _combined(a: float, b: float, correlation: float) -> float:
    return math.sqrt(max(0.0, a * a - 2 * correlation * a * b + b * b))


def stability_index(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Estimate:
    """Population stability index of two mixes, less what chance alone would give, with an interval.

    PSI / (1/n + 1/m) is about noncentral chi-square with k - 1 degrees of freedom (Yurdakul and Naranjo 2020):
    from its mean and variance PSI is biased by (k - 1) c and varies by 2 (k - 1) c^2 + 4 c PSI, c = 1/n + 1/m.
    Half an observation is added to every outcome, so that one that never came has a share above zero. Rows answered
    by both sides make it vary less than that: then the interval is too wide rather than too narrow.
    """
    names = sorted({name for name, count in (*ours.items(), *theirs.items()) if count})
    p, q = _shares(ours, names), _shares(theirs, names)
    raw = sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
    chance = 1 / sum(ours.values()) + 1 / sum(theirs.values())
    value = max(0.0, raw - (len(names) - 1) * chance)
    error = math.sqrt(2 * max(1, len(names) - 1) * chance**2 + 4 * chance * value)
    return lambda z: Interval(value, max(0.0, value - z * error), value + z * error)


def _shares(mix: Mapping[str, int], names: list[str]) -> list[float]:
    whole = sum(mix.values()) + len(names) / 2
    return [(mix.get(name, 0) + 0.5) / whole for name in names]
