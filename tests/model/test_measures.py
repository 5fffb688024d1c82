"""The formulas against scikit-learn's, by hand where it has none, and on weights as on repeated rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from model.measures import CLASSIFICATION, RATIO_STUDY, REGRESSION, measures_of

ROWS = 400
RANDOM = np.random.default_rng(7)


def _binary() -> tuple[np.ndarray, np.ndarray]:
    truth = RANDOM.integers(0, 2, ROWS).astype(float)
    positive = np.clip(0.5 + 0.4 * (truth - 0.5) + 0.2 * RANDOM.standard_normal(ROWS), 0, 1).round(2)
    return truth, np.column_stack([1 - positive, positive])


def _prices() -> tuple[np.ndarray, np.ndarray]:
    truth = np.exp(RANDOM.normal(12, 0.4, ROWS))
    return truth, truth * np.exp(RANDOM.normal(0, 0.1, ROWS))


def _once(formula, truth, answers) -> float:
    return float(formula(truth, answers, np.ones((1, len(truth))))[0])


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("accuracy", metrics.accuracy_score),
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ],
)
def test_label_measures_equal_scikit_learn(name, theirs):
    truth, answers = _binary()
    assert _once(CLASSIFICATION[name], truth, answers) == pytest.approx(theirs(truth, answers.argmax(axis=1)))


def test_roc_auc_with_ties_equals_scikit_learn():
    truth, answers = _binary()
    assert len(np.unique(answers[:, 1])) < ROWS, "the test wants ties"
    assert _once(CLASSIFICATION["roc_auc"], truth, answers) == pytest.approx(
        metrics.roc_auc_score(truth, answers[:, 1])
    )


def test_more_classes_are_averaged_as_macro():
    truth = RANDOM.integers(0, 3, ROWS).astype(float)
    answers = RANDOM.dirichlet([1, 1, 1], ROWS)
    said = answers.argmax(axis=1)
    assert _once(CLASSIFICATION["f1"], truth, answers) == pytest.approx(metrics.f1_score(truth, said, average="macro"))
    theirs = metrics.roc_auc_score(truth, answers, multi_class="ovr")
    assert _once(CLASSIFICATION["roc_auc"], truth, answers) == pytest.approx(theirs)


def test_calibration_error_by_hand():
    truth = np.array([1.0, 0.0, 1.0, 1.0])
    positive = np.array([0.95, 0.95, 0.35, 0.35])
    answers = np.column_stack([1 - positive, positive])
    assert _once(CLASSIFICATION["calibration_error"], truth, answers) == pytest.approx((0.9 + 1.3) / 4)


def test_recall_gap_is_recall_less_specificity_of_two_classes():
    truth, answers = np.array([1.0, 1, 1, 0, 0]), np.array([[0.0, 1], [0, 1], [1, 0], [0, 1], [1, 0]])
    assert _once(CLASSIFICATION["recall_gap"], truth, answers) == pytest.approx(abs(2 / 3 - 1 / 2))


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("r2", metrics.r2_score),
        ("mae", metrics.mean_absolute_error),
        ("rmse", metrics.root_mean_squared_error),
        ("mape", metrics.mean_absolute_percentage_error),
    ],
)
def test_error_measures_equal_scikit_learn(name, theirs):
    truth, answers = _prices()
    assert _once(REGRESSION[name], truth, answers) == pytest.approx(theirs(truth, answers))


def test_ratio_study_by_hand():
    truth, answers = np.array([100.0, 200.0, 400.0]), np.array([110.0, 200.0, 360.0])
    assert _once(RATIO_STUDY["median_ratio"], truth, answers) == 1.0
    assert _once(RATIO_STUDY["cod"], truth, answers) == pytest.approx(100 * (0.1 + 0 + 0.1) / 3)
    assert _once(RATIO_STUDY["prd"], truth, answers) == pytest.approx(1.0 / (670 / 700))
    x = np.log2((truth + answers) / 2)
    assert _once(RATIO_STUDY["prb"], truth, answers) == pytest.approx(np.polyfit(x, answers / truth - 1, 1)[0])


def test_over_valued_cheap_and_under_valued_dear_show_in_prb_and_prd():
    truth, _ = _prices()
    squeezed = np.exp(12 + 0.8 * (np.log(truth) - 12))
    assert _once(RATIO_STUDY["prb"], truth, squeezed) < -0.05
    assert _once(RATIO_STUDY["prd"], truth, squeezed) > 1.01


@pytest.mark.parametrize("name", [*REGRESSION, *RATIO_STUDY])
def test_a_weight_of_two_counts_as_the_row_twice(name):
    truth, answers = _prices()
    weights = RANDOM.integers(0, 3, ROWS)
    formula = {**REGRESSION, **RATIO_STUDY}[name]
    repeated = _once(formula, np.repeat(truth, weights), np.repeat(answers, weights))
    assert float(formula(truth, answers, weights[None].astype(float))[0]) == pytest.approx(repeated)


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_no_row_gives_no_figure_rather_than_a_zero(name):
    truth, answers = _binary()
    assert np.isnan(CLASSIFICATION[name](truth, answers, np.zeros((1, ROWS)))[0])


def test_ratio_studies_only_of_positive_truths():
    assert "cod" in measures_of("regression", np.array([1.0, 2.0]))
    assert "cod" not in measures_of("regression", np.array([0.0, 2.0]))
