"""A contender on the holdout, ready to be asked: what evaluations, behaviour and attacks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.instances import Instance
from model.intervals import Measurement
from model.measures import Array

Ask = Callable[[Sequence[Instance]], dict[str, Any]]
"""Instances in, the answer line of `python -m model.release answer` out."""


def answers_of(reply: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> Array:
    """Answers as probabilities (rows, classes) or values (rows,); NaN where the schema refused the instance."""
    if labels:
        nothing = [np.nan] * len(labels)
        return np.array([each.get("probabilities", nothing) for each in reply], dtype=float).reshape(-1, len(labels))
    return np.array([each.get("value", np.nan) for each in reply], dtype=float)


def answered_rows(answers: Array) -> NDArray[np.bool_]:
    """Which rows got an answer at all."""
    finite: NDArray[np.bool_] = np.isfinite(answers)
    return np.asarray(finite.reshape(len(answers), -1).all(axis=1))


@dataclass
class Scene:
    """One contender, one holdout.

    `answers` is (rows, classes) or (rows,); `truth` class indices or values; `weights` the bootstrap's. `notes` takes
    what a reader wants to see beside the figures: cases, attacks, terms.
    """

    ask: Ask
    instances: list[Instance]
    answers: Array
    truth: Array
    weights: Array
    rows: pd.DataFrame
    train: pd.DataFrame
    labels: Sequence[str]
    seed: int = 20260101
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, instances: Sequence[Instance]) -> Array:
        """The contender's answers to other instances; NaN where refused."""
        return answers_of(self.ask(instances)["answers"], self.labels)

    def sample(self, rows: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Positions of at most so many holdout rows, the same ones every time."""
        order = np.random.default_rng(self.seed).permutation(len(self.instances))
        return np.sort(order[:rows])


Behaviour = Callable[[Scene], Measurement]
