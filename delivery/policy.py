"""How careful a delivery is: the bounds a canary is judged by, as they stand in project.toml."""

from __future__ import annotations

import math
from dataclasses import dataclass

from delivery.evidence import Traffic
from delivery.intervals import one_sided_z

MEASURES = 4
"""Errors, latency, mix, accuracy: each may abort a canary at each step."""


@dataclass(frozen=True)
class Policy:
    """`[rollout]` in project.toml."""

    traffic: Traffic
    """Judged on labelled holdout rows replayed to both releases, or on people's own requests."""
    shares: tuple[float, ...]
    """The canary's share of the traffic, step by step, growing."""
    step_seconds: float
    """How long a step watches people's traffic; a replay takes the time it takes."""
    hold_seconds: float
    """How long a canary is held after its last step while requests or labels are too few; then it is refused."""
    replay_requests: int
    """At most so many rows are replayed, all steps together; every row once while there are that many."""
    minimum_requests: int
    """Errors, latency and mix are not judged on fewer requests, of either release."""
    minimum_labelled: int
    """Accuracy is not judged on fewer labelled answers, of either release."""
    false_alarms: float
    """The greatest probability that a release as good as allowed is aborted, over all steps and measures."""
    error_margin: float
    """How much greater the canary's share of failed requests may be (without a champion: how great)."""
    latency_ratio: float
    """How many times the champion's p95 the canary's may be,"""
    latency_grace_seconds: float
    """and so much besides, so that microseconds abort nothing."""
    latency_limit_seconds: float
    """The greatest p95 where there is no champion to compare with."""
    mix_limit: float
    """The greatest population stability index between the answers of canary and champion."""
    accuracy_margin: float
    """How much lower the canary's share of right answers may be."""
    error_ratio: float
    """Regression: how many times the champion's mean error the canary's may be."""

    def __post_init__(self) -> None:
        growing = all(low < high for low, high in zip((0.0, *self.shares), self.shares, strict=False))
        if not self.shares or not growing or self.shares[-1] > 1:
            raise ValueError(f"shares are {list(self.shares)}, wanted growing numbers above 0 and at most 1")
        if not 0 < self.false_alarms < 0.5:
            raise ValueError(f"false_alarms is {self.false_alarms}, wanted a number between 0 and 0.5")
        for name in ("step_seconds", "replay_requests", "minimum_requests", "minimum_labelled", "mix_limit"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, wanted a number above 0")
        for name, least in {
            "hold_seconds": 0.0,
            "error_margin": 0.0,
            "accuracy_margin": 0.0,
            "latency_ratio": 1.0,
            "error_ratio": 1.0,
        }.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}, wanted at least {least:g}")

    @property
    def looks(self) -> int:
        """How often a canary may be aborted: after each step, and once in `step_seconds` of a hold."""
        return len(self.shares) + math.ceil(self.hold_seconds / self.step_seconds)

    @property
    def abort_z(self) -> float:
        """Standard errors that one of all looks needs for an abort."""
        return one_sided_z(self.false_alarms / (self.looks * MEASURES))
