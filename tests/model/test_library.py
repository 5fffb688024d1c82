"""Models and candidates are found by file, and a broken file is named in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import model.library as library
from model.library import BrokenModel, UnknownModel, blaming, find_models, load_candidates, load_spec
from model.library.validation import problems_of
from model.release.schema import Field
from model.spec import Check, Gate, ModelSpec

SPEC = """
from model.release.schema import Field
from model.spec import Dataset, ModelSpec, Ranking

SPEC = ModelSpec(
    name="toy", task="binary", title="Toy", dataset=Dataset("rows.csv", "answer"), ranking=Ranking("accuracy"),
    features=(Field("size", "number"),), gates=(), checks=(), labels=("no", "yes"), label_values=("0", "1"),
)
"""
CANDIDATE = """
from sklearn.dummy import DummyClassifier

AUTHOR = "Ada"


def pipeline():
    return DummyClassifier()
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A model's folder in a library of its own."""
    folder = tmp_path / "model" / "library" / "toy"
    folder.mkdir(parents=True)
    (folder / "spec.py").write_text(SPEC)
    (folder / "majority.py").write_text(CANDIDATE)
    monkeypatch.setattr(library, "__path__", [*library.__path__, str(folder.parent)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield folder
    for name in [name for name in sys.modules if name.startswith("model.library.toy")]:
        del sys.modules[name]


def spec_of(**changes: object) -> ModelSpec:
    return replace(load_spec("toy"), **changes)  # type: ignore[arg-type]


@pytest.mark.examples
def test_the_models_of_the_repository_are_found() -> None:
    assert find_models() == sorted(find_models())
    assert {"sentiment", "house_price"} <= set(find_models())


@pytest.mark.examples
@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("sentiment", ["count_nb", "hashing_svm", "tfidf_logreg", "vote"]),
        ("house_price", ["boosting", "linear", "ridge", "vote"]),
    ],
)
def test_every_model_makes_sense_and_has_its_candidates(name: str, candidates: list[str]) -> None:
    spec = load_spec(name)
    assert spec.folder == Path("model", "library", name)
    assert list(load_candidates(spec)) == candidates


def test_a_new_folder_is_a_model_and_a_new_file_a_candidate(toy: Path) -> None:
    assert "toy" in find_models()
    candidate = load_candidates(load_spec("toy"))["majority"]
    assert (candidate.name, candidate.author, candidate.file) == ("majority", "Ada", toy / "majority.py")
    assert candidate.build() is not candidate.build()
    (toy / "second.py").write_text(CANDIDATE.replace('AUTHOR = "Ada"', ""))
    assert load_candidates(load_spec("toy"))["second"].author == ""


def test_files_that_define_no_pipeline_are_no_candidates(toy: Path) -> None:
    (toy / "slices.py").write_text("SLICES = {}\n")
    (toy / "_draft.py").write_text("this is no Python\n")
    (toy / "runtime.py").write_text("raise RuntimeError\n")
    assert list(load_candidates(load_spec("toy"))) == ["majority"]


def test_an_unknown_model_is_told_which_there_are() -> None:
    there = ".*".join(find_models())
    with pytest.raises(UnknownModel, match=rf"^tyo: no such model, there are .*{there}") as caught:
        load_spec("tyo")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("broken.py", "def pipeline(:\n", r"^model/library/toy/broken.py: line 1 is no Python"),
        (
            "broken.py",
            "import no_such\n",
            r"toy/broken.py: cannot be imported, .*no_such.* .*broken.py, line 1\)",
        ),
        (
            "broken.py",
            "def pipeline():\n    return 1 / 0\n",
            r"broken.py: pipeline\(\) fails, .*broken.py, line 2",
        ),
        ("broken.py", "def pipeline():\n    return 'x'\n", r"broken.py: pipeline\(\) returns str, wanted an unfitted"),
        ("majority.py", "", r"^model/library/toy: no candidate, wanted at least one file"),
    ],
)
def test_a_broken_candidate_is_named(toy: Path, file: str, content: str, sentence: str) -> None:
    (toy / file).write_text(content)
    with pytest.raises(BrokenModel, match=sentence) as caught:
        load_candidates(load_spec("toy"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("SPEC = 5\n", r"^model/library/toy/spec.py: wanted SPEC = ModelSpec\(...\), saw int"),
        ("", r"wanted SPEC = ModelSpec\(...\), saw NoneType"),
        (SPEC.replace('name="toy"', 'name="tyo"'), r"spec.py: the name is 'tyo', wanted that of the folder, 'toy'"),
        (SPEC.replace("Ranking(", "Ranking(5"), r"spec.py: line \d+ is no Python"),
    ],
)
def test_a_broken_spec_is_named(toy: Path, content: str, sentence: str) -> None:
    (toy / "spec.py").write_text(content)
    with pytest.raises(BrokenModel, match=sentence):
        load_spec("toy")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"features": ()}, "no features"),
        ({"features": (Field("size", "number"), Field("size", "text"))}, "size stands there twice"),
        ({"features": (Field("answer", "number"),)}, "answer must not be learned from"),
        ({"labels": ("yes",)}, "1 labels, wanted 2 for binary"),
        ({"labels": ("no", "yes", "maybe")}, "3 labels, wanted 2 for binary"),
        ({"task": "multiclass"}, "2 labels, wanted at least 3 for multiclass"),
        ({"task": "regression"}, "2 labels, wanted none for regression"),
        ({"task": "guessing"}, "task 'guessing', wanted one of binary, multiclass, regression"),
        ({"label_values": ("0",)}, "2 labels and 1 label_values"),
        ({"labels": ("no", "no")}, "two labels or label_values are the same"),
        ({"coverage": 0.9}, "coverage is for regression only"),
        ({"behaviour": {"accuracy": None}}, "behaviour accuracy: evaluation.json has a measurement of that name"),
        ({"behaviour": {"latency_ratio": None}}, "behaviour latency_ratio: evaluation.json has"),
        ({"behaviour": {"change.mae": None}}, "behaviour change.mae: evaluation.json has"),
        ({"gates": (Gate("slice", "accuracy@young", at_least=0.5),)}, "no slice young, there are none"),
        ({"checks": (Check("rows_count"),)}, "unknown check 'rows_count', there are"),
        (
            {"checks": (Check("overlap", {"by": "id", "of": 1}),)},
            "check 'overlap': got an unexpected keyword argument 'of'",
        ),
    ],
)
def test_a_spec_that_contradicts_itself_is_told(toy: Path, changes: dict[str, object], sentence: str) -> None:
    assert problems_of(spec_of()) == []
    assert any(sentence in problem for problem in problems_of(spec_of(**changes)))


def test_a_candidate_that_fails_at_its_work_is_named(toy: Path) -> None:
    candidate = load_candidates(load_spec("toy"))["majority"]
    wanted = r"^model/library/toy/majority.py: fitting fails, ValueError: could not convert 'x'$"
    with pytest.raises(BrokenModel, match=wanted), blaming(candidate, "fitting"):
        raise ValueError("could not convert 'x'")


@pytest.mark.parametrize("name", ["change", "difference"])
def test_a_candidate_named_like_a_comparison_is_refused(toy: Path, name: str) -> None:
    (toy / f"{name}.py").write_text("TEXT = 'no candidate, so its name is its own affair'")
    assert list(load_candidates(spec_of())) == ["majority"]
    (toy / f"{name}.py").write_text(CANDIDATE)
    sys.modules.pop(f"model.library.toy.{name}", None)
    with pytest.raises(BrokenModel, match=rf"toy/{name}\.py: {name} is what comparisons with the champion are called"):
        load_candidates(spec_of())
