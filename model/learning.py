"""`train`: from checked rows to build/<model>/fitted, and from there to the contender. Unchanged inputs do no work.

build/<model>/fitted/       scorer.json (or also scorer.skops, the fallback) and reference.json
build/<model>/training.json the ranking, the fidelity of the scorer, and `key`: what all of it was made from
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator

from model.bands import conformal_band
from model.compiling import CannotCompile, NotEqual, compile_pipeline
from model.compiling.fallback import save_pipeline
from model.compiling.proof import Fidelity, prove_equal
from model.data import Data
from model.documents import find_json, write_json
from model.library import load_candidates
from model.references import reference_of
from model.release.documents import read_document
from model.release.scorer import load_scorer
from model.spec import ModelSpec
from model.training import Trained, Trial, key_of, train
from model.transforming import Inputs, inputs_of

Progress = Callable[[str], None]


def learn(spec: ModelSpec, data: Data, root: Path, build: Path, progress: Progress) -> tuple[dict[str, Any], bool]:
    """The content of training.json, and whether anything had to be learned for it."""
    key = key_of(root, spec, data)
    known = find_json(build / "training.json")
    if known and known["key"] == key and (build / "fitted" / "reference.json").exists():
        return known, False
    (build / "training.json").unlink(missing_ok=True)
    inputs = inputs_of(spec, root, data)
    trained = train(spec, inputs.data, load_candidates(spec), progress)
    progress("compiling, and proving the scorer equal to scikit-learn")
    fitted = _leave_fitted(spec, data, inputs, trained, build)
    document = {**_ranking(spec, data, trained), **fitted, "key": key}
    write_json(build / "training.json", document)
    return document, True


def _leave_fitted(spec: ModelSpec, data: Data, inputs: Inputs, trained: Trained, build: Path) -> dict[str, Any]:
    fresh, folder = build / "fitted.new", build / "fitted"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    band = _band(spec, data, trained.winner)
    why_not = _leave_scorer(spec, inputs, trained.estimator, band, fresh)
    fidelity = _prove(spec, inputs, trained, fresh)
    write_json(fresh / "reference.json", reference_of(spec, data.train, trained.winner.answers))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return {"band": band, "compiled": not why_not, "why_not_compiled": why_not, "fidelity": asdict(fidelity)}


def _leave_scorer(spec: ModelSpec, inputs: Inputs, fitted: BaseEstimator, band: Any, folder: Path) -> str:
    """scorer.json; where the pipeline cannot be compiled the fallback, and one sentence that says why."""
    why_not = ""
    try:
        document = compile_pipeline(fitted, inputs.fields, spec.task, spec.labels, inputs.data.train.features)
    except CannotCompile as error:
        why_not = str(error)
        document = save_pipeline(fitted, inputs.fields, spec.task, spec.labels, folder)
    write_json(folder / "scorer.json", {**document, "band": band})
    return why_not


def _prove(spec: ModelSpec, inputs: Inputs, trained: Trained, folder: Path) -> Fidelity:
    """The scorer as it was written against the pipeline, on every row; NotEqual refuses the build."""
    scorer = load_scorer(read_document(folder / "scorer.json"), folder)
    try:
        return prove_equal(trained.estimator, scorer, inputs.population, inputs.fields)
    except NotEqual as error:
        raise NotEqual(f"{spec.name}: {trained.winner.candidate} is not what scikit-learn answers: {error}") from None


def _band(spec: ModelSpec, data: Data, winner: Trial) -> dict[str, Any] | None:
    if spec.coverage is None:
        return None
    kind = "relative" if spec.relative_band else "absolute"
    return conformal_band(kind, spec.coverage, data.train.target, winner.answers)


def _ranking(spec: ModelSpec, data: Data, trained: Trained) -> dict[str, Any]:
    return {
        "schema": 1,
        "model": spec.name,
        "data_sha256": data.sha256,
        "rows": {"train": len(data.train), "holdout": len(data.holdout)},
        "measure": spec.ranking.measure,
        "greater_is_better": spec.ranking.greater_is_better,
        "winner": trained.winner.candidate,
        "candidates": [_trial(number, trial) for number, trial in enumerate(trained.trials, start=1)],
    }


def _trial(number: int, trial: Trial) -> dict[str, Any]:
    figure = {name: getattr(trial.figure, name) for name in ("value", "low", "high", "level")}
    return {
        "name": trial.candidate,
        "rank": number,
        **figure,
        "seconds": round(trial.seconds, 2),
        "folds": list(trial.folds),
        "members": list(trial.members),
    }
