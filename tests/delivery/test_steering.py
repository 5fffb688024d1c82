"""What people decide about a model through the CLI, on a machine that runs nothing yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from delivery.journal import Intent, Journal
from delivery.running import main
from delivery.settings import FILE
from model.library import find_models

ROOT = Path(__file__).resolve().parents[2]
MODEL = find_models()[0]


@pytest.fixture
def ask(tmp_path, capsys):
    """Runs a call in a checkout that holds project.toml alone: exit code, lines said, lines complained."""
    shutil.copy(ROOT / FILE, tmp_path / FILE)

    def ask(*words: str) -> tuple[int, list[str], list[str]]:
        code = main(words, tmp_path)
        told = capsys.readouterr()
        return code, told.out.splitlines(), told.err.splitlines()

    return ask


def test_a_hold_shows_and_ends(ask, monkeypatch):
    monkeypatch.setenv("DELIVERY_WHO", "ada")
    assert ask("hold", MODEL, "--why", "it's under review")[0] == 0
    assert ask("hold", MODEL, "--why", "again")[1] == [f"hold: {MODEL} is already held; `resume {MODEL}` frees it"]
    assert ask("status", MODEL)[1] == [f"{MODEL}  nothing in production; held by ada: it's under review"]
    assert ask("resume", MODEL)[1] == [f"resume: {MODEL} is free again"]
    assert ask("resume", MODEL)[1] == [f"resume: {MODEL} was not held"]
    code, told, _ = ask("history", MODEL)
    assert code == 0
    assert [line.split("  ")[2].strip() for line in told[:-1]] == ["held", "resumed"]
    assert told[-1] == "history: 2 entries; the ledger verifies"


def test_an_edited_ledger_is_named_by_line(ask, tmp_path):
    ask("approve", MODEL, "--release", "8c1d02f7a9be", "--why", "seen")
    ledger = tmp_path / "var" / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace("seen", "unseen"))
    code, _, complaint = ask("history", MODEL)
    assert code == 3
    assert complaint == [f"{ledger}: line 1 was edited"]


def test_an_approval_names_a_release(ask):
    code, _, complaint = ask("approve", MODEL, "--release", "the-new-one", "--why", "seen")
    assert code == 2
    assert complaint == [f"{MODEL}: --release the-new-one, wanted an identity of 12 hex digits"]


def test_nothing_in_production_is_nothing_to_stop(ask):
    assert ask("stop") == (0, ["stop: nothing was running"], [])


@pytest.mark.parametrize("verb", ["canary", "run"])
def test_people_cannot_be_waited_for_on_this_machine(ask, tmp_path, verb):
    project = tmp_path / FILE
    project.write_text(project.read_text().replace('traffic = "replay"', 'traffic = "people"'))
    code, _, complaint = ask(verb, MODEL)
    assert (code, len(complaint)) == (2, 1)
    assert 'rollout.traffic is "people", wanted "replay" on this machine' in complaint[0]
    assert not (tmp_path / "var").exists()


def test_a_rollback_names_what_it_is_about(ask, tmp_path, monkeypatch):
    monkeypatch.setattr("model.library.find_models", lambda: ["churn", "fraud"])
    code, _, complaint = ask("rollback", "--why", "in a hurry")
    assert (code, complaint) == (
        2,
        ["rollback: of which model? There are churn, fraud; name one, or a release by --of"],
    )
    monkeypatch.setattr("model.library.find_models", lambda: [MODEL])
    assert ask("rollback")[0] == 1, "the only one there is needs no name"
    assert ask("rollback", "--of", "8c1d02f7a9be")[0] == 0, "a release that is not live"
    assert ask("stop")[0] == 0


def test_an_interrupted_delivery_shows(ask, tmp_path):
    Journal(tmp_path / "var").begin(Intent("promote", MODEL, "8c1d02f7a9be", None, None, "ada", "seen", at="noon"))
    line = ask("status", MODEL)[1][0]
    assert line.startswith(f"{MODEL}  nothing in production; a promote to 8c1d02f7a9be by ada is under way since noon")


def test_a_wrong_setting_ends_every_verb(ask, tmp_path):
    (tmp_path / FILE).write_text("name = 3\n")
    code, _, complaint = ask("status")
    assert code == 2
    assert len(complaint) == 1
