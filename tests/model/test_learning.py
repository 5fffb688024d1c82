"""Training from rows to training.json: when it has to learn anew, and what it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from model.data import load
from model.learning import learn
from model.spec import ModelSpec
from model.training import key_of, members_of
from tests.model.toy import toy_below

CONTRACTS = Path(__file__).parents[2] / "docs" / "contracts.md"


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[ModelSpec]:
    with toy_below(tmp_path) as spec:
        yield spec


def append(path: Path, content: str = "\n") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + content)


def test_an_edited_file_that_is_no_python_is_learned_from_anew(toy: ModelSpec, tmp_path: Path) -> None:
    def anew() -> bool:
        return learn(toy, load(toy, tmp_path), tmp_path, tmp_path / "build", lambda _: None)[1]

    assert anew()
    assert not anew()
    append(tmp_path / toy.folder / "data" / "cases.csv", "0,1,no\n")
    assert anew()
    assert not anew()


def test_training_json_holds_what_the_contract_promises(toy: ModelSpec, tmp_path: Path) -> None:
    document, _ = learn(toy, load(toy, tmp_path), tmp_path, tmp_path / "build", lambda _: None)
    [line] = [line for line in CONTRACTS.read_text().splitlines() if line.startswith("| `training.json` |")]
    promised = line.partition('"candidates": [{')[2].partition("}]")[0]
    candidates = {each["name"]: each for each in document["candidates"]}
    assert set(candidates["vote"]) == set(re.findall(r'"(\w+)"', promised))
    assert {each["level"] for each in candidates.values()} == {0.95}
    assert {name: each["members"] for name, each in candidates.items()} == {
        "calm": [], "keen": [], "vote": ["keen", "calm"],
    }  # fmt: skip


def test_members_are_those_that_a_compiled_scorer_has() -> None:
    vote = VotingRegressor([("a", Ridge()), ("gone", "drop"), ("b", Ridge())])
    assert members_of(vote) == ("a", "b")
    assert members_of(Pipeline([("scale", StandardScaler()), ("vote", vote)])) == ("a", "b")
    assert members_of(TransformedTargetRegressor(vote)) == ("a", "b")
    assert members_of(TransformedTargetRegressor()) == members_of(Ridge()) == ()


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("calm.py", True),
        ("data/cases.csv", True),
        ("data/words.txt", True),
        ("data/readme_first.csv", True),
        ("data/README.md", False),
        ("data/LICENSE.rows.txt", False),
        ("__pycache__/calm.cpython-311.pyc", False),
        ("data/.cases.csv.swp", False),
    ],
)
def test_what_a_model_could_read_counts_and_what_is_for_people_does_not(
    toy: ModelSpec, tmp_path: Path, file: str, counts: bool
) -> None:
    data = load(toy, tmp_path)
    before = key_of(tmp_path, toy, data)
    append(tmp_path / toy.folder / file)
    assert (key_of(tmp_path, toy, data) != before) == counts


def test_the_rows_count_once_by_what_they_hold(toy: ModelSpec, tmp_path: Path) -> None:
    data, file = load(toy, tmp_path), tmp_path / toy.folder / toy.dataset.file
    before = key_of(tmp_path, toy, data)
    append(file, "s500,1.5,0.5,1\n")
    assert key_of(tmp_path, toy, data) == before, "rows fetched from elsewhere: the file beside them is not read"
    assert key_of(tmp_path, toy, load(toy, tmp_path)) != before
