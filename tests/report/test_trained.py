"""The section of candidates, told from what training really writes."""

from __future__ import annotations

import json
from pathlib import Path

from model.data import load
from model.learning import learn
from tests.model.toy import toy_below


def test_what_a_vote_is_made_of_is_told_of_a_real_training(tmp_path: Path, write) -> None:
    with toy_below(tmp_path) as spec:
        learn(spec, load(spec, tmp_path), tmp_path, tmp_path / "toy", lambda _: None)
    training = json.loads((tmp_path / "toy" / "training.json").read_text())
    assert "vote is made of keen and calm." in write({"training.json": training}).html("sentiment").text
