"""What people read after a call: the report, and the build in one line."""

from __future__ import annotations

from pathlib import Path

from delivery.champions import sees_target
from delivery.errors import DeliveryError
from delivery.files import replace_file
from delivery.opening import open_delivery, var_of
from delivery.progress import complain
from delivery.settings import Settings


def write_report(settings: Settings) -> None:
    """build/report/ from what the verbs left."""
    from report.rendering import render

    build, ledger = settings.root / "build", ledger_file(settings)
    render(build, ledger if ledger.exists() else None, build / "report", project=settings.name)


def write_summary(settings: Settings) -> None:
    """build/summary.txt: the build in one line."""
    from report.summary import summarise

    build, ledger = settings.root / "build", var_of(settings) / "ledger.jsonl"
    replace_file(build / "summary.txt", summarise(build, ledger if ledger.exists() else None) + "\n")


def ledger_file(settings: Settings) -> Path:
    """The ledger as a file: this machine's own, or a copy of the cluster's as far as it can be read just now."""
    file = var_of(settings) / "ledger.jsonl"
    if settings.cluster and sees_target(settings):
        try:
            replace_file(file, open_delivery(settings).ledger.lines.text())
        except DeliveryError as problem:
            complain(f"the report shows the ledger as it was read last: {problem}")
    return file
