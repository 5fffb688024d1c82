"""Alertmanager's document: read as it is, and every malformed one refused with the place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from delivery.alerts import ALERTS, MOST_BYTES, MOST_CHARACTERS, read_alerts
from delivery.errors import WrongSetting
from tests.delivery.alarms import ALERT, alert, document, entry_of, text


def test_a_document_is_read() -> None:
    released = alert(name="ModelSlow", release="aaa", firing=False, fingerprint="fedcba9876543210")
    read, foreign = read_alerts(text([ALERT, released]))
    assert [(one.name, one.firing, one.release, one.summary) for one in read] == [
        ("ModelErrorsFast", True, None, "14 % of requests fail"),
        ("ModelSlow", False, "aaa", "14 % of requests fail"),
    ]
    assert foreign == []


def test_times_are_those_of_go() -> None:
    entry = entry_of(ALERT) | {"startsAt": "2018-08-03T09:52:26.739266876+02:00"}
    [read], _ = read_alerts(json.dumps(document() | {"alerts": [entry]}))
    assert read.started == datetime(2018, 8, 3, 7, 52, 26, 739266, UTC)


def test_what_is_kept_of_an_alert_has_an_end() -> None:
    [read], _ = read_alerts(text([alert(summary="x" * 5000)]))
    assert len(read.summary) == MOST_CHARACTERS


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "3"}, "version is '3', wanted '4'"),
        ({"version": None}, "version is None, wanted '4'"),
        ({"alerts": []}, "alerts is [], wanted a list of at least one"),
        ({"alerts": {"a": 1}}, "alerts is {'a': 1}, wanted a list"),
        ({"alerts": ["x"]}, "alerts[0] is 'x', wanted a table"),
        ({"alerts": [entry_of(ALERT)] * 1001}, "1001 alerts in one document, wanted at most 1000"),
    ],
)
def test_a_malformed_document_is_refused_whole(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        read_alerts(json.dumps(document() | changed))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"status": "burning"}, "alerts[1].status is 'burning', wanted one of firing, resolved"),
        ({"fingerprint": "../../etc"}, "alerts[1].fingerprint is '../../etc', wanted 8 to 64 hex digits"),
        ({"fingerprint": None}, "alerts[1].fingerprint is None, wanted"),
        ({"startsAt": "yesterday"}, "alerts[1].startsAt is 'yesterday', wanted a time such as"),
        ({"startsAt": "2026-01-31T12:00:00"}, "alerts[1].startsAt is '2026-01-31T12:00:00', wanted a time"),
        ({"startsAt": 7}, "alerts[1].startsAt is 7, wanted a time"),
        ({"labels": {"model": ["toy"]}}, "alerts[1].labels is {'model': ['toy']}, wanted a table of texts"),
        ({"annotations": "none"}, "alerts[1].annotations is 'none', wanted a table of texts"),
    ],
)
def test_one_malformed_alert_refuses_the_document(changed: dict[str, Any], said: str) -> None:
    broken = document() | {"alerts": [entry_of(ALERT), entry_of(ALERT) | changed]}
    with pytest.raises(WrongSetting) as refused:
        read_alerts(json.dumps(broken))
    assert said in str(refused.value)


@pytest.mark.parametrize("body", ["", "{", "[1]", "7", "[" * 100_000, '{"version": "4"}', " " * (MOST_BYTES + 1)])
def test_what_is_no_document_is_refused(body: str) -> None:
    with pytest.raises(WrongSetting, match=r"^alert: "):
        read_alerts(body)


def test_a_foreign_alert_keeps_nobody_from_being_corrected() -> None:
    read, foreign = read_alerts(text([alert(name="Watchdog"), ALERT, alert(model="")]))
    assert read == [read[0]]
    assert read[0].model == "toy"
    assert foreign == [
        f"alert: no alert 'Watchdog' is known here, wanted one of {', '.join(ALERTS)}",
        "alert: ModelErrorsFast has no label model, so nobody can be corrected",
    ]
