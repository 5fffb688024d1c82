"""What `release` seals anew: another contender, and the same one of which the gates say something else now."""

from __future__ import annotations

import argparse
import json
from types import SimpleNamespace

import pytest

from delivery.errors import WrongSetting
from delivery.verbs import release as sealing
from delivery.work import Work

CONTENDER = "8c1d02f7a9be"
MEASURED = {"accuracy": {"value": 0.8, "low": 0.79, "high": 0.81, "n": 100}}
VERDICT = {"gate": "accuracy >= 0.77", "passed": True}


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A contender that its gates passed; sealing leaves what a release tells of them."""
    work = Work(SimpleNamespace(name="calm"), SimpleNamespace(root=tmp_path))
    (work.build / "contender").mkdir(parents=True)
    work.leave("contender.json", {"identity": CONTENDER, "candidate": "vote"})
    judged(work, MEASURED, [VERDICT])

    def seal(_spec, build, _commit, evaluation, verdicts):
        release = {"identity": CONTENDER, "figures": evaluation["measurements"], "verdicts": verdicts["verdicts"]}
        (build / "release").mkdir(exist_ok=True)
        (build / "release" / "release.json").write_text(json.dumps(release))
        return SimpleNamespace(identity=CONTENDER)

    monkeypatch.setattr(sealing, "seal_release", seal)
    return work


def judged(work, measured, verdicts, contender=CONTENDER) -> None:
    """What `gate` leaves."""
    more = {"accuracy@short": {"value": 0.7, "low": None, "high": None, "n": 9}}
    work.leave("evaluation.json", {"contender": contender, "measurements": measured | more})
    work.leave("verdicts.json", {"contender": contender, "passed": True, "verdicts": verdicts})


def told(work, capsys) -> str:
    """The line that `release` ends with."""
    sealing.release(work, argparse.Namespace())
    return capsys.readouterr().out


def test_the_same_contender_is_sealed_once_for_the_same_verdicts(work, capsys):
    assert f"release: sealed as {CONTENDER}" in told(work, capsys)
    release = work.read("release/release.json")
    (work.build / "release" / "release.json").write_text(json.dumps(release | {"figures": MEASURED}))
    assert told(work, capsys) == f"release: nothing new, {CONTENDER} is sealed\n"


@pytest.mark.parametrize(
    ("measured", "verdicts"),
    [
        (MEASURED, [VERDICT | {"gate": "accuracy >= 0.78"}]),
        ({"accuracy": MEASURED["accuracy"] | {"n": 200}}, [VERDICT]),
    ],
    ids=["another gate", "another holdout"],
)
def test_the_same_contender_is_sealed_anew_where_its_gates_said_something_else(work, capsys, measured, verdicts):
    told(work, capsys)
    judged(work, measured, verdicts)
    assert "sealed anew, its gates said something else" in told(work, capsys)
    sealed = work.read("release/release.json")
    assert (sealed["verdicts"], sealed["figures"]["accuracy"]) == (verdicts, measured["accuracy"])


def test_what_the_gates_did_not_judge_is_not_sealed(work):
    judged(work, MEASURED, [VERDICT], contender="0123456789ab")
    with pytest.raises(WrongSetting, match="the gates judged 0123456789ab, not 8c1d02f7a9be"):
        sealing.release(work, argparse.Namespace())
