"""Before any traffic: what does not come up, answers otherwise than sealed, or is not sealed goes no further."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from delivery.errors import Broken, Refused
from model.release.sealing import seal
from tests.delivery.test_rollout import MODEL, Bench, bench
from tests.serving.releases import PROVENANCE

__all__ = ["bench"]


def test_a_release_that_answers_otherwise_than_sealed_is_refused(bench: Bench) -> None:
    folder = bench.seal(0.1)
    samples = json.loads((folder / "samples.json").read_text())
    samples["predictions"][0]["probabilities"][1] -= 2e-16
    (folder / "samples.json").write_text(json.dumps(samples))
    (folder / "release.json").unlink()
    seal(folder, PROVENANCE)
    with pytest.raises(Refused, match=r"1 of 2 samples answered otherwise than sealed: sample 0: probability 0\.9"):
        bench.stage(folder)
    assert bench.read("staging.json")["passed"] is False
    assert bench.actions() == ["refused"]


@pytest.mark.parametrize("verb", ["stage", "canary"])
def test_a_release_that_does_not_come_up_is_refused_and_may_be_tried_again(bench: Bench, verb: str) -> None:
    folder = bench.seal(0.1)
    (folder / "serving" / "app.py").write_text("raise SystemExit('a leaf is missing')")
    (folder / "release.json").unlink()
    seal(folder, PROVENANCE)
    with pytest.raises(Refused, match="a leaf is missing"):
        getattr(bench, verb)(folder)
    [entry] = bench.delivery.ledger.entries(MODEL)
    assert (entry.action, "a leaf is missing" in entry.why) == ("refused", True)
    left = bench.read("staging.json")["passed"] if verb == "stage" else bench.read("decision.json")["decision"]
    assert left == (False if verb == "stage" else "abort")
    assert bench.ends("staging")
    assert bench.ends("canary")


def test_an_unsealed_folder_goes_nowhere(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(Broken, match=r"no release\.json, so it is not sealed"):
        bench.stage(tmp_path)
