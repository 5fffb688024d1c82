"""The rule files, their tests and the runbook as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "monitoring/rules").glob("*.yaml"))
TESTS = sorted((ROOT / "monitoring/tests").glob("*.yaml"))
RUNBOOK = ROOT / "monitoring/RUNBOOK.md"

Rule = dict[str, Any]


def rules() -> Iterator[Rule]:
    """Every rule of every file, in their order."""
    for path in RULES:
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def alerts() -> list[Rule]:
    """The alerting rules; one alert may be several."""
    return [rule for rule in rules() if "alert" in rule]


def alert_names() -> set[str]:
    """What can ring."""
    return {rule["alert"] for rule in alerts()}


def exercised(firing: bool) -> set[str]:
    """The alerts that a promtool test wants to fire, or to stay silent."""
    cases = [
        case
        for path in TESTS
        for test in yaml.safe_load(path.read_text())["tests"]
        for case in test.get("alert_rule_test", [])
    ]
    return {case["alertname"] for case in cases if bool(case.get("exp_alerts")) == firing}


def told() -> dict[str, str]:
    """The runbook's entries: alert and text."""
    parts = re.split(r"^## (\w+)$", RUNBOOK.read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))
