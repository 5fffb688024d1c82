"""Who a release waits for, and what a build that broke takes back."""

from __future__ import annotations

import argparse
import json
import shutil

import pytest

from delivery.approving import wants_approval
from delivery.ledger import Entry
from delivery.opening import open_delivery, open_local
from delivery.settings import FILE, load_settings
from delivery.verbs import release as sealing
from delivery.verbs import steering
from delivery.work import Work
from model.gates import judge
from model.library import load_spec
from model.spec import Gate
from tests.delivery.test_steering import MODEL, ROOT
from tests.delivery.tiny import seal_tiny

RELEASE = "8c1d02f7a9be"


@pytest.fixture
def work(tmp_path):
    """A sealed release in a checkout whose policy wants a yes for each."""
    text = (ROOT / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(text.replace('policy = "never"', 'policy = "always"'), encoding="utf-8")
    work = Work(load_spec(MODEL), load_settings(tmp_path / FILE))
    (work.build / "release").mkdir(parents=True)
    (work.build / "release" / "release.json").write_text(json.dumps({"identity": RELEASE, "verdicts": []}))
    yield work
    open_local(work.settings).close()


def waiting(work, code: int = 0) -> str:
    """What `image` leaves for the person who is asked."""
    sealing.afterwards(work.settings, "image", {work.name: code})
    return (work.root / "build" / "waiting.txt").read_text(encoding="utf-8")


def approve(work) -> None:
    """A yes without a name."""
    steering.approve(work, argparse.Namespace(release=None, why="seen"))


def test_a_release_waits_until_somebody_approves(work, capsys):
    assert waiting(work) == f"{MODEL} {RELEASE}: every release needs an approval (approval.policy)\n"
    approve(work)
    assert waiting(work) == ""
    [entry] = open_delivery(work.settings).ledger.entries(MODEL)
    assert (entry.action, entry.release, entry.why) == ("approved", RELEASE, "seen")
    approve(work)
    assert f"approve: nothing of {MODEL} waits for a person" in capsys.readouterr().out.splitlines()[-1]


def refused(work, *kinds: str) -> None:
    """The gates said no, and `release` took away what was sealed before."""
    shutil.rmtree(work.build / "release")
    verdicts = [{"gate": f"{kind} gate", "kind": kind, "passed": False} for kind in kinds]
    work.leave("verdicts.json", {"contender": "0123456789ab", "passed": False, "verdicts": verdicts})


def test_a_contender_that_only_its_ceiling_refused_can_be_approved_without_its_name(work, capsys):
    refused(work, "ceiling")
    approve(work)
    assert capsys.readouterr().out == f"approve: {MODEL} 0123456789ab, noted in the ledger; `gate` judges it anew\n"
    [entry] = open_delivery(work.settings).ledger.approvals(MODEL, "0123456789ab")
    assert entry.why == "seen"


def test_an_approval_mends_no_other_gate(work, capsys):
    refused(work, "ceiling", "floor")
    approve(work)
    assert f"nothing of {MODEL} waits" in capsys.readouterr().out
    assert open_delivery(work.settings).ledger.entries() == []


def test_a_refused_model_waits_for_nobody(work):
    assert waiting(work, code=1) == ""


def test_nothing_waits_where_the_policy_asks_for_nobody(work):
    path = work.root / FILE
    path.write_text(path.read_text(encoding="utf-8").replace('"always"', '"never"'), encoding="utf-8")
    assert waiting(Work(work.spec, load_settings(path))) == ""


@pytest.mark.parametrize("decision", ["promoted", "unchanged", "abort", None])
def test_what_ended_well_or_never_began_is_not_taken_back(work, decision, capsys):
    if decision:
        work.leave("decision.json", {"decision": decision, "release": RELEASE})
    steering.rollback(work, argparse.Namespace(of="build", why="the delivery broke"))
    assert f"left no promotion of {MODEL} unfinished" in capsys.readouterr().out
    assert open_delivery(work.settings).ledger.entries() == []


def test_a_promotion_that_broke_off_is_taken_back_only_where_it_is_live(work, capsys):
    work.leave("decision.json", {"decision": "promote", "release": RELEASE})
    open_delivery(work.settings).record(Entry(MODEL, "approved", RELEASE, "ada", "seen"))
    steering.rollback(work, argparse.Namespace(of="build", why="the delivery broke"))
    assert f"rollback: {RELEASE} is not live, nothing to do" in capsys.readouterr().out


def beyond(**people):
    """The verdict of a ceiling that was broken and let pass: only with such a release is sealed."""
    measurements = {"accuracy": {"value": 0.99, "low": 0.98, "high": 1.0, "n": 100}}
    evaluation = {"model": "mood", "measurements": measurements, "champion": {"state": "none"}}
    verdict = judge(Gate("ceiling", "accuracy", at_most=0.87), evaluation, "spec.py", **people)
    assert verdict.passed
    return verdict.document()


def test_what_is_not_too_good_waits_for_nobody(tmp_path):
    seal_tiny(tmp_path / "plain")
    seal_tiny(tmp_path / "good", verdicts=[beyond(approved_by="Ada"), {**beyond(asks=True), "kind": "floor"}])
    assert wants_approval(tmp_path / "plain", "too_good") is None
    assert wants_approval(tmp_path / "good", "never") is None
    assert wants_approval(tmp_path / "good", "too_good") == "too good to be true by accuracy <= 0.87"
