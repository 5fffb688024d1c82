"""`staging`, `monitor`, `canary`, `promote`: a sealed release on its way into production."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery import rollout
from delivery.errors import WrongSetting
from delivery.opening import hurried, lock, open_delivery, who
from delivery.progress import progress, tell
from delivery.promotion import Delivery
from delivery.replaying import Case
from delivery.rows import rows_file
from delivery.settings import FILE, Settings
from delivery.staging import identity_of
from delivery.verbs.release import committed_at
from delivery.work import Work
from model.data import load
from model.instances import instances_of

WAIT_SECONDS = 60.0


def staging(work: Work, _call: argparse.Namespace) -> None:
    """Starts the release alone and asks it its own samples."""
    with moving(work, "staging") as (delivery, folder):
        tell(f"staging: {rollout.stage(delivery, work.name, folder, work.build, who=who())}")


def monitor(work: Work, _call: argparse.Namespace) -> None:
    """Reads the metrics of the staged release."""
    with moving(work, "monitor") as (delivery, folder):
        tell(f"monitor: {rollout.monitor(delivery, work.name, folder, work.build, who=who())}")


def require_traffic(settings: Settings) -> None:
    """WrongSetting where a canary would wait for people whom this machine cannot send to it."""
    if settings.rollout.traffic == "people" and not settings.cluster:
        raise WrongSetting(
            f'{FILE}: rollout.traffic is "people", wanted "replay" on this machine: its public address is the '
            "champion's alone; [environments.NAME.rollout] is the place for what holds in a cluster"
        )


def canary(work: Work, _call: argparse.Namespace) -> None:
    """Runs the release beside the champion and judges it; with MODEL_FAULTS set it misbehaves, to show an abort."""
    require_traffic(work.settings)
    with moving(work, "canary") as (delivery, folder), progress("canary") as report:
        reason = rollout.canary(
            delivery,
            work.name,
            folder,
            work.build,
            policy=work.settings.rollout,
            cases=labelled_rows(work),
            relative=work.spec.relative_band,
            who=who(),
            faults=os.environ.get("MODEL_FAULTS"),
            progress=report,
            hurried=hurried(work.settings, work.name),
        )
    tell(f"canary: {reason}")


def promote(work: Work, call: argparse.Namespace) -> None:
    """Makes the release the champion."""
    approval = work.settings.approval.policy
    with moving(work, "promote") as (delivery, folder):
        done = rollout.promote(
            delivery,
            work.name,
            folder,
            work.build,
            approval=approval,
            who=who(),
            why=call.why,
            again=call.again,
            committed=committed_at(work.root, work.read("release/release.json")["commit"]),
        )
    tell(f"promote: {done}")


@contextmanager
def moving(work: Work, verb: str) -> Iterator[tuple[Delivery, Path]]:
    """The delivery and the sealed release, while the model's lock is held: one delivery at a time."""
    folder = sealed_release(work)
    with lock(work.settings, work.name, verb, WAIT_SECONDS):
        yield open_delivery(work.settings), folder


def sealed_release(work: Work) -> Path:
    """The folder of the release that `image` made ready; WrongSetting where the contender has changed since."""
    release = work.read("release/release.json")["identity"]
    for file, verb in (("contender.json", "release"), ("image.json", "image")):
        document = work.read(file)
        if document.get("release", document.get("identity")) != release:
            raise WrongSetting(f"{work.name}: release {release} is not the one of {file}; `{verb}` has to run again")
    folder = work.build / "release"
    assert identity_of(folder) == release
    return folder


def labelled_rows(work: Work) -> list[Case]:
    """The holdout as callers would send it, with what was right."""
    holdout = load(work.spec, work.root, rows_file(work)).holdout
    labels = work.spec.labels
    actual = [labels[int(value)] if labels else float(value) for value in holdout.target]
    return [Case(*pair) for pair in zip(instances_of(holdout.features, work.spec.features), actual, strict=True)]
