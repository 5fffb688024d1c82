"""Prometheus' own tool: the rules are ones, and each alert fires in its test and stays silent in a harmless one."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import yaml

from delivery.clusters import Cluster
from delivery.manifests import Manifests
from tests.e2e.missing import require
from tests.monitoring.rules import ROOT, RULES, TESTS


def promtool(*words: object, cwd: object = None) -> subprocess.CompletedProcess[str]:
    """What promtool says."""
    require(shutil.which("promtool") is not None, "promtool (Debian: prometheus)")
    return subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, cwd=cwd)


def test_the_rules_are_rules():
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_stay_silent(path):
    done = promtool("test", "rules", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_threshold_is_seen(tmp_path):
    """The tests are ones: with another bound they fail."""
    shutil.copytree(ROOT / "monitoring", tmp_path / "monitoring")
    drift = tmp_path / "monitoring/rules/drift.yaml"
    drift.write_text(drift.read_text().replace('{feature="score"} > 0.25', '{feature="score"} > 0.5'))
    done = promtool("test", "rules", "drift.yaml", cwd=tmp_path / "monitoring/tests")
    assert done.returncode == 1
    assert "ModelScoreDrift" in done.stdout + done.stderr


def test_what_a_cluster_is_given_are_rules_of_one_namespace(tmp_path):
    rule = Manifests(ROOT, Cluster("models", "staging", "http://prometheus", ("monitoring",))).rules()
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(rule["spec"]))
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", path)
    assert done.returncode == 0, done.stdout + done.stderr
