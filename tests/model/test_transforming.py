"""A model's own code runs on training rows and on served rows alike, and travels in the release."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from model.asking import Answering
from model.contender import Platform, assemble
from model.data import load
from model.learning import learn
from model.library import Candidate
from model.release.schema import Field
from model.spec import Dataset, ModelSpec, Ranking
from model.transforming import inputs_of

ROOT = Path(__file__).parents[2]
RUNTIME = """
def with_area(row):
    row["area"] = row["width"] * row["length"]
    return row


TRANSFORMERS = {"area": with_area}
"""


@pytest.fixture
def rectangles(tmp_path, monkeypatch) -> tuple[ModelSpec, Path]:
    """A model of the area of rectangles whose linear candidate can only be right with its own transformer."""
    folder = tmp_path / "model" / "library" / "rectangles"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    sides = rng.integers(1, 40, size=(300, 2))
    lines = ["width,length,size", *(f"{w},{n},{w * n}" for w, n in sides)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")
    (folder / "runtime.py").write_text(RUNTIME)
    for room in ("serving", "model/release"):
        (tmp_path / room).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / room).symlink_to(ROOT / room)
    (tmp_path / "model" / "__init__.py").write_text("")
    (tmp_path / "requirements.txt").write_text("")
    spec = ModelSpec(
        name="rectangles",
        task="regression",
        title="Rectangles",
        dataset=Dataset(file="rows.csv", target="size"),
        features=(Field("width", "number"), Field("length", "number")),
        ranking=Ranking("mae", greater_is_better=False),
        gates=(),
        checks=(),
        folder=Path("model/library/rectangles"),
    )
    candidate = Candidate("linear", folder / "linear.py", lambda: make_pipeline(LinearRegression()))
    monkeypatch.setattr("model.learning.load_candidates", lambda _spec: {"linear": candidate})
    return spec, tmp_path


def test_pipelines_are_given_transformed_columns_and_their_fields(rectangles):
    spec, root = rectangles
    inputs = inputs_of(spec, root, load(spec, root))
    assert [field.name for field in inputs.fields] == ["width", "length", "area"]
    assert (inputs.population["area"] == inputs.population["width"] * inputs.population["length"]).all()


def test_without_code_of_its_own_nothing_changes(rectangles):
    spec, root = rectangles
    (root / spec.folder / "runtime.py").unlink()
    data = load(spec, root)
    assert inputs_of(spec, root, data).data is data


def test_the_code_travels_and_the_contender_answers_with_it(rectangles):
    spec, root = rectangles
    build = root / "build" / "rectangles"
    data = load(spec, root)
    document, anew = learn(spec, data, root, build, lambda _: None)
    assert anew
    assert document["fidelity"]["greatest_difference"] <= 1e-9
    contender = assemble(spec, data, root, build, Platform("", ""))
    assert (contender.folder / "runtime.py").read_text() == RUNTIME
    with Answering(contender.folder) as asked:
        answer = asked.ask([{"width": 7, "length": 6}])["answers"][0]
    assert answer["value"] == pytest.approx(42)


def test_unchanged_inputs_are_not_learned_again_and_changed_ones_are(rectangles):
    spec, root = rectangles
    build, data = root / "build" / "rectangles", load(spec, root)
    learn(spec, data, root, build, lambda _: None)
    assert learn(spec, data, root, build, lambda _: None)[1] is False
    runtime = root / spec.folder / "runtime.py"
    runtime.write_text(runtime.read_text() + "# changed\n")
    assert learn(spec, data, root, build, lambda _: None)[1] is True
    written = json.loads((build / "training.json").read_text())
    assert written["winner"] == "linear"
