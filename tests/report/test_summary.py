"""The line that stands in Jenkins' list of builds."""

from __future__ import annotations

import os

import pytest

from report.errors import MalformedFile
from report.summary import short, summarise
from tests.report import stories
from tests.report.conftest import write_build


def lines(build) -> dict[str, str]:
    """What is said of each model."""
    return dict(part.split(maxsplit=1) for part in summarise(build).split(" | "))


def test_every_ending_is_told(tmp_path):
    said = lines(write_build(tmp_path, {name: story() for name, story in stories.STORIES.items()}))
    assert set(said) == set(stories.STORIES)
    for model, sentence in said.items():
        assert "\n" not in sentence, model
    assert any("promoted, accuracy ." in sentence for sentence in said.values())
    assert any("refused: " in sentence for sentence in said.values())


def test_a_refusal_names_what_was_seen(tmp_path):
    story = stories.refused()
    first = next(one for one in story["verdicts.json"]["verdicts"] if one["passed"] is False)
    line = summarise(write_build(tmp_path, {"one": story}))
    assert line.startswith(f"one refused: {first['measure']} {short(first['value'])}")


def test_no_model_is_told_too(tmp_path):
    assert summarise(tmp_path) == "no model was reached"


def test_a_broken_file_is_named(tmp_path):
    story = stories.refused()
    del story["verdicts.json"]["verdicts"]
    with pytest.raises(MalformedFile, match="one: cannot be summed up"):
        summarise(write_build(tmp_path, {"one": story}))


@pytest.mark.parametrize(
    ("value", "sign", "wanted"),
    [(0.8149, "", ".815"), (0.0091, "+", "+.009"), (-0.081, "", "-.081"), (19383.6, "", "19,384"), (1.5, "", "1.5"),
     (1.0, "", "1"), (None, "", "not measured")],
)  # fmt: skip
def test_numbers_are_short(value, sign, wanted):
    assert short(value, sign) == wanted


def response(action: str, release: str | None = None) -> dict[str, object]:
    """What `respond` left about one alert."""
    alert = {"name": "ModelSlow", "release": release, "status": "firing"}
    return {"alert": alert, "code": 0, "action": action, "reason": "because", "stopped_by": ""}


def test_an_answer_to_alerts_is_the_line_until_something_is_built(tmp_path):
    answered = {"schema": 1, "model": "one", "at": "", "responses": [response("tell"), response("rollback", "aaa")]}
    write_build(tmp_path, {"one": {**stories.promoted(), "response.json": answered}})
    later = (tmp_path / "one" / "response.json").stat().st_mtime + 5
    os.utime(tmp_path / "one" / "response.json", (later, later))
    assert summarise(tmp_path) == "one rolled back aaa for ModelSlow and 1 more"
    os.utime(tmp_path / "one" / "decision.json", (later + 5, later + 5))
    assert " promoted, accuracy " in summarise(tmp_path)


def test_an_error_in_a_unit_is_told_with_its_relative_change(tmp_path):
    story = stories.promoted()
    story["training.json"]["measure"] = "mae"
    found = story["evaluation.json"]["measurements"]
    found |= {"mae": {"value": 12626.4}, "change.mae": {"value": -0.0312}}
    assert summarise(write_build(tmp_path, {"one": story})).endswith(" promoted, mae 12,626 (-3.1%)")
