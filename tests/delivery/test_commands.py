"""The command line: what it reads, what it refuses, which exit code many models make."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.commands import VERBS, build_parser, command_of
from delivery.errors import Broken, Busy, Refused, WrongSetting
from delivery.running import explain, main, merge
from model.library import find_models

ROOT = Path(__file__).resolve().parents[2]


def said_by(capsys) -> list[str]:
    """The lines on standard error."""
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        "check",
        "check sentiment",
        "gate sentiment house_price",
        "promote --again --why mended",
        "rollback sentiment --of 8c1d02f7a9be",
        "approve --release 8c1d02f7a9be --why seen",
        "new churn --csv rows.csv --target left",
        "stop",
    ],
)
def test_a_call_is_read(words):
    assert build_parser().parse_args(words.split()).verb == words.split()[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("deploy", "invalid choice: 'deploy'"),
        ("", "the following arguments are required: VERB"),
        ("stop sentiment", "unrecognized arguments: sentiment"),
        ("check --fast", "unrecognized arguments: --fast"),
        ("hold sentiment", "the following arguments are required: --why"),
        ("rollback --o 8c1d02f7a9be", "unrecognized arguments: --o"),
        ("check no_such_model", f"no_such_model: no such model, wanted one of {', '.join(find_models())}"),
    ],
)
def test_a_wrong_call_is_one_line_and_2(capsys, words, said):
    assert main(words.split()) == 2
    [line] = said_by(capsys)
    assert said in line


def test_a_call_for_one_model_of_many_asks_for_the_same():
    call = build_parser().parse_args(["promote", "a", "b", "--again", "--why", "b is mended"])
    words = command_of(call, "b")
    part = build_parser().parse_args(words)
    assert words == ["promote", "b", "--part", "--again", "--why", "b is mended"]
    assert (part.models, part.part, part.again, part.why) == (["b"], True, True, "b is mended")


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([0], 0),
        ([1], 1),
        ([0, 1], 0),
        ([1, 1], 1),
        ([1, 3], 3),
        ([0, 3], 3),
        ([0, 2], 2),
        ([3, 130], 130),
        ([2, 3], 3),
        ([0, -9], 3),
    ],
)
def test_one_code_for_many_models(codes, code):
    assert merge(codes) == code


@pytest.mark.parametrize(("error", "code"), [(Refused, 1), (WrongSetting, 2), (Broken, 3), (Busy, 3)])
def test_an_error_is_its_sentence_and_its_code(capsys, error, code):
    assert explain(error("sentiment: saw this,\n  wanted that")) == code
    assert said_by(capsys) == ["sentiment: saw this, wanted that"]


def test_an_unforeseen_error_is_broken_and_has_no_traceback(capsys, monkeypatch):
    monkeypatch.delenv("DELIVERY_TRACEBACK", raising=False)
    assert explain(ZeroDivisionError("division by zero")) == 3
    [line] = said_by(capsys)
    assert line.startswith("unexpected ZeroDivisionError: division by zero")
    monkeypatch.setenv("DELIVERY_TRACEBACK", "1")
    explain(ZeroDivisionError("division by zero"))
    assert len(said_by(capsys)) > 1


def test_what_the_system_refuses_is_broken_in_one_line(capsys, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as caught:
        (tmp_path / "file" / "inside").mkdir()
    assert explain(caught.value) == 3
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(tmp_path, tmp_path / "copy", copy_function=lambda *_: (tmp_path / "file" / "inside").mkdir())
    assert explain(caught.value) == 3
    lines = said_by(capsys)
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("the system refused: [Errno 20] Not a directory: ")
        assert line.endswith("; once that is mended, the same call goes on from here")


def test_the_cli_itself_leaves_with_the_code():
    done = subprocess.run(
        [sys.executable, "-m", "delivery", "deploy"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_help_names_every_verb():
    told = build_parser().format_help()
    assert all(f"    {name}" in told for name in VERBS)
