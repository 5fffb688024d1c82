"""What the watcher makes of what it sees: the canary's own `judge` on windows of production. Pure.

A release is held to absolute bounds and to what its gates promised; where its predecessor was seen too, also to that.
Every look may be a false alarm, so that `rollout.false_alarms` is shared among all looks at a release while it can be
taken back (Bonferroni): a healthy one is accused with that probability at most.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from delivery.evidence import Observation, Promised, Traffic
from delivery.judging import Finding, Policy, judge
from delivery.observing import Snapshot, window

ALERT_OF = {
    "errors": "ModelErrorsFast",
    "latency": "ModelSlow",
    "mix": "ModelMixShift",
    "accuracy": "ModelQuality",
    "error": "ModelQuality",
}
"""The alert of each measure of `judge`."""


@dataclass(frozen=True)
class Alarm:
    """One thing that is wrong with a release in production."""

    name: str
    model: str
    release: str
    summary: str
    value: str

    @property
    def labels(self) -> dict[str, str]:
        """As a rule of Prometheus would set them."""
        return {"alertname": self.name, "model": self.model, "release": self.release, "severity": "page"}

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same alarm at another look."""
        return self.name, self.model, self.release

    def document(self, started: str, firing: bool = True) -> dict[str, Any]:
        """As Alertmanager would post it."""
        fingerprint = hashlib.sha256(json.dumps(self.labels, sort_keys=True).encode()).hexdigest()[:16]
        entry = {
            "status": "firing" if firing else "resolved",
            "labels": self.labels,
            "annotations": {"summary": self.summary, "description": self.summary, "value": self.value},
            "startsAt": started,
            "fingerprint": fingerprint,
        }
        return {"version": "4", "status": entry["status"], "receiver": "respond", "alerts": [entry]}


@dataclass
class Eye:
    """Looks at one release in production, none of them older than the longest window needs."""

    release: str
    url: str
    promised: Promised
    looks: deque[Snapshot] = field(default_factory=deque)

    def look(self, snapshot: Snapshot, longest_seconds: float) -> None:
        """One more; those that no window can begin with any more are forgotten."""
        self.looks.append(snapshot)
        while len(self.looks) > 2 and snapshot.at_seconds - self.looks[1].at_seconds >= longest_seconds:
            self.looks.popleft()

    def seen(self, seconds: float, traffic: Traffic) -> Observation:
        """What happened within so many seconds before the last look, or since the first where that is shorter."""
        last = self.looks[-1]
        old_enough = [look for look in self.looks if last.at_seconds - look.at_seconds >= seconds]
        return window(old_enough[-1] if old_enough else self.looks[0], last, self.release, traffic)


def careful(policy: Policy, looks: float) -> Policy:
    """The policy with its false alarms shared among so many looks instead of a canary's steps."""
    return replace(policy, false_alarms=policy.false_alarms * len(policy.shares) / max(looks, len(policy.shares)))


def alarms_of(
    model: str,
    windows: Iterable[Observation],
    predecessor: Mapping[Traffic, Observation],
    policy: Policy,
    promised: Promised,
) -> list[Alarm]:
    """What is wrong in any of the windows; each alert once, told by the window in which it shows first."""
    found: dict[str, Alarm] = {}
    for seen in windows:
        for finding in _findings(seen, predecessor.get(seen.traffic), policy, promised):
            if finding.outcome == "harmful":
                found.setdefault(ALERT_OF[finding.measure], _alarm(model, seen, finding))
    return list(found.values())


def enough(seen: Observation, policy: Policy) -> bool:
    """Whether a window can stand for its release when the next one is compared with it."""
    return seen.requests >= policy.minimum_requests and seen.labelled >= policy.minimum_labelled


def _findings(seen: Observation, before: Observation | None, policy: Policy, promised: Promised) -> Sequence[Finding]:
    # Without a promise there is nothing to hold its labels to; errors and latency have bounds of their own.
    held = seen if promised != Promised() else replace(seen, labelled=0)
    alone = judge(held, None, policy, promised).findings
    return (*alone, *judge(seen, before, policy).findings) if before else alone


def _alarm(model: str, seen: Observation, finding: Finding) -> Alarm:
    whose = "people's" if seen.traffic == "people" else "replayed"
    summary = f"{finding.sentence}, in {seen.requests} {whose} requests within {seen.seconds:.0f} s"
    return Alarm(ALERT_OF[finding.measure], model, seen.release, summary, f"{finding.value:.4g}")
