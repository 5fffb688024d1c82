"""What the constant series say of a release: who it is, what it was trained on, what its own gates promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from model.release.loading import Release
from serving.bins import Bin

TEXT_REQUESTS, TABLE_REQUESTS = 500, 250
"""Rows that a window needs before it is compared with the reference: with fewer, chance alone reaches the warning."""
BOUNDS = ("value", "low", "high")


@dataclass(frozen=True)
class Described:
    """What the series of a release are made of."""

    model: str
    release: str
    task: str
    api: int
    candidate: str
    commit: str
    labels: Sequence[str]
    """Empty for a regression."""
    shares: Mapping[Bin, float]
    """The reference share of every bin of every feature."""
    faults: Iterable[str] = ()
    created_seconds: float = 0.0
    drift_requests: int = TABLE_REQUESTS
    outcome_shares: Mapping[str, float] = field(default_factory=dict)
    """How often each outcome was answered out of fold."""
    figures: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(measure, bound) of what feedback can be held against; empty where the gates did not measure it."""

    @property
    def outcomes(self) -> Sequence[str]:
        """The labels, or the rungs that answers stood on out of fold: others may come."""
        return self.labels or list(self.outcome_shares)


def describe(release: Release, faults: Iterable[str] = ()) -> Described:
    """A loaded release's own words."""
    provenance, schema, shares = release.document, release.schema, release.reference.shares()
    return Described(
        model=schema.model,
        release=release.identity,
        task=schema.task,
        api=schema.api,
        candidate=provenance["candidate"],
        commit=provenance["commit"],
        labels=schema.labels,
        shares=shares,
        faults=faults,
        created_seconds=datetime.fromisoformat(provenance["created"]).timestamp(),
        drift_requests=TEXT_REQUESTS if any(each.kind == "text" for each in schema.fields) else TABLE_REQUESTS,
        outcome_shares=release.reference.outcomes,
        figures=_figures(release),
    )


def _figures(release: Release) -> Mapping[tuple[str, str], float]:
    """Of the measure that feedback counts too; a bound that the gates did not measure is the value itself."""
    relative = release.band is not None and release.band["kind"] == "relative"
    measure = "accuracy" if release.schema.labels else "mape" if relative else "mae"
    figure = release.document["figures"].get(measure)
    if figure is None:
        return {}
    return {
        (measure, bound): figure["value"] if figure[bound] is None else figure[bound]
        for bound in BOUNDS
    }  # fmt: skip
