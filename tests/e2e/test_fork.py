"""A fork under another name, without the examples, with one foreign model from a CSV: every command of the README."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.test_name import places_of
from tests.e2e.checkout import ROOT, Checkout, cloned
from tests.model.test_scaffolding import wines

pytestmark = [pytest.mark.slow, pytest.mark.examples, pytest.mark.long]

OWN, MODEL = "tasting-notes", "tasting"
EXAMPLES = ("sentiment", "house_price")
ELSEWHERE = {"e2e", "new", "init", "test", "rollback", "targets", "lock", "feedback"}
"""Commands of the README that a test of its own has, the fixture calls, or that would fetch newer versions."""


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """What docs/staying-up-to-date.md and the README say a fork does."""
    folder = tmp_path_factory.mktemp("fork")
    csv = wines().write(folder)
    with cloned(folder / "clone") as checkout:
        checkout.make("init", f"NAME={OWN}")
        checkout.git("rm", "-r", "--quiet", *(f"model/library/{name}" for name in EXAMPLES))
        checkout.make("new", f"NAME={MODEL}", f"CSV={csv}", "TARGET=cultivar")
        checkout.commit("Ours")
        yield checkout


@pytest.fixture(scope="module")
def said(fork: Checkout) -> dict[str, str]:
    """Every command in an order that makes sense, once: what it printed."""
    said = {"run": fork.make("run"), "run again": fork.make("run")}
    for verb in ("check", "train", "gate", "release", "image", "staging", "monitor", "canary", "promote"):
        said[verb] = fork.make(verb)
    first = fork.champion(MODEL)
    fork.patch_server("Patched.")
    said["patched"] = fork.make("run", f"MODEL={MODEL}")
    assert fork.champion(MODEL) != first
    said["rollback"] = fork.make("rollback", "WHY=tried")
    assert fork.champion(MODEL) == first
    for verb, why in (("hold", "stocktaking"), ("resume", "done"), ("approve", "read")):
        said[verb] = fork.make(verb, f"WHY={why}")
    for verb in ("status", "history", "prune", "doctor", "help", "notify", "demo"):
        said[verb] = fork.make(verb)
    for verb in ("render", "prove"):
        said[verb] = fork.make(verb, wanted=2)
    said["bench"] = fork.call(".venv/bin/python", "-m", "bench", "--rounds=1", "--seconds=0.3").said
    said["stop"] = fork.make("stop")
    return said


def test_it_goes_to_production_and_a_second_run_finds_nothing_new(said: dict[str, str]) -> None:
    assert re.search(rf"{MODEL}: [0-9a-f]{{12}} in production", said["run"])
    for verb in ("check", "train", "gate", "release"):
        assert f"{verb}: nothing new" in said["run again"]
    assert "history: " in said["history"]


def test_every_command_of_the_readme_was_called(said: dict[str, str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\bmake ([a-z][a-z0-9]*)\b", readme)) - ELSEWHERE
    assert told - said.keys() == set()


def test_what_needs_something_says_so_in_one_sentence(said: dict[str, str]) -> None:
    assert "prove: model/library has no house_price and no sentiment; the bad commits are about" in said["prove"]
    assert "render: this machine runs folders, not manifests" in said["render"]


def test_no_command_and_no_file_names_the_origin(said: dict[str, str], fork: Checkout) -> None:
    origin = re.search(r'(?m)^name = "(.*)"', (ROOT / "project.toml").read_text(encoding="utf-8"))
    assert origin
    tracked = tuple(fork.folder / name for name in fork.git("ls-files").splitlines())
    assert places_of(origin[1], fork.folder, tracked) == []
    others = {command: said[command] for command in said.keys() - {"prove", "help"}}
    assert [command for command in others for name in EXAMPLES if name in others[command]] == []
    assert [str(path) for path in left_by_verbs(fork.folder) if names_an_example(path)] == []


def left_by_verbs(folder: Path) -> Iterator[Path]:
    """What build/ and production hold, but for other people's packages and copies of the checkout."""
    for top in ("build", "var"):
        for path in (folder / top).rglob("*"):
            apart = {"environments", "environment", "demo", "bench", "fitted"} & set(path.relative_to(folder).parts)
            if path.is_file() and not apart:
                yield path


def names_an_example(path: Path) -> bool:
    """Whether one of the examples shows, other than as an example in a comment of the code that travels."""
    text = path.read_bytes()
    return path.suffix != ".py" and any(name.encode() in text for name in EXAMPLES)


def test_its_tests_are_green_and_say_what_they_left_out(fork: Checkout) -> None:
    said = fork.make("test")
    assert "left out: tests about the examples, for model/library has no house_price and no sentiment" in said
    assert re.search(r"\d{3,} passed", said)


def test_its_jenkinsfile_is_accepted_and_its_champion_answers(fork: Checkout) -> None:
    fork.call(".venv/bin/python", "-m", "jenkins.checking", "Jenkinsfile")
    fork.patch_server("Another release: the last one was rolled back.")
    said = fork.make("run")
    [command] = re.findall(r"^  (curl .*)$", said, re.MULTILINE)
    answer = json.loads(subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout)
    assert answer["release"] == fork.champion(MODEL)
    fork.make("stop")
