"""What staging and canary conclude from answers, figures and lost requests, without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from delivery.errors import Broken
from delivery.replaying import Exchange
from delivery.staging import differing, presented
from delivery.trial import promised_by, with_what_clients_saw
from tests.delivery.canaries import observe
from tests.delivery.tiny import seal_tiny


def test_answers_are_compared_as_the_interface_tells_them() -> None:
    assert presented({"probabilities": [0.5, 0.5]}, ["a", "b"]) == {"label": "a", "probability": 0.5}
    three = presented({"probabilities": [0.2, 0.3, 0.5]}, ["a", "b", "c"])
    assert three == {"label": "c", "probability": 0.5, "probabilities": {"a": 0.2, "b": 0.3, "c": 0.5}}
    assert differing([{"value": 1.5}], [{"value": 1.5, "low": 1.0, "id": "x"}], []) == []
    assert differing([{"value": 1.5}], [{"value": 1.5000000000000002}], []) == [
        "sample 0: value 1.5000000000000002, sealed 1.5"
    ]
    assert differing([{"value": 1.5}], [{}], []) == ["sample 0: value None, sealed 1.5"]
    assert differing([], [], []) == ["0 answers, sealed are 0, wanted as many and at least one"]


def test_requests_that_were_lost_on_the_way_count_as_failed() -> None:
    seen = with_what_clients_saw(observe("ccc", 100, errors=2), Exchange(sent=110, lost=10, malformed=3))
    assert (seen.requests, seen.errors) == (110, 15)


def test_a_first_release_is_held_to_its_figures(tmp_path: Path) -> None:
    seal_tiny(tmp_path / "release")
    assert promised_by(tmp_path / "release", relative=False).accuracy_low == 0.81
    document = {"task": "regression", "figures": {"mae": {"value": 7.0, "low": None, "high": None}}}
    (tmp_path / "release.json").write_text(json.dumps(document))
    assert promised_by(tmp_path, relative=False).error_high == 7.0
    with pytest.raises(Broken, match=r"no figure mape, wanted to hold a first release to it"):
        promised_by(tmp_path, relative=True)
