"""What was seen of a release: counts over a window, rows it answered beside the champion, what its gates promised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from delivery.intervals import Histogram

Traffic = Literal["people", "replay"]


@dataclass(frozen=True)
class Pairs:
    """The scores of rows that both releases answered: 1 for a right label, else 0; the error of a value."""

    rows: int = 0
    canary: float = 0.0
    champion: float = 0.0
    canary_squares: float = 0.0
    champion_squares: float = 0.0
    products: float = 0.0

    def plus(self, canary: float, champion: float) -> Pairs:
        """One more row."""
        return Pairs(
            self.rows + 1,
            self.canary + canary,
            self.champion + champion,
            self.canary_squares + canary * canary,
            self.champion_squares + champion * champion,
            self.products + canary * champion,
        )

    @property
    def correlation(self) -> float:
        """Pearson's, which is phi for right and wrong; 0 where one side never varies."""
        ours = self.canary_squares - self.canary**2 / self.rows
        theirs = self.champion_squares - self.champion**2 / self.rows
        together = self.products - self.canary * self.champion / self.rows
        return together / math.sqrt(ours * theirs) if ours > 0 and theirs > 0 else 0.0


@dataclass(frozen=True)
class Observation:
    """One release over one window of one kind of traffic."""

    release: str
    traffic: Traffic
    seconds: float
    requests: int
    """Predictions asked for; those that never got an answer count too."""
    errors: int
    latency: Histogram
    outcomes: Mapping[str, int]
    labelled: int
    right: int | None = None
    """Classification: labelled answers that were right."""
    error_sum: float | None = None
    """Regression: the sum of the errors of the labelled answers, and of their squares."""
    error_squared_sum: float | None = None
    pairs: Pairs | None = None
    """With replayed traffic, of the canary: the rows that the champion answered too."""

    @property
    def regression(self) -> bool:
        """Whether the release answers values."""
        return self.right is None

    def as_json(self) -> dict[str, Any]:
        """As it stands in observation.json: the quantiles in place of the histogram."""
        quantiles = [self.latency.quantile(q) if self.latency.total else None for q in (0.5, 0.95)]
        online = {"right": self.right, "error_sum": self.error_sum, "error_squared_sum": self.error_squared_sum}
        return {
            "release": self.release,
            "traffic": self.traffic,
            "seconds": self.seconds,
            "requests": self.requests,
            "errors": self.errors,
            "p50_seconds": quantiles[0],
            "p95_seconds": quantiles[1],
            "outcomes": dict(self.outcomes),
            "labelled": self.labelled,
            **{name: value for name, value in online.items() if value is not None},
            **({"pairs": vars(self.pairs)} if self.pairs else {}),
        }


@dataclass(frozen=True)
class Promised:
    """What the release's own gates measured on the holdout; it stands in for a champion where there is none."""

    accuracy_low: float | None = None
    error_high: float | None = None
