"""The formulas by which models are judged.

Every measure takes the truth, the answers and `weights` of shape (draws, rows) and gives one figure a draw: with one
draw of ones it is the point estimate, with the weights of a bootstrap (`model.intervals`) its distribution, with zeros
outside a slice the slice's figure. A figure that is not defined (no row, no positive) is NaN, and a gate on it fails.

Classification: `truth` are class indices (rows,), `answers` probabilities (rows, classes); binary measures read class 1
as positive, and with more classes precision, recall, F1 and ROC-AUC are the plain means over classes.
Regression: `truth` and `answers` are values (rows,), positive where a measure is a ratio.
Classification follows T. Fawcett, An introduction to ROC analysis (2006); ratio studies the IAAO Standard on Ratio
Studies (2013): COD, PRD, PRB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Measure = Callable[[Array, Array, Array], Array]

CALIBRATION_BINS = 10
CLOSE = 0.10


def _ratio(numerator: Array, denominator: Array) -> Array:
    """NaN instead of a warning where nothing is divided by nothing."""
    result = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def _mean(values: Array, weights: Array) -> Array:
    """Weighted mean of (rows,) or (draws, rows) values a draw."""
    total = weights @ values if values.ndim == 1 else (weights * values).sum(axis=1)
    return _ratio(total, weights.sum(axis=1))


def _median(values: Array, weights: Array) -> Array:
    """Weighted median a draw: the lower one of two middles, their mean where the weights split evenly."""
    order = np.argsort(values)
    ordered, running = values[order], np.cumsum(weights[:, order], axis=1)
    half = running[:, -1:] / 2
    lower = ordered[np.argmax(running >= half, axis=1)]
    upper = ordered[np.argmax(running > half, axis=1)]
    return np.where(running[:, -1] > 0, (lower + upper) / 2, np.nan)


# Classification ------------------------------------------------------------------------------------------------------


def accuracy(truth: Array, answers: Array, weights: Array) -> Array:
    """(TP + TN) / all."""
    return _mean((answers.argmax(axis=1) == truth).astype(float), weights)


def _over_classes(of_class: Callable[[int], Array], classes: int) -> Array:
    """Class 1's figure of two classes; the mean over classes of more."""
    if classes == 2:
        return of_class(1)
    return np.asarray(np.mean([of_class(index) for index in range(classes)], axis=0))


def precision(truth: Array, answers: Array, weights: Array) -> Array:
    """TP / (TP + FP)."""
    said = answers.argmax(axis=1)
    return _over_classes(lambda c: _mean((truth == c).astype(float), weights * (said == c)), answers.shape[1])


def recall(truth: Array, answers: Array, weights: Array) -> Array:
    """TP / (TP + FN)."""
    said = answers.argmax(axis=1)
    return _over_classes(lambda c: _mean((said == c).astype(float), weights * (truth == c)), answers.shape[1])


def f1(truth: Array, answers: Array, weights: Array) -> Array:
    """2 P R / (P + R), that is 2 TP / (2 TP + FP + FN)."""
    said = answers.argmax(axis=1)

    def of_class(c: int) -> Array:
        hits = weights @ ((said == c) & (truth == c)).astype(float)
        return _ratio(2 * hits, weights @ (said == c).astype(float) + weights @ (truth == c).astype(float))

    return _over_classes(of_class, answers.shape[1])


def _area_under_curve(positive: NDArray[np.bool_], score: Array, weights: Array) -> Array:
    """The chance that a positive scores above a negative, ties counting half (Mann-Whitney)."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) > 0])
    up = np.add.reduceat((weights * positive)[:, order], starts, axis=1)
    down = np.add.reduceat((weights * ~positive)[:, order], starts, axis=1)
    below = np.cumsum(down, axis=1) - down
    return _ratio((up * (below + down / 2)).sum(axis=1), up.sum(axis=1) * down.sum(axis=1))


def roc_auc(truth: Array, answers: Array, weights: Array) -> Array:
    """Area under the ROC curve; of more than two classes each against the rest."""
    return _over_classes(lambda c: _area_under_curve(truth == c, answers[:, c], weights), answers.shape[1])


def calibration_error(truth: Array, answers: Array, weights: Array) -> Array:
    """Expected calibration error: mean over ten equal-width bins of |share right - mean probability|, by rows.

    Of two classes the probability is the positive one's, of more that of the answered class.
    """
    binary = answers.shape[1] == 2
    score = answers[:, 1] if binary else answers.max(axis=1)
    right = truth == 1 if binary else answers.argmax(axis=1) == truth
    index = np.minimum((score * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [np.abs(weights @ ((right - score) * (index == b))) for b in range(CALIBRATION_BINS)]
    return _ratio(np.sum(gaps, axis=0), weights.sum(axis=1))


def recall_gap(truth: Array, answers: Array, weights: Array) -> Array:
    """Recall of the best recognised class less that of the worst; of two classes |recall - specificity|."""
    said = answers.argmax(axis=1)
    recalls = [_mean((said == c).astype(float), weights * (truth == c)) for c in range(answers.shape[1])]
    return np.asarray(np.max(recalls, axis=0) - np.min(recalls, axis=0))


# Regression ----------------------------------------------------------------------------------------------------------


def r2(truth: Array, answers: Array, weights: Array) -> Array:
    """1 - residual sum of squares / total sum of squares."""
    centred = truth - _mean(truth, weights)[:, None]
    return 1 - _ratio(weights @ (truth - answers) ** 2, (weights * centred**2).sum(axis=1))


def rmse(truth: Array, answers: Array, weights: Array) -> Array:
    """Root of the mean squared error, in the target's unit."""
    return np.sqrt(_mean((truth - answers) ** 2, weights))


def mae(truth: Array, answers: Array, weights: Array) -> Array:
    """Mean absolute error, in the target's unit."""
    return _mean(np.abs(truth - answers), weights)


def mape(truth: Array, answers: Array, weights: Array) -> Array:
    """Mean absolute error as a share of the truth; NaN where a truth is 0."""
    return _mean(_ratio(np.abs(truth - answers), np.abs(truth)), weights)


def within_10pct(truth: Array, answers: Array, weights: Array) -> Array:
    """Share of answers at most 10 % from the truth."""
    return _mean((np.abs(answers - truth) <= CLOSE * np.abs(truth)).astype(float), weights)


def median_ratio(truth: Array, answers: Array, weights: Array) -> Array:
    """Median of answer / truth: the general level."""
    return _median(_ratio(answers, truth), weights)


def median_bias(truth: Array, answers: Array, weights: Array) -> Array:
    """|median ratio - 1|."""
    return np.abs(median_ratio(truth, answers, weights) - 1)


def cod(truth: Array, answers: Array, weights: Array) -> Array:
    """Coefficient of dispersion: 100 x mean |ratio - median| / median."""
    ratio, median = _ratio(answers, truth), median_ratio(truth, answers, weights)[:, None]
    return _mean(100 * np.abs(ratio - median) / median, weights)


def prd(truth: Array, answers: Array, weights: Array) -> Array:
    """Price-related differential: mean ratio / weighted mean ratio. Above 1: dear ones are under-valued."""
    return _ratio(_mean(_ratio(answers, truth), weights), _ratio(weights @ answers, weights @ truth))


def prb(truth: Array, answers: Array, weights: Array) -> Array:
    """Price-related bias: slope of (ratio - median) / median on log2 of the mean of truth and answer / median."""
    ratio, median = _ratio(answers, truth), median_ratio(truth, answers, weights)[:, None]
    x = np.log2(np.maximum((truth + answers / median) / 2, np.finfo(float).tiny))
    y = (ratio - median) / median
    x = x - _mean(x, weights)[:, None]
    return _ratio((weights * x * y).sum(axis=1), (weights * x * x).sum(axis=1))


CLASSIFICATION: Mapping[str, Measure] = {
    f.__name__: f for f in (accuracy, precision, recall, f1, roc_auc, calibration_error, recall_gap)
}
REGRESSION: Mapping[str, Measure] = {f.__name__: f for f in (r2, rmse, mae, mape, within_10pct)}
RATIO_STUDY: Mapping[str, Measure] = {f.__name__: f for f in (median_ratio, median_bias, cod, prd, prb)}


def measures_of(task: str, truth: Array) -> dict[str, Measure]:
    """The measures that apply: ratio studies only where every truth is positive, as prices are."""
    if task != "regression":
        return dict(CLASSIFICATION)
    return {**REGRESSION, **(RATIO_STUDY if bool((truth > 0).all()) else {})}


FOLDED = frozenset({"calibration_error", "recall_gap", "median_bias"})
"""Measures of a distance from nothing: resampling always adds to them, so their intervals have to be moved back."""
