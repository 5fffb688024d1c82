"""The gates run in a process of their own: what its exit codes mean here."""

from __future__ import annotations

import textwrap
from types import SimpleNamespace

import pytest

from delivery.errors import Broken, Refused
from delivery.verbs import gate as verb
from delivery.verbs.gate import require_passed, run_gates
from delivery.work import Work
from model.data import load
from tests.model.toy import toy_below

CONFTEST = """
    def pytest_addoption(parser):
        parser.addoption("--model")
        parser.addoption("--champion")
    """
TEST = """
    import json
    from pathlib import Path

    def test_gate(request):
        assert request.config.getoption("--champion") == "none"
        {before}
        verdict = {{"gate": "accuracy >= 0.77", "passed": {passed}, "sentence": "calm: accuracy 0.71"}}
        document = {{"contender": "8c1d02f7a9be", "passed": {passed}, "verdicts": [verdict]}}
        Path("build/calm/verdicts.json").write_text(json.dumps(document))
        assert {passed}
    """


@pytest.fixture
def gates(tmp_path):
    """Writes gates that pass or not, and runs them."""

    def gates(passed: bool, before: str = "") -> tuple[Work, dict]:
        work = Work(SimpleNamespace(name="calm"), SimpleNamespace(root=tmp_path))
        folder = tmp_path / "tests" / "gates"
        folder.mkdir(parents=True)
        work.build.mkdir(parents=True)
        (folder / "conftest.py").write_text(textwrap.dedent(CONFTEST))
        (folder / "test_gates.py").write_text(textwrap.dedent(TEST.format(passed=passed, before=before)))
        return work, run_gates(work, {"--model": "calm", "--champion": "none"})

    return gates


def test_gates_that_pass_leave_verdicts(gates):
    work, document = gates(passed=True)
    require_passed(work, document)
    assert document["verdicts"][0]["passed"]


def test_a_gate_that_says_no_is_a_refusal_that_names_it(gates, capsys):
    work, document = gates(passed=False)
    with pytest.raises(Refused, match=r"^calm: refused by accuracy >= 0.77 \(contender 8c1d02f7a9be"):
        require_passed(work, document)
    assert capsys.readouterr().out == "gate: no: calm: accuracy 0.71\n"


def test_gates_that_cannot_be_asked_are_no_refusal(gates):
    with pytest.raises(
        Broken, match=r"^calm: the gates could not be asked: E .*no such engine \(build/calm/gate.log\)$"
    ):
        gates(passed=True, before="raise RuntimeError('no such engine')")


def test_an_edited_file_of_cases_is_judged_anew(tmp_path, monkeypatch, capsys):
    settings = SimpleNamespace(root=tmp_path, approval=SimpleNamespace(policy="never"), source_of=lambda _: None)
    judged = {"contender": "8c1d02f7a9be", "champion": {"release": None}, "passed": True, "verdicts": []}
    monkeypatch.setattr(verb, "present_champion", lambda *_: None)
    monkeypatch.setattr(verb, "known_approvals", lambda *_: [])
    monkeypatch.setattr(verb, "identity_in", lambda _: judged["contender"])
    monkeypatch.setattr(verb, "run_gates", lambda *_: judged)
    with toy_below(tmp_path) as spec:
        work = Work(spec, settings)
        work.leave("training.json", {"data_sha256": load(spec, tmp_path).sha256})
        said = []
        for edit in ("", "", "0,1,no\n", ""):
            with (tmp_path / spec.folder / "data" / "cases.csv").open("a") as cases:
                cases.write(edit)
            verb.gate(work, None)
            said.append("nothing new" in capsys.readouterr().out)
    assert said == [False, True, False, True]
