"""`new` on three foreign CSVs of different kinds, and the whole loop with what it wrote."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from model.library import find_models
from tests.e2e.checkout import Checkout
from tests.model.test_scaffolding import Foreign, patients, tumours, wines

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("foreign", [tumours(), wines(), patients()], ids=lambda foreign: foreign.name)
def test_a_foreign_csv_becomes_a_model_in_production(trained: Checkout, tmp_path: Path, foreign: Foreign) -> None:
    csv = foreign.write(tmp_path)
    trained.make("new", f"NAME={foreign.name}", f"CSV={csv}", f"TARGET={foreign.target}")
    trained.commit(f"A model from {csv.name}")
    said = trained.make("run", f"MODEL={foreign.name}")
    assert f"{foreign.name}: {trained.champion(foreign.name)} in production" in said
    training = trained.read(f"build/{foreign.name}/training.json")
    print(foreign.name, {"winner": training["winner"], "compiled": training["compiled"], **training["fidelity"]})
    [command] = re.findall(r"^  (curl .*)$", said, re.MULTILINE)
    answer = json.loads(subprocess.run(["sh", "-c", command], capture_output=True).stdout)
    assert answer["release"] == trained.champion(foreign.name)
    assert {"label", "value"} & answer["predictions"][0].keys()


def test_a_name_that_is_taken_and_a_target_that_is_not_there_are_told(trained: Checkout, tmp_path: Path) -> None:
    csv, taken = str(wines().write(tmp_path)), find_models()[0]
    said = trained.deliver("new", taken, "--csv", csv, "--target", "cultivar", wanted=2)
    assert f"{taken}: there is already model/library/{taken}" in said
    said = trained.deliver("new", "vino", "--csv", csv, "--target", "grape", wanted=2)
    assert "grape" in said
    assert "cultivar" in said
    assert "no such file" in trained.deliver("new", "vino", "--csv", "none.csv", "--target", "grape", wanted=None)
    assert not (trained.folder / "model" / "library" / "vino").exists()
