"""`python -m model.release`, run as a release runs it: in its own folder, with its own code, alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from model.release.__main__ import main

KEPT = {"PATH": "/usr/bin:/bin"}


def run(folder: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-S", "-m", "model.release", *arguments]
    return subprocess.run(command, cwd=folder, env=KEPT, input=lines, capture_output=True, text=True, timeout=60)


def test_a_release_answers_alone_and_writes_nothing(sealed: Path) -> None:
    before = sorted(sealed.rglob("*"))
    done = run(sealed, "answer", lines='{"instances": [{"text": "good"}]}\n{"describe": true}\n')
    assert (done.returncode, done.stderr) == (0, "")
    answers, described = map(json.loads, done.stdout.splitlines())
    assert answers["answers"][0]["probabilities"][1] == pytest.approx(0.8808, abs=1e-4)
    assert described["describe"]["model"] == "mood"
    assert sorted(sealed.rglob("*")) == before


def test_it_is_the_folders_own_code_that_answers(sealed: Path) -> None:
    (sealed / "model/release/__main__.py").write_text("print('mine')\n")
    assert run(sealed, "answer").stdout == "mine\n"


def test_a_changed_release_does_not_answer(sealed: Path) -> None:
    (sealed / "samples.json").write_text("{}")
    done = run(sealed, "answer", lines='{"describe": true}\n')
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("samples.json: changed")
    assert len(done.stderr.splitlines()) == 1


def test_verify_says_who_it_is_or_what_differs(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(sealed)]) == 0
    assert capsys.readouterr().out.startswith("mood ")
    (sealed / "card.md").write_text("changed")
    assert main(["verify", str(sealed)]) == 3
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert told.err.startswith("card.md: changed")


def test_verify_of_nothing_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / "nowhere")]) == 3
    assert "no release.json" in capsys.readouterr().err


def test_a_wrong_call_is_2() -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["sing"])
    assert leaving.value.code == 2
