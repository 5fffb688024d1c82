"""`rollback`, `hold`, `resume`, `approve`: what people decide about a model, each one in the ledger."""

from __future__ import annotations

import argparse
import re

from delivery import promotion
from delivery.errors import WrongSetting
from delivery.ledger import Entry
from delivery.locking import delivery_lock
from delivery.opening import open_delivery, var_of, who
from delivery.progress import tell
from delivery.work import Work

IDENTITY = re.compile(r"[0-9a-f]{12}")
WAIT_SECONDS = 60.0


def rollback(work: Work, call: argparse.Namespace) -> None:
    """Back to the release before; nothing where `--of` is not live."""
    delivery = open_delivery(work.settings)
    with delivery_lock(var_of(work.settings), work.name, "rollback", WAIT_SECONDS):
        delivery.target.open()
        now = promotion.rollback(delivery, work.name, who=who(), why=call.why or "asked for", of=call.of)
    tell(f"rollback: {work.name} serves {now} again" if now else f"rollback: {call.of} is not live, nothing to do")


def hold(work: Work, call: argparse.Namespace) -> None:
    """Nothing new goes into production until `resume`."""
    delivery = open_delivery(work.settings)
    with delivery_lock(var_of(work.settings), work.name, "hold", WAIT_SECONDS):
        changed = promotion.hold(delivery, work.name, who=who(), why=call.why)
    tell(f"hold: {work.name} is {'' if changed else 'already '}held; `resume {work.name}` frees it")


def resume(work: Work, call: argparse.Namespace) -> None:
    """Ends a hold."""
    delivery = open_delivery(work.settings)
    with delivery_lock(var_of(work.settings), work.name, "resume", WAIT_SECONDS):
        changed = promotion.resume(delivery, work.name, who=who(), why=call.why or "asked for")
    tell(f"resume: {work.name} is free again" if changed else f"resume: {work.name} was not held")


def approve(work: Work, call: argparse.Namespace) -> None:
    """Writes a person's yes to one release into the ledger; gates and `promote` read it there."""
    if not IDENTITY.fullmatch(call.release):
        raise WrongSetting(f"{work.name}: --release {call.release}, wanted an identity of 12 hex digits")
    delivery = open_delivery(work.settings)
    with delivery_lock(var_of(work.settings), work.name, "approve", WAIT_SECONDS):
        delivery.record(Entry(work.name, "approved", call.release, who(), call.why))
    tell(f"approve: {work.name} {call.release}, noted in the ledger")
