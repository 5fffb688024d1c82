"""A check that a person's own rows fail is told by `new`, and stands in the spec as a comment."""

from __future__ import annotations

import argparse
import importlib
import random
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import model.library as library
from delivery.verbs.new import new
from model.scaffolding import Failing
from model.scaffolding.writing import _failing
from model.spec import Check
from tests.model.test_scaffolding import Foreign

SAW = r"\d+ rows repeat the features of an earlier row, the check wants 0"
COMMENT = 'Check("duplicates", {"of": "features"}, why="a row that is there twice counts twice"),'


def doubled(folder: Path) -> Path:
    """A CSV in which every row stands twice."""
    stream = random.Random(3)
    answers = [stream.choice("01") for _ in range(300)]
    rows: list[list[object]] = [[f"{stream.gauss(int(a), 1):.2f}", stream.choice("xyz"), a] for a in answers]
    return Foreign("doubled", "answer", ["size", "shop", "answer"], rows + rows).write(folder)


@pytest.fixture
def spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """What `new` wrote for the doubled rows; what it said is still to be read."""
    call = argparse.Namespace(name="doubled", csv=str(doubled(tmp_path)), target="answer")
    new(SimpleNamespace(root=tmp_path), call)  # type: ignore[arg-type]
    return tmp_path / "model" / "library" / "doubled" / "spec.py"


def test_a_check_that_the_rows_fail_is_told_in_a_line(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [told] = [line for line in capsys.readouterr().out.splitlines() if "only a comment" in line]
    who = r"new: check duplicates is only a comment in spec\.py, for your rows fail it: doubled"
    assert re.fullmatch(
        rf"{who}: {SAW} \(line \d+, repeats line \d+, model/library/doubled/data/doubled\.csv\.gz\)", told
    )


def test_the_spec_is_clean_python(spec: Path) -> None:
    config = ["--config", str(Path(__file__).parents[2] / "pyproject.toml")]
    for words in (["check", "--ignore", "I001"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, *config, str(spec)], check=True)


def test_it_stands_in_the_spec_as_a_comment_with_the_sentence_why(spec: Path) -> None:
    content = spec.read_text()
    comments = " ".join(line.strip().removeprefix("# ") for line in content.splitlines() if line.startswith("    #"))
    assert re.search(rf"Your rows fail this check today: {SAW} \(line \d+, repeats line \d+, ", comments)
    assert f"\n    # {COMMENT}\n" in content
    assert '\n    Check("overlap", {"by": "features"}' in content, "what the rows pass is a check"


def test_without_its_comment_sign_it_is_a_check(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec.write_text(spec.read_text().replace(f"# {COMMENT}", COMMENT))
    monkeypatch.setattr(library, "__path__", [*library.__path__, str(spec.parents[1])])
    checks = importlib.import_module("model.library.doubled.spec").CHECKS
    for name in [name for name in sys.modules if f"{name}.".startswith("model.library.doubled.")]:
        del sys.modules[name]
    assert [check.kind for check in checks].count("duplicates") == 1


def test_a_check_too_long_for_a_line_can_be_taken_out_of_its_comment_too() -> None:
    check = Check("token_purity", {"column": "words"}, why="a leaked label " * 9)
    _, told = _failing(Failing(check, "doubled: odd,\ntwo lines"), "doubled").split("below.\n")
    assert eval("\n".join(line.removeprefix("    # ") for line in told.splitlines()), {"Check": Check}) == (check,)
