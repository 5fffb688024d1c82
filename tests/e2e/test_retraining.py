"""An alert that calls for training anew, with everything real: rows fetched, trained, gated, canaried, promoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout
from tests.e2e.fetched import KNOWN, bring

pytestmark = pytest.mark.slow


def test_rows_that_are_new_are_learned_from_and_nothing_new_is_said(trained: Checkout, tmp_path: Path) -> None:
    wine = bring(trained, tmp_path)
    name = wine.model.name
    trained.make("run", f"MODEL={name}")
    first = trained.champion(name)

    said = trained.make("respond", f"ALERT={wine.drifts(tmp_path)}")
    assert "ModelInputDrift: told: " in said
    assert "nothing new in the data, so training again would give the same release" in said
    assert trained.champion(name) == first

    wine.grow()
    alert = wine.drifts(tmp_path)
    said = trained.make("respond", f"ALERT={alert}")
    print(said)
    assert "trained anew: ModelInputDrift on " in said
    assert f"{name} trained anew" in (trained.folder / "build" / "summary.txt").read_text()
    second = trained.champion(name)
    assert second != first
    assert sum(trained.read(f"build/{name}/check.json")["rows"].values()) > KNOWN
    assert "nothing to do: seen before: retrained" in trained.make("respond", f"ALERT={alert}")

    actions = [(entry["action"], entry["release"]) for entry in trained.ledger() if entry["model"] == name]
    assert actions == [("promoted", first), ("told", first), ("retrained", first), ("promoted", second)]
