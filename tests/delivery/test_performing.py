"""Two models on the way, one of them refused: it drops out, the other goes on, and Jenkins sees both."""

from __future__ import annotations

import argparse
import sys
import textwrap
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from delivery import performing
from delivery.errors import Broken, Refused, WrongSetting
from delivery.performing import perform
from delivery.running import merge
from delivery.side_by_side import run_side_by_side
from delivery.work import LEFT_BY, LeftOut, Work

CALL = argparse.Namespace()


@pytest.fixture
def works(tmp_path):
    """Two models in an empty checkout."""
    return [Work(SimpleNamespace(name=name), SimpleNamespace(root=tmp_path)) for name in ("calm", "wild")]


@pytest.fixture
def doing(monkeypatch):
    """What a verb does, for the length of a test."""
    return lambda function: monkeypatch.setattr(performing, "function_of", lambda _verb: function)


def cases(work, verb):
    """The JUnit cases of a verb."""
    path = work.root / "build" / "junit" / f"{verb}-{work.name}.xml"
    return [(case.get("name"), [child.tag for child in case]) for case in ElementTree.parse(path).iter("testcase")]


def test_a_refused_model_drops_out_and_the_other_goes_on(works, doing):
    done = []
    doing(lambda work, _call: done.append(work.name))
    calm, wild = works
    calm.leave("verdicts.json", {"passed": True})
    wild.leave("verdicts.json", {"passed": False})
    perform("release", calm, CALL)
    with pytest.raises(LeftOut, match=r"^wild: left out, gate refused it \(build/wild/verdicts.json\)$") as refused:
        perform("release", wild, CALL)
    assert done == ["calm"]
    assert merge([0, refused.value.exit_code]) == 0
    assert merge([refused.value.exit_code]) == 1
    assert cases(calm, "release") == [("release", [])]
    assert cases(wild, "release") == [("release", ["skipped"])]


@pytest.mark.parametrize(
    ("file", "verb"), [(file, verb) for verb, file in LEFT_BY.items() if not file.startswith("rel")]
)
def test_a_refusal_leaves_the_verb_itself_open(works, doing, file, verb):
    done = []
    doing(lambda work, _call: done.append(work.name))
    works[0].leave(file, {"passed": False})
    perform(verb, works[0], CALL)
    assert done == ["calm"]


@pytest.mark.parametrize("error", [Refused, Broken, WrongSetting])
def test_what_a_verb_raises_stands_in_junit_too(works, doing, error):
    def fail(work, _call):
        raise error(f"{work.name}: no")

    doing(fail)
    with pytest.raises(error):
        perform("staging", works[0], CALL)
    assert cases(works[0], "staging") == [("staging", ["failure"])]


@pytest.mark.parametrize(("error", "there"), [(Refused, False), (Broken, True), (WrongSetting, True)])
def test_a_gate_that_could_not_be_asked_is_a_case_of_its_own(works, doing, error, there):
    def fail(work, _call):
        raise error(f"{work.name}: no")

    doing(fail)
    with pytest.raises(error):
        perform("gate", works[0], CALL)
    assert (works[0].root / "build" / "junit" / "gate-calm.xml").exists() is there
    assert not there or cases(works[0], "gate") == [("gate", ["failure"])]


def test_a_verb_before_its_time_names_the_one_that_has_to_run(works):
    with pytest.raises(WrongSetting, match=r"^calm: no build/calm/training.json; `train` writes it and has not run$"):
        works[0].read("training.json")


def test_exit_codes_of_processes_become_one(tmp_path, capfd):
    leave = textwrap.dedent("import sys; print('done'); sys.exit(int(sys.argv[1]))")
    codes = run_side_by_side(
        {name: [sys.executable, "-c", leave, code] for name, code in {"a": "0", "b": "1"}.items()}, tmp_path
    )
    assert merge(codes.values()) == 0
    assert sorted(capfd.readouterr().out.splitlines()) == ["a | done", "b | done"]
