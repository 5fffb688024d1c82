"""The proof that a scorer answers as its pipeline: on every row of the data, and on odd rows of our own making."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.compiling.errors import NotEqual
from model.compiling.probes import frame_of, probe_rows, rows_of
from model.release.reading import Unanswerable
from model.release.schema import Field, Row
from model.release.scorer import Scorer

TOLERANCE = 1e-9
"""Of a probability; of a value, relative to it."""
SAME = 1e-12
"""Of a row asked alone and among others: scikit-learn's matrix products round differently for other numbers of rows."""
ROWS_ASKED_ALONE = 200
_SHOWN_CHARS = 300

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Fidelity:
    """What was compared."""

    rows: int
    labels_different: int
    greatest_difference: float
    """Of a probability, or of a value relative to itself; over rows and probes."""
    probes: int
    """Odd rows that were compared."""
    refused: int
    """Odd rows that the pipeline itself refuses: there is nothing to compare."""


def prove_equal(pipeline: Any, scorer: Scorer, frame: pd.DataFrame, fields: Sequence[Field]) -> Fidelity:
    """Compare scorer and fitted pipeline on all rows and on probes. Raises NotEqual with the worst row.

    A missing value is None in a row and NaN (numbers) or None in the frame, so null == NaN is proved by comparing. Some
    rows are asked alone as well as among others: a row's answer must not depend on its batch.
    """
    rows = rows_of(frame, fields)
    different, greatest = _compare(pipeline, scorer, rows, frame)
    _prove_batch_independence(scorer, rows)
    probes, expected, refused = _answered_probes(pipeline, rows, fields)
    if probes:
        answers = _answers_to_probes(scorer, probes)
        more, greater = _judge(probes, answers, *expected)
        different, greatest = different + more, max(greatest, greater)
    return Fidelity(len(rows), different, greatest, len(probes), refused)


def _ask(pipeline: Any, frame: pd.DataFrame) -> tuple[Array, Array | None]:
    """Probabilities and positions of the predicted classes, or values and None."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # an odd row may well be worth a warning to scikit-learn
        if not hasattr(pipeline, "classes_"):
            return np.asarray(pipeline.predict(frame), dtype=float), None
        labels = np.searchsorted(pipeline.classes_, pipeline.predict(frame))
        return np.asarray(pipeline.predict_proba(frame), dtype=float), labels


def _compare(pipeline: Any, scorer: Scorer, rows: list[Row], frame: pd.DataFrame) -> tuple[int, float]:
    return _judge(rows, scorer.answer(rows), *_ask(pipeline, frame))


def _judge(rows: Sequence[Row], answers: Sequence[Any], expected: Array, labels: Array | None) -> tuple[int, float]:
    """(labels different, greatest difference); NotEqual where either is too much."""
    got = np.asarray(answers, dtype=float)
    if got.shape != expected.shape:
        raise NotEqual(f"the scorer answers {got.shape[1:] or 'values'}, the pipeline {expected.shape[1:] or 'values'}")
    differences = _differences(got, expected, relative=labels is None)
    per_row = differences if labels is None else differences.max(axis=1)
    worst = int(per_row.argmax())
    different = np.zeros(len(rows), dtype=bool) if labels is None else got.argmax(axis=1) != labels
    if different.any():
        worst = int(different.argmax())
    if different.any() or per_row[worst] > TOLERANCE:
        raise NotEqual(_sentence(rows[worst], got[worst], expected[worst], int(different.sum())))
    return 0, float(per_row[worst])


def _differences(got: Array, expected: Array, relative: bool) -> Array:
    with np.errstate(all="ignore"):
        gaps = np.abs(got - expected)
        if relative:
            gaps = np.where(gaps == 0, 0.0, gaps / np.maximum(np.abs(expected), np.finfo(float).tiny))
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return np.where(same, 0.0, np.where(np.isnan(gaps), math.inf, gaps))


def _sentence(row: Row, got: Any, expected: Any, different: int) -> str:
    counted = f"{different} labels differ; " if different else ""
    return f"{counted}the scorer answers {got.tolist()}, the pipeline {expected.tolist()}, for {_shown(row)}"


def _shown(row: Row) -> str:
    shown = repr(row)
    return shown if len(shown) <= _SHOWN_CHARS else f"{shown[:_SHOWN_CHARS]}..."


def _prove_batch_independence(scorer: Scorer, rows: list[Row]) -> None:
    some = rows[:: max(1, len(rows) // ROWS_ASKED_ALONE)]
    together, alone = scorer.answer(some), [scorer.answer([row])[0] for row in some]
    backwards = scorer.answer(some[::-1])[::-1]
    for other in (alone, backwards):
        gaps = _differences(np.asarray(other), np.asarray(together), relative=not isinstance(together[0], list))
        if gaps.max() > SAME:
            worst = int(gaps.reshape(len(some), -1).max(axis=1).argmax())
            saw = f"{together[worst]} among others, {other[worst]} otherwise"
            raise NotEqual(f"the scorer's answer depends on its batch: {saw}, for {_shown(some[worst])}")


def _answered_probes(
    pipeline: Any, rows: list[Row], fields: Sequence[Field]
) -> tuple[list[Row], tuple[Array, Array | None], int]:
    """The odd rows that the pipeline answers, its answers, and how many it refuses."""
    every = list(probe_rows(rows, fields))
    answered = _answered(pipeline, every, fields)
    expected = _ask(pipeline, frame_of(answered, fields)) if answered else (np.empty(0), None)
    return answered, expected, len(every) - len(answered)


def _answered(pipeline: Any, probes: list[Row], fields: Sequence[Field]) -> list[Row]:
    """Those that the pipeline does not refuse: halves of halves are asked, since most go through at once."""
    try:
        _ask(pipeline, frame_of(probes, fields))
    except Exception:  # whatever scikit-learn's steps raise on what they do not take
        if len(probes) == 1:
            return []
        half = len(probes) // 2
        return [*_answered(pipeline, probes[:half], fields), *_answered(pipeline, probes[half:], fields)]
    return probes


def _answers_to_probes(scorer: Scorer, probes: list[Row]) -> Sequence[Any]:
    try:
        return scorer.answer(probes)
    except Unanswerable as refusal:
        raise NotEqual(f"the scorer refuses what the pipeline answers: {refusal}") from None
