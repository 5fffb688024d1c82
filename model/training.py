"""Cross-validation, the ranking, and the winner fitted on all training rows.

The best cross-validated candidate becomes the contender; the vote is a candidate like any other. Nothing here looks at
the holdout.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from model.data import Data, Part
from model.intervals import Measurement, draw_weights, measure
from model.library import Candidate, blaming
from model.measures import Array, measures_of
from model.spec import ModelSpec

Progress = Callable[[str], None]
FOR_PEOPLE = ("README", "LICENSE", "LICENCE")
"""Files of a model's folder that nothing learns from."""


@dataclass(frozen=True)
class Trial:
    """One candidate in cross-validation: out-of-fold answers of every training row, and what they are worth."""

    candidate: str
    answers: Array
    figure: Measurement
    folds: tuple[float, ...]
    seconds: float
    members: tuple[str, ...] = ()
    """Of a vote, by name; else none."""


@dataclass(frozen=True)
class Trained:
    """All trials, best first, and the winner fitted on every training row."""

    trials: tuple[Trial, ...]
    estimator: BaseEstimator

    @property
    def winner(self) -> Trial:
        """The best trial."""
        return self.trials[0]


def train(spec: ModelSpec, data: Data, candidates: Mapping[str, Candidate], progress: Progress) -> Trained:
    """Try every candidate on the training rows and fit the best one on all of them."""
    trials = []
    for name, candidate in candidates.items():
        trials.append(_try(spec, data.train, name, candidate, progress))
        progress(f"{name}: {spec.ranking.measure} {trials[-1].figure.value:.4g} in cross-validation")
    ranked = rank(spec, trials)
    progress(f"fitting {ranked[0].candidate} on {len(data.train):,} rows")
    return Trained(ranked, fit(candidates[ranked[0].candidate], data.train))


def rank(spec: ModelSpec, trials: list[Trial]) -> tuple[Trial, ...]:
    """Best first; of equals the first by name."""
    sign = -1 if spec.ranking.greater_is_better else 1
    return tuple(sorted(trials, key=lambda trial: (sign * _value(trial), trial.candidate)))


def _value(trial: Trial) -> float:
    if trial.figure.value is None:
        raise ValueError(f"{trial.candidate}: no figure in cross-validation")
    return trial.figure.value


def fit(candidate: Candidate, rows: Part) -> BaseEstimator:
    """A candidate's pipeline fitted on these rows. One thread: on small data more of them only wait for each other."""
    with threadpool_limits(limits=1), blaming(candidate, "fitting"):
        return candidate.build().fit(rows.features, rows.target)


def _try(spec: ModelSpec, train: Part, name: str, candidate: Candidate, progress: Progress) -> Trial:
    started = time.perf_counter()
    answers = out_of_fold(spec, train, candidate, lambda fold: progress(f"{name}: fold {fold}/{spec.ranking.folds}"))
    truth = train.target.astype(float)
    formula = measures_of(spec.task, truth)[spec.ranking.measure]
    folds = [
        float(formula(truth[held], answers[held], np.ones((1, len(held))))[0]) for _, held in folds_of(spec, train)
    ]
    figure = measure(formula, truth, answers, draw_weights(train.groups))
    members = members_of(candidate.build())
    return Trial(name, answers, figure, tuple(folds), time.perf_counter() - started, members)


def members_of(estimator: Any) -> tuple[str, ...]:
    """The members of a vote in their order, also where it is a pipeline's last step or learns a transformed target."""
    if isinstance(estimator, Pipeline):
        return members_of(estimator.steps[-1][1])
    if isinstance(estimator, TransformedTargetRegressor):
        return members_of(estimator.regressor)
    if isinstance(estimator, VotingClassifier | VotingRegressor):
        return tuple(name for name, member in estimator.estimators if not isinstance(member, str))
    return ()


def out_of_fold(spec: ModelSpec, train: Part, candidate: Candidate, progress: Callable[[int], None]) -> Array:
    """Each row's answer by a pipeline that has not seen its group: (rows, classes) or (rows,)."""
    shape = (len(train), len(spec.labels)) if spec.labels else (len(train),)
    answers = np.zeros(shape)
    for number, (rest, held) in enumerate(folds_of(spec, train), start=1):
        progress(number)
        fitted = fit(candidate, train.take(rest))
        with blaming(candidate, "predicting"):
            answers[held] = predict(fitted, train.features.iloc[held], len(spec.labels))
    return answers


def predict(fitted: BaseEstimator, features: Any, classes: int) -> Array:
    """Probabilities with one column a class (0 for a class that the fit did not see), or values."""
    if not classes:
        return np.asarray(fitted.predict(features), dtype=float)
    answers = np.zeros((len(features), classes))
    answers[:, fitted.classes_] = fitted.predict_proba(features)
    return answers


def folds_of(spec: ModelSpec, train: Part) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """(the rest, the held-out rows) of every fold; rows of one group are never parted."""
    splitter = GroupKFold(spec.ranking.folds, shuffle=True, random_state=spec.ranking.seed)
    return list(splitter.split(train.features, train.target, train.groups))


def key_of(root: Path, spec: ModelSpec, data: Data) -> str:
    """What training depends on: the rows, the code that learns, the model's files, the lock. Unchanged, no new fit."""
    digest = hashlib.sha256(data.sha256.encode())
    for path in [*learning_files(root, spec), root / "requirements.txt"]:
        digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def learning_files(root: Path, spec: ModelSpec) -> list[Path]:
    """What training or judging this model could read: the Python of the room `model/`, and all files of its own folder.

    Of its folder the rows' file is left out, since `Data.sha256` counts them, wherever they lie; so are hidden files,
    caches, and words for people.
    """
    library, folder = root / "model" / "library", root / spec.folder
    code = [path for path in files_below(root / "model") if path.suffix == ".py"]
    room = [path for path in code if path.parent == library or library not in path.parents]
    return [*room, *(path for path in files_below(folder) if path != folder / spec.dataset.file)]


def files_below(folder: Path) -> list[Path]:
    """Every file of a folder that code could read, sorted: no caches, no hidden files, and no words for people only."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not _is_cache(path.relative_to(folder)) and not _is_for_people(path)]


def _is_cache(path: Path) -> bool:
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)


def _is_for_people(path: Path) -> bool:
    return path.name.upper().split(".")[0] in FOR_PEOPLE and path.suffix in ("", ".md", ".txt")
