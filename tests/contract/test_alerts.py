"""No alert without a test that it rings, one that it stays silent, a runbook entry, and a word on what is done then."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.monitoring.rules import ROOT, RULES, TESTS, alert_names, alerts, exercised, rules, told

ACTIONS = {"rollback", "retrain", "tell"}
SELECTOR = re.compile(r"\b(up|(?:model|http|container)_\w+|model:[\w:]+)(.?)")


def test_every_alert_is_on_every_side():
    names = alert_names()
    assert len(names) == 17
    assert exercised(firing=True) == names
    assert exercised(firing=False) == names
    assert set(told()) == names


def test_what_each_alert_makes_the_machine_do_is_decided():
    actions = tomllib.loads((ROOT / "project.toml").read_text())["correction"]["alerts"]
    assert set(actions) == alert_names()
    assert set(actions.values()) <= ACTIONS


@pytest.mark.parametrize("word", ["**Means**", "**Look at**", "**By itself**", "**You**"])
def test_every_runbook_entry_says_all_four(word):
    assert [name for name, text in told().items() if text.count(word) != 1] == []


def test_every_alert_says_what_the_reader_needs():
    for rule in alerts():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["for"], rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description", "value", "runbook_url"}, rule["alert"]
        assert rule["annotations"]["runbook_url"] == f"monitoring/RUNBOOK.md#{rule['alert'].lower()}"


def test_recording_rules_come_before_the_alerts_of_their_file():
    assert len(RULES) == 5
    for path in RULES:
        kinds = re.findall(r"- (record|alert):", path.read_text())
        assert kinds == sorted(kinds, reverse=True), path.name


def test_alerts_rest_on_recorded_series():
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    for rule in alerts():
        names = {name for name, _ in SELECTOR.findall(bare(rule["expr"]))}
        assert names, rule["alert"]
        assert names <= recorded, rule["alert"]


def test_every_selector_has_its_braces():
    """The delivery writes the namespace into them: a selector without would see other people's models."""
    for rule in rules():
        naked = [name for name, after in SELECTOR.findall(bare(rule["expr"])) if after != "{"]
        assert not naked, rule


def test_only_people_are_counted():
    counted = ("http_requests_total", "http_request_seconds", "model_predictions_total", "model_feature_bin_total",
               "model_feedback_", "model_processing_seconds")  # fmt: skip
    for rule in rules():
        for selector in re.findall(r"\w+\{[^}]*\}", rule["expr"]):
            if selector.startswith(counted):
                assert 'traffic="people"' in selector, selector


def test_a_test_of_rules_reads_the_rules():
    assert len(TESTS) == 6
    assert all("rule_files: [../rules/" in path.read_text() for path in TESTS)


def bare(expression: str) -> str:
    """An expression without what stands in braces, quotes and `by (...)`."""
    without = re.sub(r"\b(?:by|on|group_left|group_right|without)\s*\([^)]*\)", " ", expression)
    return re.sub(r"\{[^}]*\}", "{", re.sub(r"\"(?:[^\"\\]|\\.)*\"", '""', without))
