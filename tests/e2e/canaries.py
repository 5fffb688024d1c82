"""Canaries of the small model on a real cluster, by the policy that tests can wait for."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from delivery import rollout
from tests.delivery.canaries import default_policy
from tests.delivery.tiny import cases
from tests.e2e.cluster import Bench
from tests.e2e.images import MODEL

POLICY = dataclasses.replace(
    default_policy(), shares=(0.25, 0.5), replay_requests=400, minimum_requests=60, minimum_labelled=60,
    error_margin=0.03, latency_grace_seconds=5.0, latency_limit_seconds=5.0, accuracy_margin=0.06,
)  # fmt: skip
PEOPLE = dataclasses.replace(POLICY, traffic="people", step_seconds=15.0, hold_seconds=15.0)


def canary(there: Bench, folder: Path, **more: Any) -> str:
    """`canary`, as the verb does it; build files go to the project's `build`."""
    policy = dataclasses.replace(POLICY, shares=there.settings.rollout.shares)
    settings = {"policy": policy, "cases": cases(), "relative": False, "who": "me", **more}
    return rollout.canary(there.delivery(), MODEL, folder, there.settings.root / "build", **settings)
