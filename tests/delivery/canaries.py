"""Simulated canaries: what two releases would have shown, step by step, drawn from known rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from delivery.evidence import Observation, Pairs, Traffic
from delivery.intervals import Histogram
from delivery.judging import Decision, Policy, judge
from delivery.settings import load_settings

BOUNDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, float("inf"))


def default_policy() -> Policy:
    """The policy that ships in project.toml."""
    return load_settings(Path(__file__).parents[2] / "project.toml").rollout


def histogram_of(seconds: Sequence[float]) -> Histogram:
    """Durations, counted as a server counts them."""
    return Histogram(BOUNDS, tuple(np.searchsorted(np.sort(seconds), BOUNDS, "right").astype(float).tolist()))


def observe(release: str = "aaa", requests: int = 1000, traffic: Traffic = "replay", **more: object) -> Observation:
    """A healthy window of a classifier; `more` replaces fields."""
    half = requests // 2
    healthy = Observation(
        release, traffic, 60.0, requests, 0, histogram_of([0.004] * requests),
        {"negative": half, "positive": requests - half}, requests, right=round(0.8 * requests),
    )  # fmt: skip
    return replace(healthy, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class World:
    """The true rates of a canary; its champion is right on 81 % of the rows, quick and without errors."""

    rows: int = 2000
    loss: float = 0.0
    """How many points of accuracy the canary loses."""
    disagreement: float = 0.12
    """Rows on which only one of the two is right, the loss aside: two trainings are never quite the same."""
    errors: float = 0.0
    slower: float = 1.0
    regression: bool = False

    def run(self, policy: Policy, seed: int) -> Decision:
        """The decision after the last step, or at the first abort."""
        random = np.random.default_rng(seed)
        drawn = self._scores(random)
        durations = [random.lognormal(np.log(0.004), 0.8, self.rows) * factor for factor in (self.slower, 1.0)]
        failed = random.random(self.rows) < self.errors
        for share in policy.shares:
            rows = round(self.rows * share / policy.shares[-1])
            canary, champion = (
                self._seen(name, scores[:rows], seconds[:rows], policy)
                for name, scores, seconds in zip(("ccc", "aaa"), drawn, durations, strict=True)
            )
            ours, theirs = (scores[:rows] for scores in drawn)
            pairs = Pairs(rows, ours.sum(), theirs.sum(), (ours**2).sum(), (theirs**2).sum(), (ours * theirs).sum())
            paired = pairs if policy.traffic == "replay" else None
            decision = judge(replace(canary, errors=int(failed[:rows].sum()), pairs=paired), champion, policy)
            if decision.outcome == "abort":
                break
        return decision

    def _scores(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        if self.regression:
            theirs = np.abs(random.normal(0, 0.09, self.rows))
            return np.abs(theirs + random.normal(0, 0.03, self.rows)) + self.loss, theirs
        theirs = random.random(self.rows) < 0.81
        lost = (self.disagreement / 2 + self.loss) / 0.81
        found = self.disagreement / 2 / 0.19
        ours = np.where(theirs, random.random(self.rows) >= lost, random.random(self.rows) < found)
        return ours.astype(float), theirs.astype(float)

    def _seen(self, name: str, scores: np.ndarray, seconds: np.ndarray, policy: Policy) -> Observation:
        rows = len(scores)
        positive = rows // 2
        seen = observe(
            name, rows, policy.traffic, latency=histogram_of(seconds),
            outcomes={"negative": rows - positive, "positive": positive}, right=int(scores.sum()),
        )  # fmt: skip
        if not self.regression:
            return seen
        return replace(seen, right=None, error_sum=float(scores.sum()), error_squared_sum=float((scores**2).sum()))


@cache
def outcomes_of(world: World, policy: Policy, canaries: int = 200) -> Counter[str]:
    """How often the simulated canaries end how."""
    return Counter(world.run(policy, seed).outcome for seed in range(canaries))


def share_of(outcome: str, world: World, policy: Policy) -> float:
    """How many of the simulated canaries end so."""
    ends = outcomes_of(world, policy)
    return ends[outcome] / ends.total()
