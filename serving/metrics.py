"""GET /metrics: what Prometheus reads, right over any number of workers. Names and labels: docs/contracts.md.

Children are bound once and every series exists from the start, so that a rate over a first event is not lost. With
PROMETHEUS_MULTIPROC_DIR in the environment (gunicorn.conf.py sets it) the counters live in files all workers share;
without it, as in a test client, in this process alone.
"""

from __future__ import annotations

import os
import time
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from serving.bins import Bin, BinCounts
from serving.described import Described

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
PEOPLE, REPLAY, UNKNOWN_TRAFFIC = "people", "replay", "unknown"
TRAFFICS = (PEOPLE, REPLAY)
RESULTS = ("matched", "repeated", "unknown", "expired")

STATUSES: Mapping[str, Sequence[int]] = {
    "/predict": (200, 400, 413, 415, 422, 500),
    "/explain": (200, 400, 413, 415, 422, 500),
    "/feedback": (202, 400, 413, 415, 422, 503),
    "/metrics": (200,),
    "/healthz": (200,),
    "/readyz": (200, 503),
    "/": (200,),
    "/openapi.json": (200,),
    "other": (200, 404, 405),
}
"""The routes, and the statuses whose series exist from the start."""

TIMED = ("/predict", "/explain", "/feedback")
"""The routes whose time is observed; the others are asked by machines and would only blur it."""

REQUEST_BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)
PROCESSING_BUCKETS = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)


class Metrics:
    """The series of one release's server."""

    def __init__(self, described: Described) -> None:
        self._registry = CollectorRegistry()
        self._model, self._release = described.model, described.release
        self._own = (described.model, described.release)
        self._define_traffic()
        self._worker_exits = self._counters("model_worker_exits_total", "Workers that ended while the server went on")
        self._worker_exits(*self._own)
        self._define_feedback(classifies=bool(described.labels))
        self._initialise(described)
        self._describe(described)
        self.bins = BinCounts(self._pay_bin)
        self._exposed = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            self._exposed = CollectorRegistry()
            MultiProcessCollector(self._exposed)  # type: ignore[no-untyped-call]

    def count_request(self, route: str, status: int, traffic: str, seconds: float) -> None:
        """One request was answered, `seconds` after it arrived."""
        self._requests(*self._own, route, status, traffic).inc()
        if route in TIMED:
            self._request_seconds(*self._own, route, traffic).observe(seconds)

    def count_predictions(self, traffic: str, outcomes: Sequence[str], processing_seconds: float) -> None:
        """One request's predictions left the scorer."""
        self._processing_seconds(*self._own, traffic).observe(processing_seconds)
        for outcome, count in Tally(outcomes).items():
            self._predictions(*self._own, outcome, traffic).inc(count)

    def count_feedback(self, result: str, traffic: str, release: str | None = None) -> None:
        """One feedback entry; a matched one belongs to the release that its id names."""
        self._feedback(self._model, release or self._release, result, traffic).inc()

    def count_right(self, traffic: str, release: str) -> None:
        """A matched label was the predicted one."""
        self._right(self._model, release, traffic).inc()

    def count_error(self, traffic: str, release: str, error: float) -> None:
        """A matched value differed by so much from the predicted one."""
        self._error(self._model, release, traffic).inc(error)
        self._squared_error(self._model, release, traffic).inc(error * error)

    def describe_server(self, threads: int) -> None:
        """The server is about to answer, by so many threads in all its workers."""
        started = self._gauge("model_server_start_seconds", "When this server started, seconds since 1970")
        started.labels(*self._own).set(time.time())
        self._gauge("model_server_threads", "Requests that this server answers at a time").labels(*self._own).set(
            threads
        )

    def count_worker_exit(self) -> None:
        """A worker ended and nobody had asked it to; told by the process that started it."""
        self._worker_exits(*self._own).inc()

    def render(self) -> bytes:
        """The text that Prometheus scrapes."""
        self.bins.flush()
        return generate_latest(self._exposed)

    def _pay_bin(self, traffic: str, name: Bin, count: int) -> None:
        self._bins(*self._own, *name, traffic).inc(count)

    def _define_traffic(self) -> None:
        self._requests = self._counters("http_requests_total", "Requests answered", "route", "status", "traffic")
        self._request_seconds = self._histograms(
            "http_request_seconds", "Total time of a request, waiting for a thread included", REQUEST_BUCKETS, "route"
        )
        self._processing_seconds = self._histograms(
            "model_processing_seconds", "Time inside the scorer, of one request", PROCESSING_BUCKETS
        )
        self._predictions = self._counters("model_predictions_total", "Predictions by answer", "outcome", "traffic")
        self._bins = self._counters(
            "model_feature_bin_total", "Rows by the reference's bins", "feature", "bin", "traffic"
        )

    def _define_feedback(self, classifies: bool) -> None:
        self._feedback = self._counters("model_feedback_total", "Feedback entries", "result", "traffic")
        if classifies:
            self._right = self._counters("model_feedback_right_total", "Feedback that agreed", "traffic")
            return
        self._error = self._counters("model_feedback_error_total", "Sum of absolute errors", "traffic")
        self._squared_error = self._counters("model_feedback_squared_error_total", "Sum of squared errors", "traffic")

    def _initialise(self, described: Described) -> None:
        for traffic in TRAFFICS:
            for route, statuses in STATUSES.items():
                for status in statuses:
                    self._requests(*self._own, route, status, traffic)
            for route in TIMED:
                self._request_seconds(*self._own, route, traffic)
            self._processing_seconds(*self._own, traffic)
            for outcome in described.outcomes:
                self._predictions(*self._own, outcome, traffic)
            for name in described.shares:
                self._bins(*self._own, *name, traffic)
            for series in (self._right,) if described.labels else (self._error, self._squared_error):
                series(*self._own, traffic)
        for result, traffic in product(RESULTS, (*TRAFFICS, UNKNOWN_TRAFFIC)):
            if (result == "unknown") == (traffic == UNKNOWN_TRAFFIC):
                self._feedback(*self._own, result, traffic)

    def _describe(self, described: Described) -> None:
        info = self._gauge("model_release_info", "The release that answers", "task", "api", "candidate", "commit")
        info.labels(*self._own, described.task, described.api, described.candidate, described.commit).set(1)
        created = self._gauge("model_release_created_seconds", "When the release was made, seconds since 1970")
        created.labels(*self._own).set(described.created_seconds)
        needed = self._gauge("model_drift_minimum_requests", "Rows without which a window says nothing about drift")
        needed.labels(*self._own).set(described.drift_requests)
        self._set_each("model_feature_reference_share", "Share of the bin in the reference",
                       ("feature", "bin"), described.shares)  # fmt: skip
        self._set_each("model_outcome_reference_share", "Share of the outcome in the reference",
                       ("outcome",), {(name,): share for name, share in described.outcome_shares.items()})  # fmt: skip
        self._set_each("model_release_figure", "What the release's own gates measured",
                       ("measure", "bound"), described.figures)  # fmt: skip
        self._set_each("model_fault_active", "1 while MODEL_FAULTS makes this server misbehave",
                       ("fault",), {(fault,): 1.0 for fault in described.faults})  # fmt: skip

    def _set_each(self, name: str, text: str, labels: Sequence[str], values: Mapping[Any, float]) -> None:
        gauge = self._gauge(name, text, *labels)
        for key, value in values.items():
            gauge.labels(*self._own, *key).set(value)

    # `labels` of prometheus_client takes a lock and builds strings; a cache of bound children is ten times faster.
    def _counters(self, name: str, text: str, *labels: str) -> Callable[..., Counter]:
        return cache(Counter(name, text, ("model", "release", *labels), registry=self._registry).labels)

    def _histograms(self, name: str, text: str, buckets: Sequence[float], *labels: str) -> Callable[..., Histogram]:
        every = ("model", "release", *labels, "traffic")
        return cache(Histogram(name, text, every, registry=self._registry, buckets=buckets).labels)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        # Set before the workers are forked: the greatest of all processes is the one that was set.
        every = ("model", "release", *labels)
        return Gauge(name, text, every, registry=self._registry, multiprocess_mode="max")
