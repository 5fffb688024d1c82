"""The target that is meant, with its ledger, journal and lock: what every verb that moves a release needs."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from delivery import locking
from delivery.errors import WrongSetting
from delivery.journal import Journal
from delivery.ledger import Ledger
from delivery.lines import FileLines
from delivery.locking import delivery_lock
from delivery.manifests import name_of
from delivery.promotion import Delivery
from delivery.settings import Settings
from delivery.targets import Target
from delivery.targets.cluster import ClusterTarget
from delivery.targets.kube.leases import lease_of
from delivery.targets.kube.memory import KubeHead, KubeJournal, KubeLines
from delivery.targets.local import LocalTarget


def var_of(settings: Settings) -> Path:
    """What the delivery keeps on this machine: `var/`, and `var/<environment>/` beside a cluster."""
    return settings.root / "var" / settings.environment


def place_of_ledger(settings: Settings) -> Path:
    """Where this machine has the ledger: its own, or the last copy of a cluster's."""
    return var_of(settings) / "ledger.jsonl"


def open_local(settings: Settings) -> LocalTarget:
    """The target on this machine; WrongSetting where a cluster is meant, for some verbs are about this machine."""
    if settings.cluster:
        raise WrongSetting(f"this verb is about this machine, not about environment {settings.environment}")
    local = settings.local
    watched = settings.root if local.watch.every_seconds else None
    return LocalTarget(var_of(settings), local.base_port, local.faults_allowed, watched=watched)


def open_target(settings: Settings) -> Target:
    """The target that is meant; nothing is started by this."""
    if settings.cluster:
        return ClusterTarget(settings.cluster, settings.root, var_of(settings), settings.environment)
    return open_local(settings)


def open_delivery(settings: Settings) -> Delivery:
    """The target with its ledger and journal; nothing is started by this."""
    target = open_target(settings)
    if isinstance(target, ClusterTarget):
        lines = KubeLines(target.memory, target.leases)
        return Delivery(target, Ledger(lines, KubeHead(target.memory)), KubeJournal(target.memory))
    assert isinstance(target, LocalTarget)
    return Delivery(target, Ledger(FileLines(place_of_ledger(settings)), target.state), Journal(var_of(settings)))


def lock(settings: Settings, model: str, verb: str, wait_seconds: float) -> AbstractContextManager[None]:
    """One delivery at a time on a model: a file on this machine, a Lease in a cluster."""
    target = open_target(settings)
    if isinstance(target, ClusterTarget):
        return target.leases.hold(lease_of(model), verb, wait_seconds)
    return delivery_lock(var_of(settings), model, verb, wait_seconds)


def in_a_hurry(settings: Settings, model: str, verb: str, wait_seconds: float) -> AbstractContextManager[None]:
    """While this is held, a canary of the model gives way: put around `lock` by what cannot wait for one."""
    target = open_target(settings)
    if isinstance(target, ClusterTarget):
        return target.leases.hold(f"hurry-{name_of(model)}", verb, wait_seconds)
    return locking.in_a_hurry(var_of(settings), model)


def hurried(settings: Settings, model: str) -> Callable[[], bool]:
    """Whether somebody is in a hurry, asked anew at each call."""
    target = open_target(settings)
    if isinstance(target, ClusterTarget):
        return target.leases.hurried(f"hurry-{name_of(model)}")
    return partial(locking.hurried, var_of(settings), model)


def who() -> str:
    """Who asks, for the ledger: DELIVERY_WHO where a build server sets it, else the user of this machine."""
    return os.environ.get("DELIVERY_WHO") or getpass.getuser()
