"""Alerts and webhook documents for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from delivery.alerts import Alert

STARTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALERT = Alert(
    "ModelErrorsFast", "toy", True, STARTED, "0123456789abcdef", severity="page", summary="14 % of requests fail"
)


def alert(**changed: Any) -> Alert:
    """Errors of the model `toy`, or what is asked for instead."""
    return replace(ALERT, **changed)


def entry_of(one: Alert) -> dict[str, Any]:
    """An alert as it stands in a document."""
    labels = {"alertname": one.name, "model": one.model, "severity": one.severity}
    labels |= {"release": one.release} if one.release else {}
    labels |= {"namespace": one.namespace} if one.namespace else {}
    return {
        "status": "firing" if one.firing else "resolved",
        "labels": labels,
        "annotations": {"summary": one.summary, "value": one.value},
        "startsAt": one.started.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": one.fingerprint,
        "generatorURL": "http://prometheus.example.org/graph",
    }


def document(alerts: Sequence[Alert] = (ALERT,)) -> dict[str, Any]:
    """What Alertmanager posts."""
    return {"version": "4", "status": "firing", "receiver": "respond", "alerts": [entry_of(one) for one in alerts]}


def text(alerts: Sequence[Alert] = (ALERT,)) -> str:
    """The same as text."""
    return json.dumps(document(alerts))
