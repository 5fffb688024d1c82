"""A whole delivery in a process of its own, so that a test can kill it: VAR MOVE [FOLDER or RELEASE]."""

from __future__ import annotations

import sys
from pathlib import Path

from delivery.journal import Journal
from delivery.ledger import Ledger
from delivery.lines import FileLines
from delivery.locking import delivery_lock
from delivery.promotion import Delivery, hold, promote, prune, recover, resume, rollback
from delivery.targets.environments import Environments
from delivery.targets.local import LocalTarget

WHO = {"who": "me", "why": "test"}


def at(var: Path) -> Delivery:
    """A delivery to the servers of `var`, which run with this interpreter."""
    target = LocalTarget(var, base_port=0, interpreter=Path(sys.executable), verify=lambda folder: None)
    return Delivery(target, Ledger(FileLines(var / "ledger.jsonl"), target.state), Journal(var))


def deliver(delivery: Delivery, folder: Path) -> None:
    """Every verb that writes, in the order of a delivery."""
    target = delivery.target
    target.open()
    release = target.publish("toy", folder)
    Environments(target.var).make(folder)
    target.start("toy", "canary", release)
    target.weigh("toy", 0.5)
    promote(delivery, "toy", release, **WHO)
    target.start("toy", "staging", release)
    target.remove("toy", "staging")
    hold(delivery, "toy", **WHO)
    resume(delivery, "toy", **WHO)
    prune(delivery, "toy")
    target.close()


def main(var: Path, move: str, *words: str) -> None:
    """Recover, then `deliver FOLDER`, `promote RELEASE` or `rollback`."""
    delivery = at(var)
    with delivery_lock(var, "toy", move, wait_seconds=30):
        recover(delivery, "toy")
        if move == "deliver":
            deliver(delivery, Path(words[0]))
        elif move == "promote":
            promote(delivery, "toy", words[0], **WHO)
        else:
            rollback(delivery, "toy", **WHO)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
