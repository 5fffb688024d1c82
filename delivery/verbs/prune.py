"""`prune`: releases that production, staging, canary or a rollback cannot need any more."""

from __future__ import annotations

import argparse

from delivery import promotion
from delivery.opening import lock, open_delivery
from delivery.progress import tell
from delivery.work import Work

WAIT_SECONDS = 60.0


def prune(work: Work, _call: argparse.Namespace) -> None:
    """Deletes them and says which."""
    with lock(work.settings, work.name, "prune", WAIT_SECONDS):
        gone = promotion.prune(open_delivery(work.settings), work.name)
    tell(f"prune: removed {', '.join(gone)}" if gone else "prune: nothing to remove")
