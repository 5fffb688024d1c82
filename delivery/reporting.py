"""What people read after a call: the report, and the build in one line."""

from __future__ import annotations

from delivery.files import replace_file
from delivery.opening import var_of
from delivery.settings import Settings


def write_report(settings: Settings) -> None:
    """build/report/ from what the verbs left."""
    from report.rendering import render

    build, ledger = settings.root / "build", var_of(settings) / "ledger.jsonl"
    render(build, ledger if ledger.exists() else None, build / "report", project=settings.name)


def write_summary(settings: Settings) -> None:
    """build/summary.txt: the build in one line."""
    from report.summary import summarise

    build, ledger = settings.root / "build", var_of(settings) / "ledger.jsonl"
    replace_file(build / "summary.txt", summarise(build, ledger if ledger.exists() else None) + "\n")
