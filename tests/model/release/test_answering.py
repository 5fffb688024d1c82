"""The line protocol of a release that answers without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.release.answering import describe, reply, reply_to
from model.release.loading import Release, load

GOOD = pytest.approx([0.1192, 0.8808], abs=1e-4)


@pytest.fixture
def release(mood: Path) -> Release:
    return load(mood, sealed=False)


def ask(release: Release, **request: Any) -> Any:
    (line,) = reply_to([json.dumps(request)], release)
    return json.loads(line)


def test_instances_are_answered_in_their_order(release: Release) -> None:
    told = ask(release, instances=[{"text": "good"}, {"text": ""}])
    assert [each["probabilities"] for each in told["answers"]] == [GOOD, [0.5, 0.5]]
    assert told["seconds"] > 0
    assert "members" not in told


def test_values_are_not_rounded(price: Path) -> None:
    assert ask(load(price, sealed=False), instances=[{"area": 10.3}])["answers"] == [{"value": 50.0 + 2.0 * 10.3}]


def test_problems_stand_in_place_of_answers(release: Release) -> None:
    for one_by_one in (False, True):
        told = ask(release, instances=[{"text": "good"}, {"text": 5}, {"text": None}, 7], one_by_one=one_by_one)[
            "answers"
        ]
        assert told[0]["probabilities"] == GOOD
        assert told[1] == {"problems": [{"pointer": "/instances/1/text", "detail": "wanted text, saw 5"}]}
        assert told[2]["problems"][0]["pointer"] == "/instances/2"  # The scorer knows no answer to a missing text.
        assert told[3]["problems"][0]["pointer"] == "/instances/3"


def test_one_by_one_takes_the_time_of_each(release: Release) -> None:
    told = ask(release, instances=[{"text": "good"}, {"text": "bad"}], one_by_one=True)
    assert [each["probabilities"] for each in told["answers"]] == [GOOD, pytest.approx([0.8808, 0.1192], abs=1e-4)]
    assert len(told["seconds"]) == 2
    assert min(told["seconds"]) > 0


def test_the_members_of_a_vote_answer_too(mood: Path) -> None:
    assert ask(load(mood, sealed=False), instances=[{"text": "good"}], members=True)["members"] == {}
    scorer = json.loads((mood / "scorer.json").read_text())
    node = scorer["scorer"]
    calm = {**node, "words": []}
    scorer["scorer"] = {"family": "vote", "weights": [0.5, 0.5], "members": {"keen": node, "calm": calm}}
    (mood / "scorer.json").write_text(json.dumps(scorer))
    told = ask(load(mood, sealed=False), instances=[{"text": "good"}, {}, {"text": 1}], members=True)
    assert told["answers"][0]["probabilities"] == pytest.approx([0.3096, 0.6904], abs=1e-4)
    assert told["members"]["keen"][0]["probabilities"] == GOOD
    assert told["members"]["calm"][0]["probabilities"] == [0.5, 0.5]
    assert all("problems" in each for each in told["members"]["keen"][1:])


def test_a_release_describes_itself(release: Release) -> None:
    told = ask(release, describe=True)["describe"]
    assert told == json.loads(json.dumps(describe(release)))
    assert (told["model"], told["task"], told["labels"], told["api"]) == ("mood", "binary", ["bad", "good"], 1)
    assert told["schema"][0]["name"] == "text"
    assert told["banded"] is False
    assert told["samples"]["instances"] == [{"text": "a good film"}]


def test_a_release_with_a_band_says_so(price: Path) -> None:
    scorer = json.loads((price / "scorer.json").read_text())
    scorer["band"] = {"kind": "relative", "coverage": 0.9, "half_width": 0.158}
    (price / "scorer.json").write_text(json.dumps(scorer))
    assert ask(load(price, sealed=False), describe=True)["describe"]["banded"] is True


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "wanted an object"),
        ("{}", "wanted instances or describe"),
        ('{"instances": {}}', "wanted instances"),
    ],
)
def test_a_line_that_is_no_request_is_said_to_be_none_and_the_next_is_answered(
    release: Release, line: str, error: str
) -> None:
    first, second = map(json.loads, reply_to([line, '{"instances": []}'], release))
    assert error in first["error"]
    assert second["answers"] == []


def test_an_answer_that_is_no_number_is_an_error(price: Path) -> None:
    text = (price / "scorer.json").read_text()
    (price / "scorer.json").write_text(text.replace("2.0", "1e306"))
    assert "Out of range" in ask(load(price, sealed=False), instances=[{"area": 5000}])["error"]


def test_an_empty_batch_is_answered(release: Release) -> None:
    assert reply({"instances": []}, release)["answers"] == []
