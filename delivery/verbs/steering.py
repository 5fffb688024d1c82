"""`rollback`, `hold`, `resume`, `approve`: what people decide about a model, each one in the ledger."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

from delivery import promotion
from delivery.errors import WrongSetting
from delivery.ledger import Entry
from delivery.opening import in_a_hurry, lock, open_delivery, who
from delivery.progress import tell
from delivery.reporting import write_report, write_summary
from delivery.settings import Settings
from delivery.waiting import refused_as_too_good, waiting_release
from delivery.work import Work

IDENTITY = re.compile(r"[0-9a-f]{12}")
WAIT_SECONDS = 60.0
ROLLBACK_SECONDS = 300.0
"""A canary gives way to a rollback, but may be waiting for pods at the moment."""
THIS_BUILD = "build"


def rollback(work: Work, call: argparse.Namespace) -> None:
    """Back to the release before; nothing where `--of` is not live. `--of build` is the release this build broke on."""
    of = broken_off(work) if call.of == THIS_BUILD else call.of
    if call.of and not of:
        tell(f"rollback: this build left no promotion of {work.name} unfinished, nothing to do")
        return
    delivery = open_delivery(work.settings)
    hurry = in_a_hurry(work.settings, work.name, "rollback", ROLLBACK_SECONDS)
    with hurry, lock(work.settings, work.name, "rollback", ROLLBACK_SECONDS):
        delivery.target.open()
        now = promotion.rollback(delivery, work.name, who=who(), why=call.why or "asked for", of=of)
    tell(f"rollback: {work.name} serves {now} again" if now else f"rollback: {of} is not live, nothing to do")


def afterwards(settings: Settings, verb: str, _codes: Mapping[str, int]) -> None:
    """What was taken back is what people have to read about this build."""
    if verb == "rollback":
        write_report(settings)
        write_summary(settings)


def broken_off(work: Work) -> str | None:
    """The release that `promote` did not end with: the canary's word still stands in decision.json.

    So a build that fails takes back what it broke on, never what it promoted well or found in production.
    """
    decision = work.find("decision.json")
    return str(decision["release"]) if decision and decision["decision"] == "promote" else None


def hold(work: Work, call: argparse.Namespace) -> None:
    """Nothing new goes into production until `resume`."""
    delivery = open_delivery(work.settings)
    with lock(work.settings, work.name, "hold", WAIT_SECONDS):
        changed = promotion.hold(delivery, work.name, who=who(), why=call.why)
    tell(f"hold: {work.name} is {'' if changed else 'already '}held; `resume {work.name}` frees it")


def resume(work: Work, call: argparse.Namespace) -> None:
    """Ends a hold."""
    delivery = open_delivery(work.settings)
    with lock(work.settings, work.name, "resume", WAIT_SECONDS):
        changed = promotion.resume(delivery, work.name, who=who(), why=call.why or "asked for")
    tell(f"resume: {work.name} is free again" if changed else f"resume: {work.name} was not held")


def approve(work: Work, call: argparse.Namespace) -> None:
    """Writes a person's yes to one release into the ledger; gates and `promote` read it there.

    Without `--release` it is the one of this build that waits, or that its gates refused as too good.
    """
    refused, waits = refused_as_too_good(work), waiting_release(work)
    release = call.release or next(iter(refused or waits or ()), None)
    if release is None:
        tell(f"approve: nothing of {work.name} waits for a person (RELEASE=... names another)")
        return
    if not IDENTITY.fullmatch(release):
        raise WrongSetting(f"{work.name}: --release {release}, wanted an identity of 12 hex digits")
    delivery = open_delivery(work.settings)
    with lock(work.settings, work.name, "approve", WAIT_SECONDS):
        delivery.record(Entry(work.name, "approved", release, who(), call.why))
    then = "; `gate` judges it anew" if refused and release == refused[0] else ""
    tell(f"approve: {work.name} {release}, noted in the ledger{then}")
