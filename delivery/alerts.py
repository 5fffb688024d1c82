"""Alerts, as Alertmanager's webhook tells of them (document version 4): read, and every mistake in them named.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from delivery.errors import WrongSetting

VERSION = "4"
ALERTS = (
    "ModelErrorsFast",
    "ModelErrorsSlow",
    "ModelSlow",
    "ModelWaiting",
    "ModelSaturated",
    "ModelRestarting",
    "ModelUnavailable",
    "ModelInputDrift",
    "ModelScoreDrift",
    "ModelMixShift",
    "ModelUnseenWords",
    "ModelMissingValues",
    "ModelQuality",
    "ModelUnlabelled",
    "ModelSilent",
    "ModelTargetGone",
    "ModelStale",
)
"""Every alert there is; monitoring/rules raises them, project.toml's [correction.alerts] says what each one does."""

MOST_BYTES = 1 << 20
MOST_ALERTS = 1000
MOST_CHARACTERS = 400
"""Of a text that the ledger keeps: an alert is evidence, not an archive."""
FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")
STATUSES = ("firing", "resolved")


@dataclass(frozen=True)
class Alert:
    """One alert. Fingerprint and start together tell it from every other, however often it is repeated."""

    name: str
    model: str
    firing: bool
    """False where it is over."""
    started: datetime
    fingerprint: str
    release: str | None = None
    """The release it is about, where it is about one."""
    namespace: str | None = None
    severity: str = ""
    summary: str = ""
    value: str = ""

    @property
    def started_at(self) -> str:
        """The moment it began, as the ledger keeps it."""
        return self.started.isoformat()

    def as_evidence(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        return {
            "name": self.name,
            "status": STATUSES[0] if self.firing else STATUSES[1],
            "started": self.started_at,
            "fingerprint": self.fingerprint,
            "release": self.release,
            "severity": self.severity,
            "summary": self.summary,
            "value": self.value,
        }


def read_alerts(text: str) -> tuple[list[Alert], list[str]]:
    """The alerts of a document, and a sentence for each that is none of ours; WrongSetting where it is no document.

    One alert too many of somebody else's must not keep a model from being corrected; a malformed document is not
    acted on at all.
    """
    entries = _entries(_document(text))
    alerts = [_alert(entry, f"alerts[{at}]") for at, entry in enumerate(entries)]
    known = [alert for alert in alerts if alert.name in ALERTS and alert.model]
    return known, [_foreign(alert) for alert in alerts if alert not in known]


def _document(text: str) -> Mapping[str, Any]:
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise WrongSetting(f"alert: more than {MOST_BYTES:,} bytes, wanted Alertmanager's webhook document")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongSetting(f"alert: no JSON ({error}), wanted Alertmanager's webhook document") from None
    if not isinstance(document, dict):
        raise WrongSetting(f"alert: a {type(document).__name__}, wanted Alertmanager's webhook document")
    if document.get("version") != VERSION:
        raise WrongSetting(f"alert: version is {_shown(document.get('version'))}, wanted {VERSION!r}")
    return document


def _entries(document: Mapping[str, Any]) -> list[Any]:
    entries = document.get("alerts")
    if not isinstance(entries, list) or not entries:
        raise WrongSetting(f"alert: alerts is {_shown(entries)}, wanted a list of at least one")
    if len(entries) > MOST_ALERTS:
        raise WrongSetting(f"alert: {len(entries)} alerts in one document, wanted at most {MOST_ALERTS}")
    return entries


def _alert(entry: Any, where: str) -> Alert:
    if not isinstance(entry, dict):
        raise WrongSetting(f"alert: {where} is {_shown(entry)}, wanted a table")
    labels, annotations = _texts(entry, "labels", where), _texts(entry, "annotations", where)
    status, fingerprint = entry.get("status"), entry.get("fingerprint")
    if status not in STATUSES:
        raise WrongSetting(f"alert: {where}.status is {_shown(status)}, wanted one of {', '.join(STATUSES)}")
    if not isinstance(fingerprint, str) or not FINGERPRINT.fullmatch(fingerprint):
        raise WrongSetting(f"alert: {where}.fingerprint is {_shown(fingerprint)}, wanted 8 to 64 hex digits")
    return Alert(
        name=labels.get("alertname", ""),
        model=labels.get("model", ""),
        firing=status == "firing",
        started=_moment(entry.get("startsAt"), f"{where}.startsAt"),
        fingerprint=fingerprint,
        release=labels.get("release") or None,
        namespace=labels.get("namespace") or None,
        severity=labels.get("severity", ""),
        summary=annotations.get("summary", ""),
        value=annotations.get("value", ""),
    )


def _texts(entry: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    table = entry.get(name)
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise WrongSetting(f"alert: {where}.{name} is {_shown(table)}, wanted a table of texts")
    return {key: value[:MOST_CHARACTERS] for key, value in table.items()}


def _moment(value: Any, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise WrongSetting(f"alert: {where} is {_shown(value)}, wanted a time such as 2026-01-31T12:00:00Z")
    return moment.astimezone(UTC)


def _foreign(alert: Alert) -> str:
    if alert.name not in ALERTS:
        return f"alert: no alert {_shown(alert.name)} is known here, wanted one of {', '.join(ALERTS)}"
    return f"alert: {alert.name} has no label model, so nobody can be corrected"


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:80]}..."
