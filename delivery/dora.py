"""How well releases reach production, by DORA's four keys, from the ledger alone. Pure.

The measures are those of DORA's research (dora.dev/guides/dora-metrics-four-keys; Forsgren, Humble and Kim,
"Accelerate", 2018), for a model in place of an application; over the last `DAYS` days, or since the ledger's first
promotion where that is not so long ago, but never over less than a day:

- deployment frequency: promotions a day;
- lead time for changes: from the commit that a release was built of to its first promotion, the median. A release
  that was built of files no commit holds has no lead time;
- change failure rate: promotions whose release was rolled back afterwards, as a share of all promotions;
- time to restore: from the failure to the rollback, the median. The failure begins with the alert that caused the
  rollback; a person's rollback names none, so that it counts from the promotion, which is the longest it can have been.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from delivery.ledger import Entry

DAYS = 30.0


@dataclass(frozen=True)
class Keys:
    """The four of one model, or of all. None where there is nothing that it could be the median or the share of."""

    days: float
    deployments: int
    deployments_a_day: float
    lead_seconds: float | None
    failures: int
    failure_share: float | None
    restore_seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """As it stands in dora.json."""
        return asdict(self)


def four_keys(entries: Sequence[Entry], at: datetime, days: float = DAYS) -> Keys:
    """The measures of these entries (one model's, or all models'), oldest first, at a moment."""
    promoted = [entry for entry in entries if entry.action == "promoted"]
    first = min((_moment(entry) for entry in promoted), default=at)
    since = max(at - timedelta(days=days), first)
    recent = [entry for entry in promoted if since <= _moment(entry) <= at]
    covered = max(1.0, (at - since).total_seconds() / 86400)
    failed = [(entry, end) for entry in recent if (end := _taken_back(entry, entries)) is not None]
    return Keys(
        days=round(covered, 3),
        deployments=len(recent),
        deployments_a_day=len(recent) / covered,
        lead_seconds=_median(_lead_seconds(recent, promoted)),
        failures=len(failed),
        failure_share=len(failed) / len(recent) if recent else None,
        restore_seconds=_median((_moment(end) - _failed_at(entry, end)).total_seconds() for entry, end in failed),
    )


def _taken_back(promotion: Entry, entries: Sequence[Entry]) -> Entry | None:
    """The rollback that ended a promotion; None where the release held, or was followed by another."""
    later = [entry for entry in entries if entry.model == promotion.model and _moment(entry) > _moment(promotion)]
    for entry in later:
        if entry.release == promotion.release and entry.action == "rolled_back":
            return entry
        if entry.release == promotion.release and entry.action == "promoted":
            return None
    return None


def _failed_at(promotion: Entry, rollback: Entry) -> datetime:
    alert = rollback.evidence.get("alert")
    return datetime.fromisoformat(alert["started"]) if alert else _moment(promotion)


def _lead_seconds(recent: Iterable[Entry], promoted: Sequence[Entry]) -> list[float]:
    """Of releases that were promoted for the first time, and whose commit is known."""
    leads = []
    for entry in recent:
        committed = entry.evidence.get("committed")
        again = any((one.model, one.release) == (entry.model, entry.release) and one.at < entry.at for one in promoted)
        if committed and not again:
            leads.append((_moment(entry) - datetime.fromisoformat(committed)).total_seconds())
    return leads


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return median(known) if known else None


def _moment(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.at)


METRICS = {
    "delivery_deployments": ("deployments", "Promotions within the window."),
    "delivery_deployments_per_day": ("deployments_a_day", "Deployment frequency: promotions a day."),
    "delivery_lead_time_seconds": ("lead_seconds", "Lead time for changes: from commit to promotion, the median."),
    "delivery_change_failure_ratio": ("failure_share", "Change failure rate: promotions that were rolled back."),
    "delivery_time_to_restore_seconds": ("restore_seconds", "Time to restore: from alert to rollback, the median."),
    "delivery_window_seconds": ("days", "How long the window is: 30 days, less where the ledger is younger."),
}
"""The name of each gauge, the key that it shows, and what it is."""


def exposition(keys: dict[str, Keys]) -> str:
    """The measures by model as Prometheus text; what is not known has no series."""
    lines = []
    for metric, (name, told) in METRICS.items():
        lines += [f"# HELP {metric} {told}", f"# TYPE {metric} gauge"]
        for model, measured in keys.items():
            value = getattr(measured, name)
            if value is not None:
                lines.append(f'{metric}{{model="{model}"}} {value * (86400 if name == "days" else 1):.10g}')
    return "\n".join(lines) + "\n"


def sentence(keys: Keys) -> str:
    """The four in a line."""
    if not keys.deployments:
        return f"no promotion in {keys.days:.0f} days"
    parts = [f"{keys.deployments} promotions in {keys.days:.0f} days"]
    parts += [f"lead time {shown(keys.lead_seconds)}"] if keys.lead_seconds is not None else []
    parts += [f"{keys.failure_share:.0%} taken back"]
    parts += [f"restored in {shown(keys.restore_seconds)}"] if keys.restore_seconds is not None else []
    return ", ".join(parts)


def shown(seconds: float | None) -> str:
    """A time in the unit that a person would choose."""
    value = seconds or 0.0
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if value >= 2 * size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.1f} s"
