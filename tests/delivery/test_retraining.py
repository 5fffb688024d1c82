"""An alert that calls for training anew: rows first, nothing new said, the ledger written before the work."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delivery import retraining
from delivery.errors import Refused
from delivery.promotion import promote
from delivery.work import Work
from model.library import find_models
from tests.delivery.test_respond import WHO, Project, live, project

__all__ = ["live", "project"]
MODEL = find_models()[0]
LATER = datetime.now(UTC) + timedelta(days=3)
"""By then no promotion of a test is recent any more."""


@pytest.fixture
def serving(project: Project, make_release) -> Project:
    """A champion of the library's model that learned from the rows `seen`."""
    folder = make_release("ddd")
    release = {"model": MODEL, "identity": "ddd", "data": {"sha256": "seen", "profile": {}}}
    (folder / "release.json").write_text(json.dumps(release))
    project.delivery.target.publish(MODEL, folder)
    promote(project.delivery, MODEL, "ddd", **WHO)
    return project


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `check` finds (`sha256`, or `refusal`) and what the way after it does; `done` are the verbs that ran."""
    found: dict[str, Any] = {"sha256": "seen", "refusal": None, "way": lambda: None, "done": []}

    def check(verb: str, work: Work, _call: argparse.Namespace) -> None:
        found["done"].append(verb)
        if found["refusal"]:
            raise Refused(found["refusal"])
        work.leave("check.json", {"passed": True, "data_sha256": found["sha256"], "rows": None, "checks": []})

    def way(work: Work, _call: argparse.Namespace) -> None:
        found["done"].append("run")
        found["way"]()

    monkeypatch.setattr(retraining, "perform", check)
    monkeypatch.setattr(retraining, "function_of", lambda _verb: way)
    return found


def drift(**changed: Any) -> Any:
    """Another input than the champion learned from."""
    from tests.delivery.alarms import alert

    return alert(**{"name": "ModelInputDrift", "model": MODEL, "started": LATER, "summary": "PSI 0.4", **changed})


def test_nothing_new_is_said_and_is_no_error(serving: Project, rows: dict[str, Any]) -> None:
    code, told, _ = serving.respond([drift()])
    assert code == 0
    assert told == [
        f"respond: {MODEL}: ModelInputDrift: told: ModelInputDrift on ddd: PSI 0.4; "
        "nothing new in the data, so training again would give the same release"
    ]
    assert rows["done"] == ["check"]
    assert serving.actions(MODEL) == ["promoted", "told"]


def test_new_rows_are_learned_from_once(serving: Project, rows: dict[str, Any]) -> None:
    rows["sha256"] = "other"
    rows["way"] = lambda: rows.update(before=serving.actions(MODEL))
    code, told, _ = serving.respond([drift()])
    assert code == 0
    assert "trained anew: ModelInputDrift on ddd: PSI 0.4; there are rows that the champion has not seen" in told[0]
    assert rows["before"] == ["promoted", "retrained"]
    assert serving.respond([drift()])[0] == 0
    assert rows["done"] == ["check", "run"]
    assert serving.entries(MODEL)[-1].evidence["alert"] == drift().as_evidence()
    code, told, _ = serving.respond([drift(name="ModelScoreDrift", fingerprint="00000000deadbeef")])
    assert code == 1
    assert "correction.cooldown_seconds" in told[0]


def test_rows_that_the_checks_refuse_are_told(serving: Project, rows: dict[str, Any]) -> None:
    rows["refusal"] = f"{MODEL}: check refused the rows: labels"
    assert serving.respond([drift()]) == (1, [], [f"{MODEL}: check refused the rows: labels"])
    assert serving.respond([drift()])[0] == 0
    assert rows["done"] == ["check"]
    assert serving.entries(MODEL)[-1].evidence["stopped_by"] == "check"


def test_a_contender_that_is_refused_counts_all_the_same(serving: Project, rows: dict[str, Any]) -> None:
    def refuse() -> None:
        raise Refused(f"{MODEL}: the gates refused it")

    rows |= {"sha256": "other", "way": refuse}
    assert serving.respond([drift()]) == (1, [], [f"{MODEL}: the gates refused it"])
    assert serving.actions(MODEL) == ["promoted", "retrained"]


def test_one_models_training_keeps_no_other_from_going_back(live: Project, serving: Project, rows: dict) -> None:
    from tests.delivery.test_respond import failing

    rows |= {"sha256": "other", "way": lambda: rows.update(live=live.live())}
    assert live.respond([drift(), failing()])[0] == 0
    assert rows["live"] == "aaa"
