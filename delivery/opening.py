"""The target that project.toml names, with its ledger and journal: what every verb that moves a release needs."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from delivery.journal import Journal
from delivery.ledger import Ledger
from delivery.lines import FileLines
from delivery.promotion import Delivery
from delivery.settings import Settings
from delivery.targets.local import LocalTarget


def var_of(settings: Settings) -> Path:
    """What the local target keeps: `var/`."""
    return settings.root / "var"


def open_target(settings: Settings) -> LocalTarget:
    """The target on this machine; nothing is started by this."""
    return LocalTarget(var_of(settings), settings.local.base_port, settings.local.faults_allowed)


def open_delivery(settings: Settings) -> Delivery:
    """The target with its ledger and journal; nothing is started by this."""
    var, target = var_of(settings), open_target(settings)
    return Delivery(target, Ledger(FileLines(var / "ledger.jsonl"), target.state), Journal(var))


def who() -> str:
    """Who asks, for the ledger: DELIVERY_WHO where a build server sets it, else the user of this machine."""
    return os.environ.get("DELIVERY_WHO") or getpass.getuser()
