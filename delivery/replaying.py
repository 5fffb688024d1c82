"""Labelled holdout rows, sent as marked traffic to canary and champion alike, in pairs, and the labels after them.

Each row goes to both releases one right after the other, each first in turn, over a new connection every time: what
disturbs the machine disturbs both, and no load balancer can keep a connection on one of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import urllib3

from delivery.evidence import Pairs

Side = Literal["canary", "champion"]
HEADERS = {"Content-Type": "application/json", "Traffic": "replay", "Connection": "close"}
FEEDBACK_AT_ONCE = 100
THREADS = 4
SEED = 20260101


@dataclass(frozen=True)
class Case:
    """A row as a caller would send it, and what was right: a label's name, or a value."""

    instance: Mapping[str, Any]
    actual: str | float


@dataclass
class Exchange:
    """What one release answered so far."""

    sent: int = 0
    lost: int = 0
    """Requests without an answer: refused, reset, timed out."""
    malformed: int = 0
    """Answers with status 200 that hold no prediction for every row."""
    refused: int = 0
    """Answers with another status than 200."""


@dataclass(frozen=True)
class Answered:
    """The predictions of one request, None where it failed."""

    predictions: Sequence[Mapping[str, Any]] | None
    failure: Literal["lost", "malformed", "refused"] | None = None


@dataclass
class Replay:
    """A bounded replay: request i carries the rows i * rows_a_request ... of one seeded order of all cases.

    Where there are more requests than rows the order starts again: such a row counts for errors and latency, but its
    label is not sent twice, for one row is one piece of evidence.
    """

    cases: Sequence[Case]
    urls: Mapping[Side, str]
    requests: int
    relative: bool = False
    """Regression: errors relative to the actual value."""
    rows_a_request: int = 1
    seed: int = SEED
    timeout_seconds: float = 10.0
    progress: Callable[[str], None] = lambda what: None
    done: int = 0
    pairs: Pairs = field(default_factory=Pairs)
    exchanges: dict[Side, Exchange] = field(init=False)

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError("a replay needs at least one labelled row")
        self.order = random.Random(self.seed).sample(range(len(self.cases)), len(self.cases))  # noqa: S311
        self.exchanges = {side: Exchange() for side in self.urls}

    def send_until(self, requests: int) -> None:
        """Send what is missing to make it so many requests to each side, then the labels of what was answered."""
        indices = range(self.done, min(requests, self.requests))
        labels: dict[Side, list[dict[str, Any]]] = {side: [] for side in self.urls}
        with urllib3.PoolManager(retries=False, timeout=self.timeout_seconds) as pool:
            with ThreadPoolExecutor(THREADS) as threads:
                answered = threads.map(lambda index: self._ask_both(pool, index), indices)
                for index, answers in zip(indices, answered, strict=True):
                    self._note(index, answers, labels)
            for side, entries in labels.items():
                self._send_feedback(pool, side, entries)
        self.done += len(indices)

    def _ask_both(self, pool: urllib3.PoolManager, index: int) -> dict[Side, Answered]:
        sides = list(self.urls)
        turned = sides if index % 2 == 0 else sides[::-1]
        instances = [dict(self.cases[row].instance) for row in self._rows(index)]
        return {side: _ask(pool, self.urls[side], instances) for side in turned}

    def _rows(self, index: int) -> list[int]:
        start = index * self.rows_a_request
        return [self.order[at % len(self.order)] for at in range(start, start + self.rows_a_request)]

    def _note(self, index: int, answers: Mapping[Side, Answered], labels: dict[Side, list[dict[str, Any]]]) -> None:
        for side, answered in answers.items():
            exchange = self.exchanges[side]
            exchange.sent += 1
            if answered.failure:
                setattr(exchange, answered.failure, getattr(exchange, answered.failure) + 1)
        for place, row in enumerate(self._rows(index)):
            if index * self.rows_a_request + place < len(self.order):
                self._note_row(self.cases[row], place, answers, labels)
        self.progress(f"{index + 1} of {self.requests} requests to {' and '.join(self.urls)}")

    def _note_row(
        self, case: Case, place: int, answers: Mapping[Side, Answered], labels: dict[Side, list[dict[str, Any]]]
    ) -> None:
        scores = {}
        for side, answered in answers.items():
            if answered.predictions is not None:
                prediction = answered.predictions[place]
                labels[side].append({"id": prediction["id"], "actual": case.actual})
                scores[side] = score(prediction, case.actual, self.relative)
        if len(scores) == 2:
            self.pairs = self.pairs.plus(scores["canary"], scores["champion"])

    def _send_feedback(self, pool: urllib3.PoolManager, side: Side, entries: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(entries), FEEDBACK_AT_ONCE):
            part = entries[start : start + FEEDBACK_AT_ONCE]
            body = json.dumps({"feedback": part}).encode()
            # Labels that a release does not take are missing in what it counts: too few is for the judge to say.
            with suppress(urllib3.exceptions.HTTPError):
                pool.request("POST", f"{self.urls[side]}/feedback", body=body, headers=HEADERS)


def _ask(pool: urllib3.PoolManager, url: str, instances: Sequence[Mapping[str, Any]]) -> Answered:
    body = json.dumps({"instances": instances}).encode()
    try:
        answer = pool.request("POST", f"{url}/predict", body=body, headers=HEADERS)
    except urllib3.exceptions.HTTPError:
        return Answered(None, "lost")
    if answer.status != 200:
        return Answered(None, "refused")
    try:
        predictions = json.loads(answer.data)["predictions"]
        whole = len(predictions) == len(instances) and all("id" in one for one in predictions)
    except (ValueError, KeyError, TypeError):
        whole = False
    return Answered(predictions) if whole else Answered(None, "malformed")


def score(prediction: Mapping[str, Any], actual: str | float, relative: bool) -> float:
    """1 for the right label and 0 for another; for a value the absolute error, relative to the actual one if asked."""
    if isinstance(actual, str):
        return float(prediction["label"] == actual)
    error = abs(float(prediction["value"]) - actual)
    return error / abs(actual) if relative else error
