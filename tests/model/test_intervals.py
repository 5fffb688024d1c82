"""Intervals cover what they promise, groups stand together, and a share's bound is the exact one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from model.intervals import ONE_SIDED, Measurement, draw_weights, measure, share, summarise
from model.measures import calibration_error, mae


def test_rows_of_one_group_are_drawn_together():
    weights = draw_weights(["a", "a", "b", "c"], draws=50)
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[1:, [0, 2, 3]].sum(axis=1) == 3).all(), "as many groups are drawn as there are"


def test_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(3), 0
    for _ in range(200):
        truth, answers = np.zeros(120), rng.exponential(1.0, 120)
        found = measure(mae, truth, answers, draw_weights(np.arange(120), draws=300))
        hits += found.low <= 1.0 <= found.high
    assert 0.89 <= hits / 200 <= 0.99


def test_grouped_rows_widen_the_interval():
    rng = np.random.default_rng(4)
    answers = np.repeat(rng.exponential(1.0, 60), 10)
    alone = measure(mae, np.zeros(600), answers, draw_weights(np.arange(600)))
    grouped = measure(mae, np.zeros(600), answers, draw_weights(np.repeat(np.arange(60), 10)))
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


@pytest.mark.parametrize(("hits", "trials"), [(0, 50), (3, 600), (50, 50)])
def test_share_bound_is_clopper_pearson(hits, trials):
    found = share(hits, trials)
    assert found.value == hits / trials
    if hits < trials:
        assert binom.cdf(hits, trials, found.high) == pytest.approx(0.05)
    if hits:
        assert binom.sf(hits - 1, trials, found.low) == pytest.approx(0.05)


def test_no_trial_gives_no_value():
    assert share(0, 0) == Measurement(None)


def test_a_folded_measure_lies_inside_its_own_interval():
    rng = np.random.default_rng(5)
    positive = rng.uniform(0.05, 0.95, 2000)
    truth = (rng.uniform(size=2000) < positive).astype(float)
    answers = np.column_stack([1 - positive, positive])
    found = measure(calibration_error, truth, answers, draw_weights(np.arange(2000)))
    assert found.low <= found.value <= found.high
    assert found.low >= 0


def test_every_interval_says_what_it_holds():
    figures = np.linspace(0.0, 1.0, 1001)
    assert summarise(figures, 10).level == 0.95
    assert summarise(figures, 10, ONE_SIDED).level == 0.9
    assert share(3, 600).level == 0.9, "two one-sided 95 % bounds"
    assert (Measurement(0.5).level, share(0, 0).level) == (None, None)
