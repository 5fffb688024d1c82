"""The rule files as one object of one namespace, and what it means that Prometheus has loaded it."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from delivery.errors import WrongSetting
from delivery.rules import not_loaded, of_namespace, prometheus_rule, rule_groups
from tests.monitoring.rules import ROOT

FOLDER = ROOT / "monitoring/rules"
Document = dict[str, Any]


@pytest.fixture
def rule() -> Document:
    return prometheus_rule(FOLDER, "models", {"app.kubernetes.io/managed-by": "delivery"})


def as_loaded(rule: Document) -> list[Document]:
    """What the rules API says once a PrometheusRule is loaded, beside somebody else's."""
    groups = [
        {"name": group["name"], "file": "ours.yaml", "rules": [
            {"name": one.get("record") or one["alert"], "labels": one.get("labels"), "health": "ok"}
            for one in group["rules"]
        ]}
        for group in rule["spec"]["groups"]
    ]  # fmt: skip
    other = {"name": "answers", "file": "theirs.yaml", "rules": [{"name": "x", "lastError": "theirs"}]}
    return [*groups, other]


def test_every_selector_is_held_to_the_namespace(rule):
    expressions = [one["expr"] for group in rule["spec"]["groups"][1:] for one in group["rules"]]
    assert len(expressions) > 60
    for expression in expressions:
        opened = len(re.findall(r"\{", expression))
        assert expression.count('{namespace="models",') == opened > 0, expression


def test_the_files_stay_as_they_are():
    groups = rule_groups(FOLDER)
    before = copy.deepcopy(groups)
    assert of_namespace(groups, "models") != of_namespace(groups, "others")
    assert groups == before


def test_what_is_loaded_is_found(rule):
    assert not_loaded(rule, as_loaded(rule)) == ""


def spoil(loaded: list[Document], what: str) -> list[Document]:
    if what == "nothing":
        return loaded[-1:]
    if what == "an older version":
        loaded[0]["rules"][0]["labels"] = {"namespace": "models", "version": "000000000000"}
    if what == "a rule fewer":
        loaded[1]["rules"].pop()
    if what == "a rule that fails":
        loaded[1]["rules"][3]["lastError"] = "many-to-many matching"
    return loaded


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nothing", "is not loaded"),
        ("an older version", "is not loaded"),
        ("a rule fewer", "rules are loaded, wanted"),
        ("a rule that fails", "many-to-many matching"),
    ],
)
def test_what_is_not_loaded_is_said(rule, what, said):
    assert said in not_loaded(rule, spoil(as_loaded(rule), what))


def test_files_that_are_no_rules_are_refused(tmp_path):
    with pytest.raises(WrongSetting, match="no rules"):
        rule_groups(tmp_path)
    (tmp_path / "a.yaml").write_text("- not: groups\n")
    with pytest.raises(WrongSetting, match=r"a.yaml is no file of Prometheus rules"):
        rule_groups(tmp_path)
