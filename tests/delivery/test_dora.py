"""The four keys: each counted by hand from a small ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from delivery.dora import METRICS, exposition, four_keys, sentence
from delivery.ledger import Action, Entry
from tests.delivery.alarms import alert

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


def entry(action: Action, hours_ago: float, release: str, model: str = "toy", **evidence: Any) -> Entry:
    """A line so many hours ago."""
    return Entry(model, action, release, "me", "", evidence=evidence, at=(NOW - timedelta(hours=hours_ago)).isoformat())


def committed(hours_ago: float) -> str:
    """A commit's time, in another zone than ours."""
    return (
        (NOW - timedelta(hours=hours_ago))
        .astimezone(datetime.fromisoformat("2026-01-01T00:00:00+02:00").tzinfo)
        .isoformat()
    )


def raised(hours_ago: float) -> dict[str, Any]:
    """The evidence of an alert."""
    return alert(started=NOW - timedelta(hours=hours_ago)).as_evidence()


STORY = [
    entry("promoted", 24 * 40, "old"),
    entry("promoted", 240, "aaa", committed=committed(242)),
    entry("aborted", 200, "xxx"),
    entry("promoted", 120, "bbb", committed=committed(126)),
    entry("rolled_back", 119, "bbb", alert=raised(119.5)),
    entry("promoted", 48, "bbb", committed=committed(126)),
    entry("promoted", 24, "ccc"),
    entry("rolled_back", 20, "ccc"),
]


def test_the_four_keys_of_a_month() -> None:
    keys = four_keys(STORY, NOW)
    assert (keys.days, keys.deployments, keys.failures) == (30.0, 4, 2)
    assert keys.deployments_a_day == pytest.approx(4 / 30)
    assert keys.lead_seconds == 4 * 3600  # of 2 and 6 hours; a second promotion and one without a commit tell nothing
    assert keys.failure_share == 0.5
    assert keys.restore_seconds == pytest.approx((0.5 + 4) / 2 * 3600)  # without an alert: promotion
    assert sentence(keys) == "4 promotions in 30 days, lead time 4.0 h, 50% taken back, restored in 2.2 h"


def test_a_young_ledger_is_counted_over_its_own_time_but_not_less_than_a_day() -> None:
    assert four_keys([entry("promoted", 72, "aaa")], NOW).deployments_a_day == pytest.approx(1 / 3)
    assert four_keys([entry("promoted", 1, "aaa"), entry("promoted", 0.5, "bbb")], NOW).deployments_a_day == 2.0


def test_what_did_not_happen_has_no_figure() -> None:
    keys = four_keys([entry("refused", 3, "aaa")], NOW)
    assert (keys.deployments, keys.lead_seconds, keys.failure_share, keys.restore_seconds) == (0, None, None, None)
    assert sentence(keys) == "no promotion in 1 days"


def test_a_rollback_of_another_model_is_no_failure_of_this_one() -> None:
    assert four_keys([entry("promoted", 9, "aaa"), entry("rolled_back", 8, "aaa", model="other")], NOW).failures == 0


def test_prometheus_reads_them() -> None:
    text = exposition({"toy": four_keys(STORY, NOW), "new": four_keys([], NOW)})
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(families) == set(METRICS)
    values = {(one.name, one.labels["model"]): one.value for family in families.values() for one in family.samples}
    assert values["delivery_change_failure_ratio", "toy"] == 0.5
    assert values["delivery_window_seconds", "toy"] == 30 * 86400
    assert values["delivery_deployments", "new"] == 0
    assert ("delivery_lead_time_seconds", "new") not in values
