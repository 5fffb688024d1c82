"""Prometheus' own tool reads every query of the dashboards."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.e2e.missing import require
from tests.monitoring.dashboards import boards, filled, queries, variables


def refused(path: Path, expressions: list[str]) -> str:
    """What promtool says of expressions that are no PromQL; empty where all are."""
    require(shutil.which("promtool") is not None, "promtool (Debian: prometheus)")
    rules = [{"record": f"query:{number}", "expr": each} for number, each in enumerate(expressions)]
    path.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}, width=10_000))
    done = subprocess.run(["promtool", "check", "rules", "--lint=none", path], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", boards())
@pytest.mark.slow
@pytest.mark.engines
def test_every_query_is_promql(name, tmp_path):
    board = boards()[name]
    expressions = [query for _, query in queries(board)] + [selector for selector, _ in variables(board).values()]
    assert len(expressions) > 15
    assert refused(tmp_path / "queries.yaml", [filled(each) for each in expressions]) == ""


@pytest.mark.slow
@pytest.mark.engines
def test_a_query_that_is_none_is_seen(tmp_path):
    assert "parse error" in refused(tmp_path / "queries.yaml", ["sum by (model (up)"])
