"""What the watcher makes of what it sees: bad windows accused, good and small ones left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from delivery.evidence import Observation, Promised
from delivery.observing import Snapshot
from delivery.watching import Eye, alarms_of, careful, enough
from tests.delivery.canaries import default_policy, histogram_of, observe

POLICY = careful(default_policy(), 86400.0)
PROMISED = Promised(accuracy_low=0.78)


def live(requests: int = 1000, **more: object) -> Observation:
    """A healthy window of people's requests."""
    return observe("bbb", requests, "people", **more)


def names(seen: Observation, before: Observation | None = None, promised: Promised = PROMISED) -> list[str]:
    """The alerts of one window."""
    return [alarm.name for alarm in alarms_of("mood", [seen], {"people": before} if before else {}, POLICY, promised)]


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (live(errors=100), "ModelErrorsFast"),
        (live(latency=histogram_of([2.0] * 1000)), "ModelSlow"),
        (live(right=560), "ModelQuality"),
        (live(right=None, error_sum=400.0, error_squared_sum=200.0), "ModelQuality"),
    ],
)
def test_a_bad_window_is_accused_by_name(seen: Observation, name: str) -> None:
    promised = Promised(error_high=0.1) if seen.regression else PROMISED
    assert names(live(), promised=PROMISED) == []
    assert names(seen, promised=promised) == [name]
    [alarm] = alarms_of("mood", [seen, seen], {}, POLICY, promised)
    assert alarm.labels == {"alertname": name, "model": "mood", "release": "bbb", "severity": "page"}
    assert "in 1000 people's requests within 60 s" in alarm.summary


@pytest.mark.parametrize("requests", [0, 50, 99])
def test_too_little_is_no_evidence(requests: int) -> None:
    worst = live(requests, errors=requests, right=0, latency=histogram_of([9.0] * requests))
    assert names(worst) == []


def test_few_labels_judge_no_accuracy() -> None:
    assert names(live(labelled=99, right=0)) == []
    assert names(live(labelled=100, right=0)) == ["ModelQuality"]


def test_the_predecessor_is_a_bound_too() -> None:
    slow = live(latency=histogram_of([0.4] * 1000))
    assert names(slow) == []
    assert names(slow, before=observe("aaa", 1000, "people")) == ["ModelSlow"]


def test_without_a_promise_only_the_predecessor_judges_labels() -> None:
    wrong = live(right=500)
    assert names(wrong, promised=Promised()) == []
    assert names(wrong, before=observe("aaa", 1000, "people"), promised=Promised()) == ["ModelQuality"]


def test_more_looks_ask_for_more_evidence() -> None:
    doubtful = live(errors=25)
    often = careful(default_policy(), 1e7)
    assert often.abort_z > POLICY.abort_z > default_policy().abort_z
    assert [one.name for one in alarms_of("mood", [doubtful], {}, default_policy(), PROMISED)] == ["ModelErrorsFast"]
    assert alarms_of("mood", [doubtful], {}, often, PROMISED) == []


def test_a_window_stands_for_its_release_only_with_enough_in_it() -> None:
    assert enough(live(), POLICY)
    assert not enough(live(99), POLICY)
    assert not enough(live(labelled=10), POLICY)


def test_an_alarm_is_a_webhook_document_with_a_fingerprint_of_its_labels() -> None:
    from delivery.alerts import read_alerts

    [alarm] = alarms_of("mood", [live(errors=100)], {}, POLICY, PROMISED)
    document = alarm.document("2026-03-01T12:00:00.000+00:00")
    import json

    [[read], foreign] = read_alerts(json.dumps(document))
    assert foreign == []
    assert (read.name, read.model, read.release, read.firing) == ("ModelErrorsFast", "mood", "bbb", True)
    other = replace(alarm, release="ccc").document("2026-03-01T12:00:00.000+00:00")
    assert other["alerts"][0]["fingerprint"] != read.fingerprint
    [[over], _] = read_alerts(json.dumps(alarm.document("2026-03-01T12:00:00.000+00:00", firing=False)))
    assert (over.fingerprint, over.firing) == (read.fingerprint, False)


def look(at: float) -> Snapshot:
    return Snapshot("http://127.0.0.1:1", at, {})


def test_an_eye_forgets_what_no_window_begins_with() -> None:
    eye = Eye("bbb", "http://127.0.0.1:1", PROMISED)
    for at in range(0, 100, 2):
        eye.look(look(float(at)), 30.0)
    assert [eye.looks[0].at_seconds, eye.looks[-1].at_seconds] == [68.0, 98.0]
