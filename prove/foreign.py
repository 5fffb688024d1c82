"""A model that nobody tuned: scikit-learn's breast cancer data as a person's CSV, through `new`, and proved."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from sklearn.datasets import load_breast_cancer

import model.library
from model.compiling import compile_pipeline
from model.compiling.proof import prove_equal
from model.data import load
from model.documents import find_json, write_json
from model.library import load_candidates, load_spec
from model.release.scorer import load_scorer
from model.scaffolding import write_model
from model.training import fit
from prove.honest import Standing
from prove.trying import ROOT

NAME = "tumour"


def write_csv(file: Path) -> None:
    """Thirty measurements and a diagnosis by name, as a spreadsheet would hold them."""
    bunch = load_breast_cancer()
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*(name.replace(" ", "_") for name in bunch.feature_names), "diagnosis"])
        for values, target in zip(bunch.data, bunch.target, strict=True):
            writer.writerow([*values, bunch.target_names[target]])


def stand_foreign(scratch: Path) -> list[Standing]:
    """The fidelity of every candidate that `new` writes, in a process and a library of their own."""
    answer = scratch / f"{NAME}.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "prove.foreign", str(scratch), str(answer)], check=True, env=environment)
    return [Standing(NAME, name, found) for name, found in (find_json(answer) or {}).items()]


def main(scratch: Path, answer: Path) -> None:
    """Write the model below the scratch folder, and leave candidate -> fidelity."""
    root = scratch / "foreign"
    (root / "model" / "library").mkdir(parents=True, exist_ok=True)
    write_csv(root / f"{NAME}.csv")
    if not (root / "model" / "library" / NAME).exists():
        write_model(NAME, root / f"{NAME}.csv", "diagnosis", root)
    model.library.__path__[:] = [str(root / "model" / "library")]
    spec = load_spec(NAME)
    data = load(spec, root)
    found = {}
    for name, candidate in load_candidates(spec).items():
        fitted = fit(candidate, data.train)
        document = compile_pipeline(fitted, spec.features, spec.task, spec.labels, data.train.features)
        found[name] = asdict(prove_equal(fitted, load_scorer(document), data.population.features, spec.features))
    write_json(answer, found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
