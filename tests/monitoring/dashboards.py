"""The dashboards as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "monitoring/dashboards").glob("*.json"))
RANGED = {"timeseries"}

Board = dict[str, Any]
Panel = dict[str, Any]


def boards() -> dict[str, Board]:
    """Every dashboard by the name of its file."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


def filled(query: str, model: str = ".*", namespace: str = ".*") -> str:
    """A query with its variables chosen, as Grafana sends it."""
    return query.replace("$namespace", namespace).replace("$model", model)


def queries(board: Board) -> Iterator[tuple[str, str]]:
    """Whatever a dashboard asks Prometheus, variables not yet chosen: what for, and the PromQL."""
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]
    for annotation in board["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def variables(board: Board) -> dict[str, tuple[str, str]]:
    """The variables that Prometheus fills: selector and label."""
    found = {}
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
            found[variable["name"]] = selector, label
    return found
