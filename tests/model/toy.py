"""A model that learns in a moment: two candidates and their vote, in a library of its own, with a file of cases."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import model.library as library
from model.library import load_spec
from model.spec import ModelSpec

FILES = {
    "__init__.py": "",
    "spec.py": """
from model.release.schema import Field
from model.spec import Dataset, ModelSpec, Ranking

SPEC = ModelSpec(
    name="toy", task="binary", title="Toy", dataset=Dataset("data/rows.csv", "answer", group="shop"),
    ranking=Ranking("accuracy"), features=(Field("size", "number"), Field("age", "number")), gates=(), checks=(),
    labels=("no", "yes"), label_values=("0", "1"),
)
""",
    "calm.py": """
from sklearn.linear_model import LogisticRegression


def pipeline():
    return LogisticRegression(C=0.01)
""",
    "keen.py": """
from sklearn.linear_model import LogisticRegression


def pipeline():
    return LogisticRegression(C=100.0)
""",
    "vote.py": """
from sklearn.ensemble import VotingClassifier

from model.library.toy import calm, keen


def pipeline():
    return VotingClassifier([("keen", keen.pipeline()), ("calm", calm.pipeline())], voting="soft")
""",
    "data/cases.csv": "size,age,expected\n3,1,yes\n",
    "data/README.md": "Where the rows are from.\n",
    "data/LICENSE.rows.txt": "Anybody may use them.\n",
}


@contextmanager
def toy_below(root: Path) -> Iterator[ModelSpec]:
    """The model's spec; its folder lies below `root`, and nothing of it stays imported."""
    folder, before = root / "model" / "library" / "toy", list(library.__path__)
    for name, content in {**FILES, "data/rows.csv": rows()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (root / "requirements.txt").write_text("scikit-learn\n")
    library.__path__.append(str(folder.parent))
    try:
        yield load_spec("toy")
    finally:
        library.__path__[:] = before
        for name in [name for name in sys.modules if f"{name}.".startswith("model.library.toy.")]:
            del sys.modules[name]


def rows(count: int = 200) -> str:
    """A CSV whose answer hangs on the size; two rows of each shop."""
    stream = random.Random(5)
    lines = ["shop,size,age,answer"]
    for number in range(count):
        answer = stream.choice("01")
        lines.append(f"s{number // 2},{stream.gauss(int(answer), 0.5):.4f},{stream.random():.4f},{answer}")
    return "\n".join(lines) + "\n"
