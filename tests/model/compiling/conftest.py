"""Small made-up data, and the road of every pipeline here: fit, compile, through JSON, load, prove."""

import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier
from threadpoolctl import threadpool_limits

from model.compiling import compile_pipeline
from model.compiling.proof import Fidelity, prove_equal
from model.release.schema import Field
from model.release.scorer import Scorer, load_scorer

Sample = tuple[pd.DataFrame, Any]
FIELDS = {
    field.name: field
    for field in (
        Field("size", "number", minimum=0, maximum=500),
        Field("age", "number", nullable=True),
        Field("kind", "category", nullable=True, choices=("flat", "house", "villa"), unknown="accept"),
        Field("town", "category", choices=("A", "B", "C", "D", "E"), unknown="accept"),
        Field("note", "text"),
        Field("text", "text"),
    )
}
WORDS = (
    *("good", "bad", "fine", "awful", "film", "plot", "not", "very", "the", "a", "dull"),
    *("bright", "story", "actor", "never", "café", "naïve", "x1", "y2"),
)


def _sentences(random: np.random.Generator, n: int) -> list[str]:
    return [" ".join(random.choice(WORDS, size=random.integers(0, 14))) for _ in range(n)]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """On data this small more threads only wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def texts() -> Sample:
    """300 sentences; 1 where more good words than bad ones."""
    sentences = _sentences(np.random.default_rng(1), 300)
    praise = [s.count("good") + s.count("fine") - s.count("bad") for s in sentences]
    return pd.DataFrame({"text": pd.Series(sentences, dtype=object)}), (np.array(praise) > 0).astype(int)


@pytest.fixture(scope="session")
def table() -> Sample:
    """300 rows of numbers and categories, some missing; a positive value for each, roughly linear in them."""
    random = np.random.default_rng(2)
    n = 300
    frame = pd.DataFrame(
        {
            "size": random.integers(20, 300, n).astype(float),
            "age": np.where(random.random(n) < 0.2, np.nan, random.gamma(2.0, 20.0, n)),
            "kind": pd.Series(
                random.choice(["flat", "house", "villa", None], n, p=[0.5, 0.3, 0.05, 0.15]), dtype=object
            ),
            "town": pd.Series(random.choice(list("ABCDE"), n, p=[0.5, 0.3, 0.15, 0.03, 0.02]), dtype=object),
        }
    )
    value = 50 + 3 * frame["size"] - frame["age"].fillna(40) + 40 * (frame["kind"] == "villa") + random.normal(0, 20, n)
    return frame, value.to_numpy().clip(10)


@pytest.fixture(scope="session")
def mixed(table: Sample) -> Sample:
    """The table with a note beside it, and three classes."""
    frame, value = table
    notes = pd.Series(_sentences(np.random.default_rng(3), len(frame)), dtype=object)
    return frame.assign(note=notes), np.digitize(value, np.quantile(value, [0.33, 0.66]))


def _fitted(pipeline: Any, data: Sample) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # small data does not converge, and need not
        return pipeline.fit(*data)


def _fields(frame: pd.DataFrame) -> list[Field]:
    return [FIELDS[name] for name in frame]


@pytest.fixture(scope="session")
def compiled() -> Callable[..., dict[str, Any]]:
    """Fit a pipeline and compile it."""

    def run(pipeline: Any, data: Sample, labels: int = 0, rows: bool = True) -> dict[str, Any]:
        task = {0: "regression", 2: "binary"}.get(labels, "multiclass")
        names = [f"label {i}" for i in range(labels)]
        frame = data[0]
        return compile_pipeline(_fitted(pipeline, data), _fields(frame), task, names, frame if rows else None)

    return run


@pytest.fixture(scope="session")
def prove(compiled: Callable[..., dict[str, Any]]) -> Callable[..., tuple[Scorer, Fidelity]]:
    """Fit a pipeline, compile it, write and read it as JSON, and prove it equal on all rows and probes."""

    def run(pipeline: Any, data: Sample, rows: bool = True) -> tuple[Scorer, Fidelity]:
        labels = len(np.unique(data[1])) if is_classifier(pipeline) else 0
        document = compiled(pipeline, data, labels, rows)
        scorer = load_scorer(json.loads(json.dumps(document, allow_nan=False)))
        return scorer, prove_equal(pipeline, scorer, data[0], _fields(data[0]))

    return run
