"""What a build may see of production, and what it leaves in the ledger when it refuses."""

from __future__ import annotations

import pytest

from delivery.champions import note_refusal
from delivery.settings import FILE, load_settings
from tests.delivery.test_respond import Project, live, project

__all__ = ["live", "project"]


def test_what_gates_refuse_stands_in_the_ledger_beside_the_champion(live: Project) -> None:
    note_refusal(load_settings(live.root / FILE), "toy", "ccc", "gate: toy: accuracy 0.5, the gate wants >= 0.7")
    entry = live.entries()[-1]
    assert (entry.action, entry.release, entry.champion, entry.who) == ("refused", "ccc", "bbb", "respond")
    assert entry.why == "gate: toy: accuracy 0.5, the gate wants >= 0.7"
    assert live.delivery.ledger.refused_releases("toy") == {}


def test_a_build_without_a_kubeconfig_writes_no_ledger(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (project.root / FILE).read_text()
    cluster = 'namespace = "models"\nstaging_namespace = "s"\nprometheus_url = "http://127.0.0.1:1"\nclients = ["m"]\n'
    cluster += "[environments.far.rollout]\nshares = [0.33, 0.5]\n"
    (project.root / FILE).write_text(f"{text}\n[environments.far]\n{cluster}")
    monkeypatch.setenv("KUBECONFIG", str(project.root / "none"))
    note_refusal(load_settings(project.root / FILE).at("far"), "toy", None, "check: toy: one row only")
    assert not (project.root / "var").exists()
