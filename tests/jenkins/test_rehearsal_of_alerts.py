"""The job for alerts, rehearsed: the document reaches the verb as it came, and nothing in it reaches a shell."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jenkins.checking.rules import check
from jenkins.checking.surroundings import surroundings_for
from jenkins.rehearsal.running import Rehearsal, read_log
from tests.jenkins.conftest import ROOT
from tests.jenkins.test_rehearsal import NOTHING, SECRETS, Seen, noted, rehearsed, set_up

PIPELINE = ROOT / "jenkins" / "respond.Jenkinsfile"
SPITEFUL = {"model": "'; touch pwned; '", "release": "$(touch pwned)", "summary": '`touch pwned` $HOME \\ " é \n #{x}'}
LONG = 200_000
"""More than one variable of a program's environment may hold."""
ALERT = json.dumps({"version": "4", "alerts": [{"status": "firing", "labels": SPITEFUL, "filler": "x" * LONG}]})
SITUATIONS = {
    "firing": ({"variables": {"ALERTMANAGER": ALERT}}, NOTHING),
    "started by hand": ({}, {"fails": {"respond": 2}, "refused": {}}),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Both situations."""
    scratch = tmp_path_factory.mktemp("alerts")
    folders = {name: scratch / name.replace(" ", "-") for name in SITUATIONS}
    situations = [set_up(folders[name], name, *told) for name, told in SITUATIONS.items()]
    situations = [replace(one, cause="GenericCause") for one in situations]
    found: dict[str, Rehearsal] = {one.name: one for one in read_log(rehearsed(situations, scratch, PIPELINE))}
    return {name: Seen(found[name], noted(folder)) for name, folder in folders.items()}


def test_this_pipeline_is_accepted():
    assert check(PIPELINE.read_text(encoding="utf-8"), surroundings_for(PIPELINE)) == []


def test_the_document_reaches_the_verb_as_it_came(seen):
    firing = seen["firing"].rehearsal
    assert firing.result == "SUCCESS"
    assert seen["firing"].call("respond")["words"] == ["respond", "ALERT=build/alert.json"]
    assert firing.events[-1]["description"] == f"respond: read {len(ALERT)} characters"
    assert ["build/alert.json"] in firing.values("archived")


def test_nothing_of_it_reaches_a_shell(seen, tmp_path_factory):
    assert seen["firing"].call("respond")["seen"]["ALERTMANAGER"] == ""
    assert list(Path(tmp_path_factory.getbasetemp()).rglob("pwned")) == []
    assert "touch pwned" not in seen["firing"].rehearsal.log


def test_credentials_are_bound_for_the_verb_and_show_nowhere(seen):
    call = seen["firing"].call("respond")["seen"]
    assert call["REGISTRY_PASSWORD"] == SECRETS["registry"]
    assert "KUBECONFIG" in call
    assert call["DELIVERY_WHO"] == "jenkins-models-main-7"
    assert [secret for secret in SECRETS.values() for one in seen.values() if secret in one.rehearsal.log] == []


def test_a_start_without_an_alert_is_red_and_says_why(seen):
    by_hand = seen["started by hand"].rehearsal
    assert by_hand.result == "FAILURE"
    assert by_hand.events[-1]["description"] == "no alert was answered: the log says why"
