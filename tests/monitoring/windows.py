"""Windows of requests as counters: what servers would have counted, had people sent these rows.

Each window is a release of its own to Prometheus, so that one evaluation of the rules judges hundreds of them.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model import data
from model.instances import instances_of
from model.release.errors import InstanceProblems
from model.release.loading import Release, load
from model.spec import ModelSpec
from serving.described import Described, describe
from tests.monitoring.prometheus import Pages, Prometheus

Instance = dict[str, Any]
Bin = tuple[str, str]
SEEN = 'ALERTS{alertstate=~"pending|firing",window!="1d"}'


@dataclass(frozen=True)
class Rows:
    """Rows as a server would have counted them: their bins and outcomes; None is a refusal (422)."""

    counted: list[tuple[list[Bin], str] | None]

    def window(self, size: int, chance: random.Random) -> Window:
        """So many of them, each as likely as another."""
        window = Window()
        for row in chance.choices(self.counted, k=size):
            window.add(row)
        return window


@dataclass
class Window:
    """What was counted."""

    bins: Counter[Bin] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    refused: int = 0

    def add(self, row: tuple[list[Bin], str] | None) -> None:
        """One request of one row."""
        if row is None:
            self.refused += 1
            return
        self.answered += 1
        self.bins.update(row[0])
        self.outcomes[row[1]] += 1


@dataclass(frozen=True)
class Model:
    """A release, and the rows of the holdout that it never saw."""

    spec: ModelSpec
    release: Release
    holdout: data.Part
    train: data.Part

    @classmethod
    def of(cls, spec: ModelSpec, root: Path, folder: Path) -> Model:
        """A sealed release and its data."""
        loaded = data.load(spec, root)
        return cls(spec, load(folder), loaded.holdout, loaded.train)

    @property
    def areas(self) -> list[str]:
        """The fields that are areas."""
        return [each.name for each in self.spec.features if each.name.endswith("_area")]

    def rows(self, mask: Any = None, change: Callable[[Instance], Instance] = dict) -> Rows:
        """Those of a mask, changed as a caller might."""
        part = self.holdout if mask is None else self.holdout.take(np.asarray(mask))
        instances = instances_of(part.features, self.spec.features)
        return Rows([self.count(change(instance)) for instance in instances])

    def count(self, instance: Instance) -> tuple[list[Bin], str] | None:
        """As serving/predict.py counts."""
        try:
            row = self.release.schema.read(instance)
        except InstanceProblems:
            return None
        [answer] = self.release.scorer.answer([row])
        bins = list(self.release.reference.bins(row, answer))
        labels = self.release.schema.labels
        if labels and not isinstance(answer, float):
            return bins, labels[answer.index(max(answer))]
        return bins, next(name for feature, name in bins if feature == "score")


def exposed(described: Described, windows: Mapping[str, Window], scale: int) -> Iterator[str]:
    """The text of a scrape, each window a release; `scale` 0: before the first request."""
    for release, window in windows.items():
        own = f'model="{described.model}",release="{release}"'
        yield f"model_drift_minimum_requests{{{own}}} {described.drift_requests}"
        for (feature, name), share in described.shares.items():
            labels = f'{own},feature="{feature}",bin="{name}"'
            yield f"model_feature_reference_share{{{labels}}} {share!r}"
            yield f'model_feature_bin_total{{{labels},traffic="people"}} {scale * window.bins[feature, name]}'
        for outcome, share in described.outcome_shares.items():
            labels = f'{own},outcome="{outcome}"'
            yield f"model_outcome_reference_share{{{labels}}} {share!r}"
            yield f'model_predictions_total{{{labels},traffic="people"}} {scale * window.outcomes[outcome]}'
        for status, count in (("200", window.answered), ("422", window.refused)):
            labels = f'{own},route="/predict",status="{status}",traffic="people"'
            yield f"http_requests_total{{{labels}}} {scale * count}"


def judged(prometheus: Prometheus, model: Model, windows: Sequence[Window]) -> list[set[str]]:
    """Which alerts each window would ring, by the rules themselves, as `alert feature`."""
    described = describe(model.release)
    # A name that was used before would carry that window's counts with it.
    named = {secrets.token_hex(6): window for window in windows}
    with Pages() as pages:
        pages.text = text_of(described, named, 0)
        prometheus.watch({pages.address: {"model": described.model}})
        prometheus.until(lambda: prometheus.query(f'up{{model="{described.model}"}} == 1'))
        pages.text = text_of(described, named, 1)
        sent = f'sum(http_requests_total{{model="{described.model}"}})'
        whole = sum(window.answered + window.refused for window in windows)
        prometheus.until(lambda: prometheus.value(sent) == whole)
        prometheus.until(lambda: judged_now(prometheus) >= set(named), 180)
        prometheus.rounds(2)
        assert prometheus.failures() == []
        rung = [one["metric"] for one in prometheus.query(SEEN)]
        prometheus.watch({})
        prometheus.until(lambda: not prometheus.query("up{model!=''}"))
    found = [one for one in rung if one["alertname"] in DRIFT and one["release"] in named]
    return [
        {f"{one['alertname']} {one.get('feature', '')}".strip() for one in found if one["release"] == release}
        for release in named
    ]


def judged_now(prometheus: Prometheus) -> set[str]:
    """The windows that the rules found long enough: a window that nobody judged is none that rang nothing."""
    found = prometheus.query("model:requests:refused_ratio1h")
    return {one["metric"]["release"] for one in found}


def text_of(described: Described, windows: Mapping[str, Window], scale: int) -> bytes:
    """A whole scrape."""
    return ("\n".join(exposed(described, windows, scale)) + "\n").encode()


DRIFT = ("ModelInputDrift", "ModelScoreDrift", "ModelMixShift", "ModelUnseenWords", "ModelMissingValues")
