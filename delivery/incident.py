"""A release that goes bad in production, and what that costs: people ask all the while, and somebody keeps count."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import urllib3

from delivery.errors import Broken
from delivery.opening import open_delivery
from delivery.promotion import Delivery
from delivery.replaying import Case, score
from delivery.settings import Settings
from delivery.targets.local import LocalTarget
from delivery.targets.misbehaving import misbehave

BEFORE_SECONDS = 6.0
"""How long people ask before anything is wrong."""
PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.05
PAUSE_SECONDS = 0.004
THREADS = 2
HEADERS = {"Connection": "close"}
"""Nobody stays on a server that is leaving."""


@dataclass(frozen=True)
class Incident:
    """What happened, in seconds and requests, counted from the first moment in which the fault could be met."""

    model: str
    release: str
    restored: str
    fault: str
    alert: str
    at: str
    seconds_to_detect: float
    seconds_to_restore: float
    requests: int
    """Answered by the bad release until it was gone, and failed ones."""
    wrong: int
    """Of these, failed or answered with another label than the right one."""
    wrong_share_before: float
    """The same of the release while it was well: no model is always right."""

    def as_json(self) -> dict[str, Any]:
        """As it stands in incident.json."""
        return asdict(self)

    def sentence(self) -> str:
        """The figures in a line."""
        noticed = f"noticed after {self.seconds_to_detect:.1f} s ({self.alert})"
        restored = f"{self.restored} restored after {self.seconds_to_restore:.1f} s"
        share = f"{self.wrong / max(1, self.requests):.0%} wrong or failed, {self.wrong_share_before:.0%} before"
        return f"{noticed}, {restored}; {self.requests} requests saw it: {share}"


@dataclass
class Visitors:
    """People who ask, and a moment later say what was right."""

    url: str
    cases: Sequence[Case]
    answers: list[tuple[float, str | None, bool]] = field(default_factory=list)
    """When, by which release (None: it failed), and whether it was right."""
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self, start: int) -> None:
        """One of them, from some row on, until all is over."""
        with urllib3.PoolManager(retries=False, timeout=10.0) as pool:
            at = start
            while not self.over.wait(PAUSE_SECONDS):
                self.answers.append((time.monotonic(), *self._exchange(pool, self.cases[at % len(self.cases)])))
                at += THREADS

    def _exchange(self, pool: urllib3.PoolManager, case: Case) -> tuple[str | None, bool]:
        try:
            question = {"instances": [dict(case.instance)]}
            answer = pool.request("POST", f"{self.url}/predict", json=question, headers=HEADERS)
            if answer.status != 200:
                return None, False
            said = answer.json()
            prediction = said["predictions"][0]
            truth = {"feedback": [{"id": prediction["id"], "actual": case.actual}]}
            pool.request("POST", f"{self.url}/feedback", json=truth, headers=HEADERS)
        except urllib3.exceptions.HTTPError:
            return None, False
        return said["release"], not isinstance(case.actual, str) or score(prediction, case.actual, False) == 1.0

    def met(self, release: str, since: float, until: float) -> list[bool]:
        """What a release answered between two moments, right or not; what failed meanwhile counts as its own."""
        return [right for at, by, right in self.answers if since <= at < until and by in (release, None)]


@contextmanager
def people(url: str, cases: Sequence[Case]) -> Iterator[Visitors]:
    """Some who ask until the block ends."""
    visitors = Visitors(url, cases)
    threads = [threading.Thread(target=visitors.ask, args=(start,)) for start in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield visitors
    finally:
        visitors.over.set()
        for thread in threads:
            thread.join()


def go_bad(settings: Settings, model: str, cases: Sequence[Case], fault: str) -> Incident:
    """Make the live release misbehave while people ask it, and wait until the watcher has had it taken back."""
    delivery = open_delivery(settings)
    target = delivery.target
    assert isinstance(target, LocalTarget)
    with people(target.public_url(model), cases) as visitors:
        time.sleep(BEFORE_SECONDS)
        release = misbehave(target, model, fault)
        began, at = time.monotonic(), datetime.now(UTC)
        restored = _wait(visitors, began, release)
        seconds = time.monotonic() - began
    before, met = visitors.met(release, 0.0, began), visitors.met(release, began, began + seconds)
    alert = _alert_of(delivery, model, release)
    detected = (datetime.fromisoformat(alert["started"]) - at).total_seconds()
    return Incident(
        model,
        release,
        restored,
        fault,
        alert["name"],
        at.isoformat(),
        seconds_to_detect=round(detected, 2),
        seconds_to_restore=round(seconds, 2),
        requests=len(met),
        wrong=met.count(False),
        wrong_share_before=round(before.count(False) / max(1, len(before)), 4),
    )


def _wait(visitors: Visitors, began: float, release: str) -> str:
    """The release that answers people in place of the bad one."""
    while time.monotonic() - began < PATIENCE_SECONDS:
        last = visitors.answers[-1][1]
        if last not in (release, None):
            return str(last)
        time.sleep(POLL_SECONDS)
    raise Broken(
        f"{release} went bad, and nobody took it back within {PATIENCE_SECONDS:.0f} s; see var/keeper/watcher.log"
    )


def _alert_of(delivery: Delivery, model: str, release: str) -> dict[str, Any]:
    """The alert that the rollback names; it is written once the bad release has answered its last request."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        entry = delivery.ledger.entries(model)[-1]
        if entry.action == "rolled_back" and entry.release == release:
            alert: dict[str, Any] = entry.evidence["alert"]
            return alert
        time.sleep(POLL_SECONDS)
    raise Broken(f"{model}: the ledger does not tell of the rollback of {release}")
