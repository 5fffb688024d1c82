"""The Jenkinsfile in every situation, with real shells and a `make` that notes its calls: which stages, commands, post
blocks, what is published, and that no credential shows.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from delivery.commands import WAY
from jenkins.rehearsal.running import NoGroovy, Rehearsal, Situation, read_log, rehearse
from tests.jenkins.conftest import ROOT

VERBS = [verb.name for verb in WAY]
ON_A_PULL_REQUEST = VERBS[: VERBS.index("image")]
SECRETS = {name: f"marked-secret-of-{name}" for name in ("deployer", "registry", "webhook")}
CREDENTIALS = {"image": ["registry"], "notify": ["webhook"]}
WAITING = "sentiment 8c1d02f7a9be: every release needs an approval (approval.policy)\n"
NOTHING: dict[str, Any] = {"fails": {}, "refused": {}}
SITUATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "main": ({}, NOTHING),
    "pull request": ({"branch": "PR-12", "change": "12"}, NOTHING),
    "gate refused": ({}, {"fails": {"gate": 1}, "refused": {"gate": ["house_price", "sentiment"]}}),
    "one of two refused": ({}, {"fails": {}, "refused": {"gate": ["house_price"]}}),
    "deploy failing": ({}, {"fails": {"promote": 3}, "refused": {"promote": ["sentiment"]}}),
    "approval given": ({}, {**NOTHING, "waiting": WAITING}),
    "approval refused": ({"approve": False}, {**NOTHING, "waiting": WAITING}),
    "scheduled": ({"cause": "TimerTrigger"}, NOTHING),
    "scheduled, a lock vulnerable": ({"cause": "TimerTrigger"}, {"fails": {"audit": 1}, "refused": {}}),
}


@dataclass(frozen=True)
class Seen:
    """A rehearsal with the calls that its `make` noted."""

    rehearsal: Rehearsal
    calls: list[dict[str, Any]]

    @property
    def made(self) -> list[str]:
        """The targets, in order."""
        return [call["words"][0] for call in self.calls]

    def call(self, verb: str) -> dict[str, Any]:
        """What make saw when it was called for this verb."""
        return next(call for call in self.calls if call["words"][0] == verb)


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """All situations in one Groovy, rehearsed once for all of pytest's processes."""
    own = tmp_path_factory.getbasetemp()
    scratch = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "rehearsal"
    scratch.mkdir(exist_ok=True)
    log = scratch / "log.txt"
    with (scratch / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not log.exists():
            situations = [set_up(scratch / folder_of(name), name, *told) for name, told in SITUATIONS.items()]
            log.write_text(rehearsed(situations, scratch), encoding="utf-8")
    found = {rehearsal.name: rehearsal for rehearsal in read_log(log.read_text(encoding="utf-8"))}
    return {name: Seen(found[name], noted(scratch / folder_of(name))) for name in SITUATIONS}


def rehearsed(situations: list[Situation], scratch: Path, pipeline: Path = ROOT / "Jenkinsfile") -> str:
    """The log; without Groovy a skip that cannot be overlooked, or an error where a rehearsal is required."""
    try:
        return rehearse(pipeline, situations, scratch)
    except NoGroovy as problem:
        if os.environ.get("REHEARSAL") == "required":
            raise
        pytest.skip(f"THE JENKINSFILE WAS NOT REHEARSED: {problem}")


def folder_of(name: str) -> str:
    """A situation's name as a folder's."""
    return name.replace(",", "").replace(" ", "-")


def set_up(folder: Path, name: str, asked: dict[str, Any], told: dict[str, Any]) -> Situation:
    """Two agents' workspaces and a `make` of our own."""
    workspaces = {label: str(folder / label) for label in ("ml", "deploy")}
    for workspace in workspaces.values():
        Path(workspace).mkdir(parents=True)
    (folder / "told.json").write_text(json.dumps(told))
    make = folder / "make"
    fake = f"FAKE_MAKE='{folder}/told.json' exec {sys.executable} -I -S {ROOT}/tests/jenkins/fake_make.py \"$@\""
    make.write_text(f"#!/bin/sh\n{fake}\n")
    make.chmod(0o755)
    # Every situation has its own `make`: a file beside its workspaces, first on the PATH that its shells get.
    workspace_path = f"{folder}:{os.environ['PATH']}"
    return replace(Situation(name, workspaces, SECRETS, path=workspace_path), **asked)


def noted(folder: Path) -> list[dict[str, Any]]:
    """The calls of one situation."""
    return [json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines()]


def test_main_goes_the_whole_way(seen):
    main = seen["main"]
    assert main.rehearsal.result == "SUCCESS"
    assert main.made == [*VERBS, "notify"]
    assert main.rehearsal.ran == VERBS
    assert main.rehearsal.values("publishHTML") == ["Models", "Delivery"]
    assert main.rehearsal.values("milestone") == [1, 2]
    assert ["build/sentiment/release/release.json"] in main.rehearsal.values("archived")
    assert ["var/ledger.jsonl"] in main.rehearsal.values("archived")
    assert all(main.rehearsal.values("fingerprint"))
    assert main.rehearsal.events[-1]["description"] == "house_price promote | sentiment promote"
    assert main.call("promote")["where"] == "deploy"
    assert main.call("train")["where"] == "ml"


def test_every_stage_runs_the_verb_of_its_name(seen):
    for event in seen["main"].rehearsal.events:
        if "sh" in event and event["stage"] in VERBS:
            assert event["sh"] == f"make {event['stage']}"


def test_every_case_is_published_once(seen):
    published = [file for files in seen["main"].rehearsal.values("junit") for file in files]
    assert sorted(published) == sorted(set(published))
    assert len(published) == 1 + 2 * (len(VERBS) - 1)


def test_a_pull_request_is_judged_and_holds_no_credential(seen):
    change = seen["pull request"]
    assert change.rehearsal.result == "SUCCESS"
    assert change.made == ON_A_PULL_REQUEST
    assert change.rehearsal.values("publishHTML") == ["Models"]
    assert change.rehearsal.values("triggers") == [["cron "]]
    assert {name for call in change.calls for name in call["seen"]} == {"DELIVERY_WHO"}
    assert not any(change.rehearsal.values("credentials"))


def test_refused_by_all_gates_is_red_and_told(seen):
    refused = seen["gate refused"]
    assert refused.rehearsal.result == "FAILURE"
    assert refused.made == [*VERBS[: VERBS.index("gate") + 1], "notify"]
    assert refused.rehearsal.values("publishHTML") == ["Models"]
    assert refused.rehearsal.events[-1]["description"].startswith("house_price refused: accuracy .5")
    assert refused.call("notify")["seen"]["RESULT"] == "FAILURE"


def test_one_refused_model_is_yellow_and_the_other_is_delivered(seen):
    refused = seen["one of two refused"]
    assert refused.rehearsal.result == "UNSTABLE"
    assert refused.made == [*VERBS, "notify"]
    assert refused.call("notify")["seen"]["RESULT"] == "UNSTABLE"


def test_a_promotion_that_breaks_is_taken_back_and_published(seen):
    failing = seen["deploy failing"]
    assert failing.rehearsal.result == "FAILURE"
    assert failing.made == [*VERBS, "rollback", "notify"]
    assert failing.call("rollback")["words"][1:] == ["OF=build", "WHY=its promotion broke off"]
    assert "KUBECONFIG" in failing.call("rollback")["seen"]
    [at] = [place for place, event in enumerate(failing.rehearsal.events) if event.get("post") == "failure"]
    assert any(event.get("publishHTML") == "Delivery" for event in failing.rehearsal.events[at:])


def test_a_person_is_asked_only_where_one_is_waited_for(seen):
    assert not seen["main"].rehearsal.values("asked")
    given = seen["approval given"]
    assert given.rehearsal.result == "SUCCESS"
    assert given.made == [*VERBS[: VERBS.index("image") + 1], "approve", *VERBS[VERBS.index("staging") :], "notify"]
    assert given.rehearsal.values("submitter") == ["approvers"]
    assert given.call("approve")["seen"]["DELIVERY_WHO"] == "ada"
    assert given.call("approve")["seen"]["WHY"] == "the report was read"
    assert "WHY" not in given.call("staging")["seen"]


def test_nothing_is_held_while_a_person_is_asked(seen):
    events = seen["approval given"].rehearsal.events
    asked = next(place for place, event in enumerate(events) if "asked" in event)
    before = [event for event in events[:asked] if event["stage"] == "approve"]
    assert [event.get("option") for event in before] == ["timeout"]
    assert any(event.get("agent") == "deploy" for event in events[asked:])


def test_a_no_ends_the_build_and_moves_nothing(seen):
    refused = seen["approval refused"]
    assert refused.rehearsal.result == "ABORTED"
    assert refused.made == [*VERBS[: VERBS.index("image") + 1], "notify"]
    assert refused.rehearsal.values("refused") == ["Rejected by ada"]


def test_the_schedule_trains_main_anew(seen):
    scheduled = seen["scheduled"]
    assert scheduled.rehearsal.values("cause") == ["TimerTrigger"]
    assert scheduled.rehearsal.values("triggers") == [["cron H 3 * * 1-5"]]
    assert scheduled.rehearsal.result == "SUCCESS"
    assert scheduled.made == ["audit", "update", *VERBS, "notify"]
    assert ["build/update/locks.diff"] in scheduled.rehearsal.values("archived")
    said = "house_price promote | sentiment promote | audit: said | update: said"
    assert scheduled.call("notify")["seen"]["SUMMARY"] == scheduled.rehearsal.events[-1]["description"] == said


def test_a_vulnerable_lock_is_yellow_and_stops_no_delivery(seen):
    vulnerable = seen["scheduled, a lock vulnerable"]
    assert vulnerable.rehearsal.result == "UNSTABLE"
    assert vulnerable.made == ["audit", "update", *VERBS, "notify"]
    assert vulnerable.rehearsal.values("warned") == ["what is locked is vulnerable, or could not be audited"]
    assert vulnerable.rehearsal.values("junit")[0] == ["build/upkeep/junit/audit-serving.xml"]


def test_credentials_are_bound_to_the_commands_that_need_them(seen):
    for event in (event for one in seen.values() for event in one.rehearsal.events if "sh" in event):
        wanted = CREDENTIALS.get(event["sh"].split()[1])
        moving = event["stage"] in ("approve", "staging", "monitor", "canary", "promote")
        assert event["credentials"] == (wanted or (["deployer"] if moving else [])), event


def test_no_credential_shows_in_any_log(seen):
    for one in seen.values():
        assert [secret for secret in SECRETS.values() if secret in one.rehearsal.log] == []
    assert seen["main"].call("image")["seen"]["REGISTRY_PASSWORD"] == SECRETS["registry"]


def test_production_outlives_the_build_on_its_own_agent(seen):
    assert seen["main"].call("promote")["seen"]["JENKINS_NODE_COOKIE"] == "dontKillMe"
    assert "JENKINS_NODE_COOKIE" not in seen["main"].call("train")["seen"]
