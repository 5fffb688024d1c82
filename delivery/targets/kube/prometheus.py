"""What Prometheus saw of releases: raw samples over a window, added up over pods, whatever was restarted between.

`increase()` extrapolates to the edges of its window and gives parts of requests; judging counts. So the samples are
asked for as they are, and each series' rises are added up here: a counter that stands lower than before was reset,
one that was first seen after the window began was born at zero.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3

from delivery.evidence import Observation, Traffic
from delivery.observing import JUDGED, Key, NotSeen, Snapshot, window

ASK_SECONDS = 10.0
LOOKBACK_SECONDS = 300
PATIENCE_SCRAPES = 4
POLL_SECONDS = 1.0
OF_THE_TARGET = {"namespace", "pod", "service", "endpoint", "instance", "job", "container", "model"}
"""Labels that the scrape adds: series that differ in nothing else are one."""

Series = list[dict[str, Any]]


@dataclass(frozen=True)
class Prometheus:
    """One Prometheus, by its address."""

    url: str

    def query(self, promql: str) -> Series:
        """An instant query; NotSeen where it is not answered."""
        data: Any = self._get("/api/v1/query", {"query": promql})
        series: Series = data["result"]
        return series

    def configuration(self) -> str:
        """The configuration it runs with, as YAML."""
        data: Any = self._get("/api/v1/status/config", {})
        return str(data["yaml"])

    def rules(self) -> list[dict[str, Any]]:
        """The groups of rules that it has loaded, with the file of each."""
        data: Any = self._get("/api/v1/rules", {})
        groups: list[dict[str, Any]] = data["groups"]
        return groups

    def now(self) -> float:
        """Its own clock, seconds since 1970."""
        data: Any = self._get("/api/v1/query", {"query": "time()"})
        return float(data["result"][1])

    def _get(self, path: str, fields: Mapping[str, str]) -> Any:
        try:
            answer = urllib3.request(
                "GET", f"{self.url}{path}", fields=fields, timeout=ASK_SECONDS, retries=False,
                headers={"Connection": "close"},
            )  # fmt: skip
            document = answer.json()
        except (urllib3.exceptions.HTTPError, ValueError) as problem:
            raise NotSeen(f"Prometheus at {self.url} does not answer ({type(problem).__name__})") from None
        if answer.status != 200:
            raise NotSeen(f"Prometheus at {self.url} answers {answer.status}: {document.get('error', '')}")
        return document["data"]


@dataclass(frozen=True)
class Targets:
    """The pods of some services, as Prometheus reads them."""

    prometheus: Prometheus
    namespace: str
    services: tuple[str, ...]
    scrape_seconds: float

    def wait(self, wanted: Callable[[], Mapping[str, int]], since: float, seconds: float) -> None:
        """Until so many pods of each service are up and were read after `since`; NotSeen says which are not."""
        deadline = time.monotonic() + seconds
        while missing := self._missing(wanted(), since):
            if time.monotonic() > deadline:
                raise NotSeen(missing)
            time.sleep(POLL_SECONDS)

    def read_since(self, since: float) -> dict[str, int]:
        """How many pods of each service are up and were read after a moment."""
        # Of a bare selector only does timestamp() say when it was read; of anything else, when it was asked.
        series = self.prometheus.query(f"timestamp({self._up()}) and {self._up()} == 1")
        read = dict.fromkeys(self.services, 0)
        for one in series:
            if float(one["value"][1]) > since:
                read[one["metric"]["service"]] += 1
        return read

    def _missing(self, wanted: Mapping[str, int], since: float) -> str:
        try:
            read = self.read_since(since)
        except NotSeen as problem:
            return str(problem)
        few = [
            f"{service} {read[service]} of {count} pods" for service, count in wanted.items() if read[service] < count
        ]
        return f"Prometheus at {self.prometheus.url} does not read {', '.join(few)} ({self._up()})" if few else ""

    def _up(self) -> str:
        return f'up{{namespace="{self.namespace}",service=~"{"|".join(self.services)}"}}'


@dataclass(frozen=True)
class PrometheusWatch:
    """A `Watch` over what Prometheus has; `began` is when the canary was made, by the API server's clock."""

    targets: Targets
    pods: Callable[[], Mapping[str, int]]
    """How many pods of each service are ready now."""
    traffic: Traffic
    began: float
    alive: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """By release: raises Broken where its pods do not serve, which nothing that they count can tell."""

    def seen(self, release: str) -> Observation:
        """All that a release's pods did; waits for one more scrape, so that what was just sent is in it."""
        prometheus = self.targets.prometheus
        if release in self.alive:
            self.alive[release]()
        now = prometheus.now()
        self.targets.wait(self.pods, now, PATIENCE_SCRAPES * self.targets.scrape_seconds)
        now = prometheus.now()
        back = math.ceil(now - self.began) + LOOKBACK_SECONDS
        names, namespace = "|".join(JUDGED), self.targets.namespace
        wanted = f'__name__=~"{names}",namespace="{namespace}",release="{release}",traffic="{self.traffic}"'
        series = prometheus.query(f"{{{wanted}}}[{back}s]")
        if not series:
            raise NotSeen(f"Prometheus at {prometheus.url} has nothing of {{{wanted}}}")
        before = Snapshot(prometheus.url, self.began, {})
        return window(before, Snapshot(prometheus.url, now, rises(series, self.began)), release, self.traffic)


def rises(series: Series, since: float) -> dict[Key, float]:
    """How much each counter rose after a moment, over all pods together."""
    rose: dict[Key, float] = {}
    for one in series:
        labels = {name: value for name, value in one["metric"].items() if name not in OF_THE_TARGET}
        key = (labels.pop("__name__"), frozenset(labels.items()))
        samples = [(float(at), float(value)) for at, value in one["values"]]
        rose[key] = rose.get(key, 0.0) + rise(samples, since)
    return rose


def rise(samples: list[tuple[float, float]], since: float) -> float:
    """How much one counter rose after a moment."""
    then = next((value for at, value in reversed(samples) if at <= since), 0.0)
    total = 0.0
    for at, value in samples:
        if at > since:
            total += value - then if value >= then else value
            then = value
    return total
