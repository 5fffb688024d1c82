"""Propose gates and checks from what the data themselves give: no better than guessing is the bottom, what the
candidates reach in cross-validation the top, and the bound lies between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from model.checks import run_checks
from model.data import Data, Part
from model.library import Candidate
from model.measures import measures_of
from model.scaffolding.errors import ScaffoldingError
from model.spec import Check, Gate, ModelSpec, Ranking
from model.training import out_of_fold

RANKINGS = {
    "binary": Ranking("roc_auc"),
    "multiclass": Ranking("accuracy"),
    "regression": Ranking("mae", greater_is_better=False),
}
MEASURES = {"binary": ("roc_auc", "accuracy"), "multiclass": ("accuracy", "roc_auc"), "regression": ("mae", "r2")}
LEARNED_AT_LEAST = 0.05
"""Share of the way from guessing to perfect that a candidate must make for a gate to have a meaning."""


@dataclass(frozen=True)
class Figure:
    """A measure by guessing, and the best of the candidates in cross-validation on the training rows."""

    measure: str
    guessing: float
    reached: float
    candidate: str

    @property
    def learned(self) -> float:
        """How far the best candidate came on the way from guessing to perfect."""
        perfect = 0.0 if self.measure == "mae" else 1.0
        return (self.reached - self.guessing) / (perfect - self.guessing)

    @property
    def bound(self) -> float:
        """Half-way between guessing and reached: an honest release passes on any sample, a broken one does not."""
        return float(f"{(self.guessing + self.reached) / 2:.3g}")


@dataclass(frozen=True)
class Failing:
    """A check that the person's own rows fail: it is told and written as a comment, for they are to decide."""

    check: Check
    sentence: str


def measure_candidates(spec: ModelSpec, data: Data, candidates: Mapping[str, Candidate]) -> list[Figure]:
    """What guessing and what the best candidate is worth. Raises ScaffoldingError where nothing can be learned."""
    truth = data.train.target.astype(float)
    answers = {name: out_of_fold(spec, data.train, each, lambda _: None) for name, each in candidates.items()}
    guessed = _guesses(data.train, len(spec.labels))
    formulas = measures_of(spec.task, truth)
    figures = []
    for measure in MEASURES[spec.task]:
        weights = np.ones((1, len(truth)))
        worth = {name: float(formulas[measure](truth, given, weights)[0]) for name, given in answers.items()}
        best = (min if measure == "mae" else max)(worth, key=lambda name: worth[name])
        guessing = 0.5 if measure == "roc_auc" else float(formulas[measure](truth, guessed, weights)[0])
        figures.append(Figure(measure, guessing, worth[best], best))
    if figures[0].learned < LEARNED_AT_LEAST:
        raise ScaffoldingError(f"{spec.name}: {_nothing_learned(figures[0])}")
    return [figure for figure in figures if figure.learned >= LEARNED_AT_LEAST]


def propose_gates(spec: ModelSpec, figures: list[Figure]) -> list[Gate]:
    """A floor for each measure, a ceiling where it can be, and what holds against the champion."""
    gates = [_floor(figure) for figure in figures]
    gates += [_ceiling(figure) for figure in figures if figure.measure in ("accuracy", "r2") and figure.reached < 0.9]
    gates.append(Gate("floor", "answered", at_least=1.0, why="the interface takes every row of the holdout"))
    if spec.task == "regression":
        gates.append(Gate("coverage", "coverage", at_least=0.8, at_most=0.98, why="the band promises 90 %"))
        worse = Gate(
            "relative", "change.mae", at_most=0.05, statistic="high", why="at most 5 % worse than the champion"
        )
    else:
        worse = Gate(
            "relative", "difference.accuracy", at_least=-0.02, statistic="low", why="not worse by 0.02 or more"
        )
    return [
        *gates,
        worse,
        Gate("compatibility", "incompatible", at_most=0, why="raise the spec's api by one if it is meant"),
        Gate("latency", "latency_ratio", at_most=1.5, statistic="low", why="not slower than the champion by half"),
    ]


def propose_checks(spec: ModelSpec, data: Data) -> tuple[list[Check], list[Failing]]:
    """The checks that these rows pass, and those that they fail today."""
    passed, failing = [], []
    for check in [*_of_rows(data), *_of_target(spec, data), *_of_leaks(spec)]:
        wrong = [each for each in run_checks(replace(spec, checks=(check,)), data, None).checks if not each.passed]
        if wrong:
            failing.append(Failing(check, "; ".join(each.sentence for each in wrong)))
        else:
            passed.append(check)
    return passed, failing


def _guesses(train: Part, classes: int) -> npt.NDArray[np.float64]:
    """The shares of the classes, or the median, for every row."""
    if not classes:
        return np.full(len(train), float(np.median(train.target)))
    shares = np.bincount(train.target, minlength=classes) / len(train)
    return np.tile(shares, (len(train), 1))


def _nothing_learned(figure: Figure) -> str:
    saw = f"{figure.measure} {figure.reached:.3g} in cross-validation, guessing gives {figure.guessing:.3g}"
    return f"{saw}; wanted columns that tell more of the target"


def _floor(figure: Figure) -> Gate:
    why = f"guessing gives {figure.guessing:.3g}, {figure.candidate} reaches {figure.reached:.3g}: half-way"
    if figure.measure == "mae":
        return Gate("floor", "mae", at_most=figure.bound, why=why)
    return Gate("floor", figure.measure, at_least=figure.bound, why=why)


def _ceiling(figure: Figure) -> Gate:
    bound = float(f"{figure.reached + 0.75 * (1 - figure.reached):.3g}")
    why = f"too good beside {figure.reached:.3g}: look for a leak, then approve"
    return Gate("ceiling", figure.measure, at_most=bound, statistic="low", why=why)


def _of_rows(data: Data) -> list[Check]:
    return [
        Check("schema", why="a row that the interface would refuse is none to learn from"),
        Check("row_count", {"min_ratio": 0.9, "recorded": len(data.train)}, why="rows were lost"),
        Check("duplicates", {"of": "features"}, why="a row that is there twice counts twice"),
        Check("split_is_hash", why="a row that changes sides leaks"),
        Check("overlap", {"by": "features"}, why="a holdout row that was learned from proves nothing"),
    ]


def _of_target(spec: ModelSpec, data: Data) -> list[Check]:
    if spec.task == "regression":
        median = float(f"{np.median(data.train.target):.6g}")
        return [Check("median_target_shift", {"at_most": 0.1, "recorded": median}, why="another unit, year or place")]
    shares = np.bincount(data.train.target, minlength=len(spec.labels)) / len(data.train)
    bands = [(max(0.01, round(share - 0.1, 2)), min(0.99, round(share + 0.1, 2))) for share in shares.tolist()]
    labels = list(zip(spec.labels, bands, strict=True))
    # Of two classes one says it all.
    return [
        Check("class_share", {"label": label, "between": band}, why="labels were lost or turned")
        for label, band in (labels[1:] if len(labels) == 2 else labels)
    ]


def _of_leaks(spec: ModelSpec) -> list[Check]:
    texts = [field.name for field in spec.features if field.kind == "text"]
    purity = {"at_most": 0.97, "min_documents": 50}
    checks = [Check("token_purity", {"column": text, **purity}, why="a leaked label") for text in texts if spec.labels]
    checks += [Check("median_chars_ratio", {"column": text, "between": (0.7, 1.4)}, why="cut texts") for text in texts]
    if len(texts) < len(spec.features):
        checks.append(Check("correlated_feature", {"at_most": 0.98}, why="the answer in the question"))
    return checks
