"""A person's CSV becomes a model: three foreign ones of different kinds, and those that cannot be learned from."""

from __future__ import annotations

import csv
import datetime
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

import model.library as library
from model.cells import Cells
from model.checks import check_dataset
from model.data import DataError, load
from model.library import find_models, load_candidates, load_spec
from model.scaffolding import ScaffoldingError, write_model
from model.scaffolding.columns import guess

ROOT = Path(__file__).parents[2]
MADE = ("tumour", "wine", "patients")
WORDS = ("crisp light fruity lemon", "deep dark tannic plum", "spicy sweet round honey")


@dataclass(frozen=True)
class Foreign:
    """A CSV as people bring them."""

    name: str
    target: str
    header: list[str]
    rows: list[list[object]]

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([self.header, *self.rows])
        return path


def tumours() -> Foreign:
    """Binary: 30 numbers, an id, a class by name (Wisconsin breast cancer)."""
    bunch = load_breast_cancer()
    rows = [
        [f"p-{i}", *x, bunch.target_names[y]] for i, (x, y) in enumerate(zip(bunch.data, bunch.target, strict=True))
    ]
    return Foreign("tumour", "diagnosis", ["patient", *bunch.feature_names, "diagnosis"], rows)


def wines() -> Foreign:
    """Three classes: numbers with noise, a sentence, a category with gaps, a constant (after the wines of Vinho)."""
    bunch, stream = load_wine(), random.Random(1)
    rows: list[list[object]] = []
    for x, y in [pair for pair in zip(bunch.data, bunch.target, strict=True) for _ in range(3)]:
        kinds = [y if stream.random() < 0.6 else stream.randrange(3) for _ in range(6)]
        note = " ".join(stream.choice(WORDS[kind].split()) for kind in kinds)
        numbers = [round(value * stream.uniform(0.95, 1.05), 2) for value in x[:4]]
        rows.append([len(rows), *numbers, note, stream.choice(["oak", "steel", "NA"]), f"cultivar {y + 1}", "Italy"])
    stream.shuffle(rows)
    header = ["bottle_id", "alcohol", "malic acid", "ash", "alcalinity", "tasting", "barrel", "cultivar", "country"]
    return Foreign("wine", "cultivar", header, rows)


def patients() -> Foreign:
    """Regression: numbers with a tenth missing, dates, an empty column and a copy of the target in another unit."""
    bunch, stream = load_diabetes(scaled=False), random.Random(2)
    rows: list[list[object]] = []
    for x, y in zip(bunch.data, bunch.target, strict=True):
        day = datetime.date(2015, 1, 1) + datetime.timedelta(days=stream.randrange(2_000))
        numbers = ["" if stream.random() < 0.1 else value for value in x]
        rows.append([*numbers, f"{day} 10:30:00", stream.choice(["north", "south"]), y, "", 2.2 * y + 1])
    header = [*bunch.feature_names, "visit", "clinic", "progression", "comment", "progression_lb"]
    return Foreign("patients", "progression", header, rows)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the three models in its library."""
    root, before = tmp_path_factory.mktemp("project"), list(library.__path__)
    for foreign in (tumours(), wines(), patients()):
        write_model(foreign.name, foreign.write(root), foreign.target, root)
    assert list(library.__path__) == before
    library.__path__.append(str(root / "model" / "library"))
    yield root
    library.__path__[:] = before
    for name in [name for name in sys.modules if name.split(".")[2:3] in [[each] for each in MADE]]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "task", "labels"),
    [
        ("tumour", "binary", ("benign", "malignant")),
        ("wine", "multiclass", ("cultivar 1", "cultivar 2", "cultivar 3")),
        ("patients", "regression", ()),
    ],
)
def test_a_csv_becomes_a_model_whose_data_pass(made: Path, name: str, task: str, labels: tuple[str, ...]) -> None:
    spec = load_spec(name)
    assert (spec.task, spec.labels, spec.folder) == (task, labels, Path("model", "library", name))
    assert name in find_models()
    assert list(load_candidates(spec)) == ["boosting", "linear"]
    assert {"floor", "relative", "compatibility", "latency"} <= {gate.kind for gate in spec.gates}
    report = check_dataset(spec, made, None)
    assert [result.sentence for result in report.checks if not result.passed] == []
    assert {"schema", "row_count", "split_is_hash", "overlap"} <= {check.kind for check in spec.checks}


@pytest.mark.parametrize("name", MADE)
def test_the_proposed_floors_lie_between_guessing_and_what_a_candidate_reaches(made: Path, name: str) -> None:
    spec = load_spec(name)
    data = load(spec, made)
    fitted = load_candidates(spec)["linear"].build().fit(data.train.features, data.train.target)
    score = float(fitted.score(data.holdout.features, data.holdout.target))
    measure = "r2" if spec.task == "regression" else "accuracy"
    floor = next(gate.at_least for gate in spec.gates if gate.measure == measure and gate.kind == "floor")
    assert floor is not None
    assert 0 < floor < score


def test_what_is_left_out_is_said(made: Path) -> None:
    told = {
        name: (made / "model" / "library" / name / "features.py").read_text() for name in ("tumour", "wine", "patients")
    }
    assert "# - patient: 569 different values in 569 rows: a name or an id" in told["tumour"]
    assert "# - bottle_id: a running number or an id" in told["wine"]
    assert "# - country: always 'Italy'" in told["wine"]
    assert "# - comment: missing in 442 of 442 rows" in told["patients"]
    assert "# - progression_lb: it foretells the target by itself" in told["patients"]


def test_the_types_are_guessed(made: Path) -> None:
    wine = {field.name: field for field in load_spec("wine").features}
    assert wine["tasting"].kind == "text"
    assert (wine["barrel"].kind, wine["barrel"].nullable, wine["barrel"].choices) == (
        "category",
        True,
        ("oak", "steel"),
    )
    patients = {field.name: field for field in load_spec("patients").features}
    assert patients["visit"].kind == "date"
    assert (patients["age"].nullable, patients["age"].integer, patients["bmi"].integer) == (True, True, False)


def test_the_written_files_are_clean_python(made: Path) -> None:
    files = [str(path) for path in (made / "model" / "library").rglob("*.py")]
    config = ["--config", str(ROOT / "pyproject.toml"), "--config", 'lint.isort.known-first-party=["model"]']
    subprocess.run([sys.executable, "-m", "ruff", "check", *config, *files], check=True)
    done = subprocess.run([sys.executable, "-m", "ruff", "format", "--check", *config, *files], capture_output=True)
    assert done.returncode == 0, done.stdout


def test_the_same_csv_gives_the_same_files(made: Path, tmp_path: Path) -> None:
    foreign = patients()
    again = write_model("patients_again", foreign.write(tmp_path), foreign.target, tmp_path).files
    assert [file.name for file in again] == [
        "__init__.py", "features.py", "linear.py", "boosting.py", "spec.py", "patients_again.csv.gz",
    ]  # fmt: skip
    first = made / "model" / "library" / "patients" / "data" / "patients.csv.gz"
    assert again[-1].read_bytes() == first.read_bytes()


def plain_rows(count: int = 300) -> dict[str, list[str]]:
    stream = random.Random(3)
    answers = [stream.choice("01") for _ in range(count)]
    return {"size": [f"{stream.random() + int(a):.3f}" for a in answers], "answer": answers}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t.pop("answer"), "no column 'answer', there are size"),
        (lambda t: t.update(answer=["1"] * 300), "answer is '1' in every row, wanted at least two classes"),
        (lambda t: t.update(answer=["1"] * 295 + ["0"] * 5), "answer is '0' in 5 rows only, wanted at least 20"),
        (lambda t: t.update(answer=[f"n{i}" for i in range(300)]), "answer has 300 different texts"),
        (lambda t: t.update(answer=["", *["1"] * 150, *["NA"] * 149]), "150 rows whose answer is known, wanted"),
        (lambda t: t.pop("size"), "no column to learn answer from is left"),
        (lambda t: t.update(size=["5"] * 300), r"no column to learn answer from is left: size \(always '5'\)"),
        (lambda t: t.update(size=list(t["answer"])), "it foretells the target by itself"),
        (lambda t: t.update(size=[f"{i % 28 + 1}/1/2020" for i in range(300)]), "can be read in two ways"),
    ],
)  # fmt: skip
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(
    tmp_path: Path, change: Callable[[dict[str, list[str]]], object], why: str
) -> None:
    table = plain_rows()
    change(table)
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([list(table), *zip(*table.values(), strict=True)])
    with pytest.raises(ScaffoldingError, match=why) as caught:
        write_model("toy", path, "answer", tmp_path)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "model" / "library" / "toy").exists()


def test_columns_that_tell_nothing_are_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    stream = random.Random(4)
    rows: list[list[object]] = [[round(stream.random(), 3), stream.choice("ab")] for _ in range(300)]
    before = list(library.__path__)
    with pytest.raises(ScaffoldingError, match=r"toy: roc_auc .* guessing gives 0.5; wanted columns that tell more"):
        write_model("toy", Foreign("toy", "answer", ["size", "answer"], rows).write(tmp_path), "answer", tmp_path)
    assert library.__path__ == before
    assert not (tmp_path / "model" / "library" / "toy").exists()


@pytest.mark.parametrize("name", ["Churn", "2nd", "a-b", "class", "", "../up", "validation"])
def test_a_name_that_cannot_be_a_folder_of_python_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScaffoldingError, match="wanted a"):
        write_model(name, tmp_path / "rows.csv", "answer", tmp_path)


def test_a_model_that_is_there_is_not_overwritten(made: Path) -> None:
    with pytest.raises(ScaffoldingError, match="there is already model/library/wine"):
        write_model("wine", made / "wine.csv", "cultivar", made)
    assert (made / "model" / "library" / "wine" / "spec.py").exists()


def test_a_csv_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        write_model("toy", tmp_path / "no.csv", "answer", tmp_path)


def test_rows_without_their_text_are_left_out() -> None:
    table = plain_rows()
    table["review"] = ["" if i < 9 else f"it was {i} times as good" for i in range(300)]
    guessed = guess(Cells(table, list(range(2, 302)), ""), "answer", "rows.csv")
    assert guessed.dropped == {"without their text": 9}
    assert len(guessed.cells["answer"]) == 291
