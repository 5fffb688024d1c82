"""Asking a release in a process of its own, and what is said when it does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.asking import Answering, AnsweringError

ECHO = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    {reply}
"""
POLITE = "print(json.dumps({'answers': request['instances'], 'seconds': 0, 'asked': request}), flush=True)"


def release_that(folder: Path, code: str) -> Path:
    """A folder whose own `model.release` does just this."""
    package = folder / "model" / "release"
    package.mkdir(parents=True)
    for name in ("model/__init__.py", "model/release/__init__.py"):
        (folder / name).write_text("")
    (package / "__main__.py").write_text(code)
    return folder


def test_questions_and_replies_travel_whole(tmp_path: Path) -> None:
    with Answering(release_that(tmp_path, ECHO.format(reply=POLITE))) as release:
        instances = [{"text": "é😀\u2028\n"}, {"text": "x" * 500_000}]
        assert release.ask(instances)["answers"] == instances
        assert release.ask([], members=True, one_by_one=True)["asked"] == {
            "instances": [], "members": True, "one_by_one": True,
        }  # fmt: skip
    assert not list(tmp_path.rglob("*.pyc"))


def test_the_description_is_asked_for_once(tmp_path: Path) -> None:
    code = "n = 0\n" + ECHO.format(reply="n += 1; print(json.dumps({'describe': {'n': n}}), flush=True)")
    with Answering(release_that(tmp_path, code)) as release:
        assert release.describe() == release.describe() == {"n": 1}


def test_the_environment_says_nothing_to_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("SIGNING_KEY", "secret")
    reply = "import os; print(json.dumps({'describe': dict(os.environ)}), flush=True)"
    with Answering(release_that(tmp_path, ECHO.format(reply=reply))) as release:
        seen = release.describe()
    assert "PYTHONPATH" not in seen
    assert "SIGNING_KEY" not in seen


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise ValueError('no scorer')", "it ended with exit code 1; its last words: ValueError: no scorer"),
        ("import sys; sys.exit('samples.json: changed')", "exit code 1; its last words: samples.json: changed"),
        ("import os; os._exit(7)", "it ended with exit code 7$"),
        (ECHO.format(reply="print('hello', flush=True)"), "its reply is not JSON: 'hello"),
        (ECHO.format(reply="print('[]', flush=True)"), "its reply lacks answers"),
        (ECHO.format(reply="print('{\"seconds\": 1}', flush=True)"), "its reply lacks answers"),
        (ECHO.format(reply='print(\'{"error": "wanted instances"}\', flush=True)'), "refused the request: wanted inst"),
        (ECHO.format(reply="print('{\"answers\": []}', flush=True)"), "0 answers to 1 instances"),
    ],
)
def test_a_release_that_does_not_answer_says_why(tmp_path: Path, code: str, why: str) -> None:
    with Answering(release_that(tmp_path, code)) as release, pytest.raises(AnsweringError, match=why) as refusal:
        release.ask([{"text": "x" * 500_000}])
    assert str(refusal.value).startswith(str(tmp_path))


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", ECHO.format(reply="import time; time.sleep(60)")])
def test_patience_ends_even_while_the_question_is_still_being_written(tmp_path: Path, code: str) -> None:
    with Answering(release_that(tmp_path, code), patience_seconds=0.5) as release:
        for _ in range(2):
            with pytest.raises(AnsweringError, match=r"no reply within 0\.5 s"):
                release.ask([{"text": "x" * 500_000}])


def test_a_folder_without_a_release_is_said_so(tmp_path: Path) -> None:
    with Answering(tmp_path) as release, pytest.raises(AnsweringError, match="No module named"):
        release.describe()
