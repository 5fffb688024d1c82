"""What people decide about a model through the CLI, on a machine that runs nothing yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

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


def test_a_wrong_setting_ends_every_verb(ask, tmp_path):
    (tmp_path / FILE).write_text("name = 3\n")
    code, _, complaint = ask("status")
    assert code == 2
    assert len(complaint) == 1
