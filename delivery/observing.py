"""From scraped metrics to an Observation: two snapshots of /metrics and what happened between them.

Names and labels of the series: docs/contracts.md. A series that should be there and is not is an error, never zero.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import urllib3
from prometheus_client.parser import text_string_to_metric_families

from delivery.errors import Broken
from delivery.evidence import Observation, Traffic
from delivery.intervals import Histogram

ASK_SECONDS = 10.0
ROUTE = "/predict"
TRAFFICS: tuple[Traffic, ...] = ("people", "replay")
DESCRIBED = (
    "model_feature_reference_share",
    "model_outcome_reference_share",
    "model_drift_minimum_requests",
    "model_release_created_seconds",
    "model_server_start_seconds",
    "model_server_threads",
    "model_worker_exits_total",
)
"""What rules compare with, whatever the traffic."""
SERVER_ERROR = 500
CLIENT_ERROR = 400

JUDGED = (
    "http_requests_total",
    "http_request_seconds_bucket",
    "model_predictions_total",
    "model_feedback_total",
    "model_feedback_right_total",
    "model_feedback_error_total",
    "model_feedback_squared_error_total",
)
"""The series that a judgement needs; a server tells of much more."""

Labels = Mapping[str, str]
Key = tuple[str, frozenset[tuple[str, str]]]


class MissingMetric(Broken):
    """A series that the contract promises is not in what was scraped."""


class NotSeen(Broken):
    """Nobody has looked at a release: that is not enough data, and no harm of the release's."""


class Watch(Protocol):
    """What releases do from a moment on."""

    def seen(self, release: str) -> Observation:
        """Its window from that moment until now; NotSeen where nobody can say, Broken where the release is gone."""


@dataclass(frozen=True)
class Snapshot:
    """The series of one server at one moment; `at_seconds` is on a clock that only runs forward."""

    url: str
    at_seconds: float
    values: Mapping[Key, float]

    def select(self, name: str, **wanted: str) -> Iterator[tuple[Labels, Key]]:
        """The series of a name that carry these labels."""
        for key in self.values:
            if key[0] == name and wanted.items() <= (labels := dict(key[1])).items():
                yield labels, key


def read_snapshot(text: str, url: str, at_seconds: float) -> Snapshot:
    """Prometheus text as a snapshot; Broken where it cannot be read."""
    try:
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    except ValueError as problem:
        raise Broken(f"{url}: its metrics cannot be read ({problem})") from None
    values = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    return Snapshot(url, at_seconds, values)


def scrape(url: str) -> str:
    """The text at `url`/metrics; Broken where it does not answer with 200."""
    try:
        # A connection left open would be waited for when this server drains.
        answer = urllib3.request(
            "GET", f"{url}/metrics", headers={"Connection": "close"}, timeout=ASK_SECONDS, retries=False
        )
    except urllib3.exceptions.HTTPError as problem:
        raise Broken(f"{url}/metrics does not answer ({type(problem).__name__})") from None
    if answer.status != 200:
        raise Broken(f"{url}/metrics answered {answer.status}, wanted 200")
    return answer.data.decode("utf-8")


def snapshot(url: str) -> Snapshot:
    """The series of the server at `url`, now."""
    return read_snapshot(scrape(url), url, time.monotonic())


def judged_snapshot(url: str) -> Snapshot:
    """Of the server at `url` only the series that a judgement needs: who looks every second reads no more than that."""
    lines = scrape(url).splitlines(keepends=True)
    kept = [line for line in lines if line.startswith(JUDGED)]
    return read_snapshot("".join(kept), url, time.monotonic())


def window(before: Snapshot, after: Snapshot, release: str, traffic: Traffic) -> Observation:
    """What a release did between two snapshots of its server; MissingMetric where a series is not there.

    A counter that stands lower than before was reset and counts from zero, as in PromQL's increase(); one that was
    not there before is born at zero. A window in which nothing came has zero requests, which no policy judges.
    """
    seen = _Window(before, after, {"release": release, "traffic": traffic})
    requests = seen.increases("http_requests_total", "status", route=ROUTE)
    worst = CLIENT_ERROR if traffic == "replay" else SERVER_ERROR
    regression = not list(after.select("model_feedback_right_total", release=release))
    return Observation(
        release=release,
        traffic=traffic,
        seconds=after.at_seconds - before.at_seconds,
        requests=round(sum(requests.values())),
        # A replayed row is a valid one: whatever refuses it is an error. People make mistakes of their own.
        errors=round(sum(count for status, count in requests.items() if int(status) >= worst)),
        latency=seen.histogram("http_request_seconds", route=ROUTE),
        outcomes={name: round(count) for name, count in seen.increases("model_predictions_total", "outcome").items()},
        labelled=round(seen.total("model_feedback_total", result="matched")),
        right=None if regression else round(seen.total("model_feedback_right_total")),
        error_sum=seen.total("model_feedback_error_total") if regression else None,
        error_squared_sum=seen.total("model_feedback_squared_error_total") if regression else None,
    )


@dataclass(frozen=True)
class Scraped:
    """A `Watch` that reads each release's own server."""

    before: Mapping[str, Snapshot]
    traffic: Traffic

    @classmethod
    def start(cls, urls: Mapping[str, str], traffic: Traffic) -> Scraped:
        """From now on; `urls` by release."""
        return cls({release: snapshot(url) for release, url in urls.items()}, traffic)

    def seen(self, release: str) -> Observation:
        """Broken where the server does not answer any more."""
        before = self.before[release]
        return window(before, snapshot(before.url), release, self.traffic)


@dataclass(frozen=True)
class _Window:
    before: Snapshot
    after: Snapshot
    own: Labels

    def increases(self, name: str, label: str, **wanted: str) -> dict[str, float]:
        """By a label's value: how much the counters rose."""
        rises: dict[str, float] = {}
        for labels, key in self.after.select(name, **self.own, **wanted):
            rises[labels[label]] = rises.get(labels[label], 0.0) + self._rise(key)
        if not rises:
            shown = ", ".join(f'{label}="{value}"' for label, value in {**self.own, **wanted}.items())
            raise MissingMetric(f"{self.after.url}/metrics: no {name}{{{shown}}} (docs/contracts.md, Metrics)")
        return rises

    def total(self, name: str, **wanted: str) -> float:
        """How much the counters rose together."""
        return sum(self.increases(name, "traffic", **wanted).values())

    def histogram(self, name: str, **wanted: str) -> Histogram:
        """The observations of the window."""
        counts = {float(bound): count for bound, count in self.increases(f"{name}_bucket", "le", **wanted).items()}
        if math.inf not in counts:
            raise MissingMetric(f'{self.after.url}/metrics: {name} has no bucket le="+Inf"')
        bounds = tuple(sorted(counts))
        return Histogram(bounds, tuple(counts[bound] for bound in bounds))

    def _rise(self, key: Key) -> float:
        now, then = self.after.values[key], self.before.values.get(key, 0.0)
        return now - then if now >= then else now


def holds_what_rules_need(text: str, release: str | None = None) -> list[str]:
    """Which series that rules, dashboards and judging need are missing; one sentence each, empty when all are there."""
    seen = read_snapshot(text, "", 0.0)
    infos = [labels for labels, _ in seen.select("model_release_info", **({"release": release} if release else {}))]
    if not infos:
        return [f"model_release_info: no series{f' of release {release}' if release else ''}"]
    own = {name: infos[0].get(name, "") for name in ("model", "release")}
    missing = [
        f"{name}: no series with {_shown(wanted)}"
        for name, wanted in _needed(infos[0]["task"])
        if not any(seen.select(name, **own, **wanted))
    ]
    return missing + _bins_not_counted(seen, own)


def _needed(task: str) -> Iterator[tuple[str, Labels]]:
    error = ("model_feedback_error_total", "model_feedback_squared_error_total")
    for traffic in TRAFFICS:
        yield "http_requests_total", {"route": ROUTE, "status": "200", "traffic": traffic}
        yield "http_requests_total", {"route": ROUTE, "status": "500", "traffic": traffic}
        yield "http_request_seconds_bucket", {"route": ROUTE, "le": "+Inf", "traffic": traffic}
        yield "model_processing_seconds_bucket", {"le": "+Inf", "traffic": traffic}
        yield "model_predictions_total", {"traffic": traffic}
        for name in error if task == "regression" else ("model_feedback_right_total",):
            yield name, {"traffic": traffic}
        for result in ("matched", "repeated", "expired"):
            yield "model_feedback_total", {"result": result, "traffic": traffic}
    yield "model_feedback_total", {"result": "unknown"}
    for name in DESCRIBED:
        yield name, {}


def _bins_not_counted(seen: Snapshot, own: Labels) -> list[str]:
    """Drift is a sum over all bins of the reference: one without its counter would be left out without a word."""
    bins = [
        {name: labels[name] for name in ("feature", "bin")}
        for labels, _ in seen.select("model_feature_reference_share", **own)
    ]
    counted = {
        (labels["feature"], labels["bin"], labels["traffic"])
        for labels, _ in seen.select("model_feature_bin_total", **own)
    }
    return [
        f"model_feature_bin_total: no series with {_shown({**one, 'traffic': traffic})}"
        for one, traffic in product(bins, TRAFFICS)
        if (one["feature"], one["bin"], traffic) not in counted
    ]


def _shown(labels: Labels) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in labels.items()) or "the release's labels"
