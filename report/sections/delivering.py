"""How well releases of this model reach production: DORA's four keys, as the delivery counted them in its ledger."""

from __future__ import annotations

from report.blocks import Absent, Section, say, table
from report.figures import Figures
from report.reading import ModelBuild
from report.text import number, percent, plural


def tell_delivering(model: ModelBuild, _: Figures) -> Section | Absent:
    """The four, with what each counts."""
    keys = model.keys
    if keys is None:
        return Absent("Delivery figures", "the ledger has no entry about this model, or was not counted")
    counted = plural(keys["deployments"], "promotion")
    rows = [
        ["Deployment frequency", f"{number(keys['deployments_a_day'], 2)} a day", counted],
        ["Lead time for changes", span(keys["lead_seconds"]), "from the commit to its first promotion, median"],
        ["Change failure rate", percent(keys["failure_share"], 0), f"{keys['failures']} of {counted} taken back"],
        ["Time to restore", span(keys["restore_seconds"]), "from the alert to the rollback, median"],
    ]
    words = f"DORA’s four keys over {plural(round(keys['days']), 'day')}, from the ledger."
    return Section("delivering", "Delivery figures", (say(words), table("Four keys", ("Key", "Value", "Of"), rows)))


def span(seconds: float | None) -> str:
    """A time in the unit that a person would choose; a dash where there is none."""
    if seconds is None:
        return "–"
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{number(seconds / size, 1)} {unit}"
    return f"{number(seconds, 1)} s"
