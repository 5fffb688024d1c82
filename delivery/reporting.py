"""What people read after a call: the report, and the build in one line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from delivery.champions import sees_target
from delivery.dora import Keys, exposition, four_keys
from delivery.errors import DeliveryError
from delivery.files import replace_file, replace_json
from delivery.opening import open_delivery, place_of_ledger
from delivery.progress import complain
from delivery.settings import Settings


def leave_keys(settings: Settings) -> dict[str, Keys]:
    """DORA's four keys by model, from the ledger: build/dora.json, and build/delivery.prom for Prometheus."""
    entries, at = open_delivery(settings).ledger.entries(), datetime.now(UTC)
    models = sorted({entry.model for entry in entries})
    keys = {model: four_keys([entry for entry in entries if entry.model == model], at) for model in models}
    build = settings.root / "build"
    told = {model: one.as_json() for model, one in keys.items()}
    replace_json(build / "dora.json", {"schema": 1, "at": at.isoformat(timespec="seconds"), "models": told})
    replace_file(build / "delivery.prom", exposition(keys))
    return keys


def write_report(settings: Settings) -> None:
    """build/report/ from what the verbs left, the ledger verified for it."""
    from report.rendering import render

    if not settings.cluster or sees_target(settings):
        try:
            leave_keys(settings)
        except DeliveryError:  # a ledger that cannot be read keeps nobody from a report: `history` says what it has
            (settings.root / "build" / "dora.json").unlink(missing_ok=True)
    note_verification(settings)
    build, ledger = settings.root / "build", ledger_file(settings)
    render(build, ledger if ledger.exists() else None, build / "report", project=settings.name)


def note_verification(settings: Settings) -> None:
    """build/ledger.json: whether this machine's own ledger is whole; no file without one."""
    note = settings.root / "build" / "ledger.json"
    if settings.cluster or not place_of_ledger(settings).exists():
        note.unlink(missing_ok=True)
        return
    ledger = open_delivery(settings).ledger
    problems = ledger.verify()
    whole = f"{len(ledger.entries())} entries, each follows the one before, the last is the one recorded"
    replace_json(note, {"schema": 1, "verified": not problems, "sentence": problems[0] if problems else whole})


def write_summary(settings: Settings) -> None:
    """build/summary.txt: the build in one line."""
    from report.summary import summarise

    build, ledger = settings.root / "build", place_of_ledger(settings)
    replace_file(build / "summary.txt", summarise(build, ledger if ledger.exists() else None) + "\n")


def ledger_file(settings: Settings) -> Path:
    """The ledger as a file: this machine's own, or a copy of the cluster's as far as it can be read just now."""
    file = place_of_ledger(settings)
    if settings.cluster and sees_target(settings):
        try:
            replace_file(file, open_delivery(settings).ledger.lines.text())
        except DeliveryError as problem:
            complain(f"the report shows the ledger as it was read last: {problem}")
    return file
