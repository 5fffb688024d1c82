"""What alerts said of the model in production, and what the machine did about them by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from report.blocks import Absent, Block, Cell, Section, Tone, say, table
from report.corrections import corrected
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.text import count, duration, excerpt, moment, percent, plural

MOST_SHOWN = 20
DONE: dict[str, tuple[str, Tone]] = {
    "rolled_back": ("↩ rolled back", "good"),
    "retrained": ("↻ trained anew", "good"),
    "undone": ("✕ tried, and undone", "bad"),
    "completed": ("✓ completed", "good"),
    "told": ("· told", "quiet"),
}


def tell_corrections(model: ModelBuild, _: Figures) -> Section | Absent:
    """A sentence on the last correction, then every alert that was looked at, newest first."""
    if not model.ledger.given:
        return Absent("Corrections", "no ledger was given")
    entries = corrected(model)
    if not entries:
        return Section("corrections", "Corrections", (say("No alert has asked for anything yet."),))
    rows = [_row(entry) for entry in entries[:MOST_SHOWN]]
    columns = ("When", "Alert", "It said", "Done", "Release", "Serving", "After", "Why")
    shown = table("Alerts and answers", columns, rows, numeric=("After",), stacked=True)
    blocks: list[Block] = [*_last(entries), *_measured(model), say(_counts(entries)), shown]
    return Section("corrections", "Corrections", tuple(blocks))


def _last(entries: Sequence[Document]) -> list[Block]:
    """What was last done, in one sentence a person can pass on."""
    entry = next((one for one in entries if one["action"] == "rolled_back"), None)
    if entry is None:
        return []
    alert = entry["evidence"]["alert"]
    after = f"{_after(entry)} after {alert['name']} began"
    told = f"Release {entry['release']} was taken back at {moment(entry['at'])}, {after}; "
    return [say(f"{told}{entry['champion']} serves in its place.", "good")]


def _measured(model: ModelBuild) -> list[Block]:
    """What a fault that was made on purpose has cost."""
    seen = model.get("incident")
    if seen is None:
        return []
    noticed, restored = duration(seen["seconds_to_detect"]), duration(seen["seconds_to_restore"])
    told = f"Measured: release {seen['release']} went bad on purpose ({seen['fault']}). {seen['alert']} came after "
    met = (
        f"{plural(seen['requests'], 'request')} saw it, {count(seen['wrong'])} of them were answered wrongly or failed"
    )
    before = f"{percent(seen['wrong_share_before'])} while it was well"
    return [say(f"{told}{noticed}, {seen['restored']} served again after {restored}; {met} ({before}).")]


def _counts(entries: Sequence[Document]) -> str:
    did = [entry["action"] for entry in entries]
    parts = [plural(did.count("rolled_back"), "rollback"), plural(did.count("retrained"), "retraining")]
    return f"{plural(len(entries), 'answer')} to alerts: {', '.join(parts)}, {did.count('told')} only told."


def _row(entry: Document) -> list[str | Cell]:
    alert = entry["evidence"]["alert"]
    done, tone = DONE.get(entry["action"], (str(entry["action"]), ""))
    stopped = entry["evidence"].get("stopped_by")
    said = alert["summary"] or alert["value"] or "no more than its name"
    return [
        moment(entry["at"]),
        alert["name"] if alert["status"] == "firing" else f"{alert['name']}, over",
        excerpt(said, 160),
        Cell(f"{done}, stopped by {stopped}" if stopped else done, "warn" if stopped else tone),
        Cell(str(entry["release"] or "–"), code=True),
        Cell(str(entry["champion"] or "–"), code=True),
        _after(entry),
        "as it said" if alert["summary"] and alert["summary"] in entry["why"] else excerpt(entry["why"], 160),
    ]


def _after(entry: Document) -> str:
    began = datetime.fromisoformat(entry["evidence"]["alert"]["started"])
    return duration(max(0.0, (datetime.fromisoformat(entry["at"]) - began).total_seconds()))
