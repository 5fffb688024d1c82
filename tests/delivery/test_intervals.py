"""Intervals against published examples and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from delivery.intervals import Histogram, difference, exactly, mean, quantile, scaled, share, stability_index

Z95 = 1.959964
RESOLUTION = 5e-5


def ends(interval):
    return (interval.low, interval.high)


def test_wilson_as_printed_by_newcombe_1998():
    assert ends(share(81, 263)(Z95)) == pytest.approx((0.2553, 0.3662), abs=RESOLUTION)
    assert ends(share(0, 20)(Z95)) == pytest.approx((0.0, 0.1611), abs=RESOLUTION)


def test_the_difference_of_two_shares_as_printed_by_newcombe_1998():
    assert ends(difference(share(56, 70), share(48, 80))(Z95)) == pytest.approx((0.0524, 0.3339), abs=RESOLUTION)
    assert ends(difference(share(9, 10), share(3, 10))(Z95)) == pytest.approx((0.1705, 0.8090), abs=RESOLUTION)


def test_the_mean_and_a_paired_difference_are_those_of_the_standard_error():
    random = np.random.default_rng(1)
    a = random.normal(5, 1, 200)
    b = a + random.normal(0.1, 0.3, 200)
    of = [mean(x.sum(), (x**2).sum(), 200) for x in (a, b)]
    half = 2 * a.std(ddof=1) / math.sqrt(200)
    assert ends(of[0](2)) == pytest.approx((a.mean() - half, a.mean() + half))
    paired = difference(of[1], of[0], float(np.corrcoef(a, b)[0, 1]))(2)
    error = (b - a).std(ddof=1) / math.sqrt(200)
    assert ends(paired) == pytest.approx(((b - a).mean() - 2 * error, (b - a).mean() + 2 * error))


def test_a_known_number_and_a_factor():
    assert ends(difference(exactly(3.0), exactly(1.0))(2)) == (2.0, 2.0)
    assert ends(scaled(share(50, 100), 2.0)(Z95)) == pytest.approx([2 * end for end in ends(share(50, 100)(Z95))])


def test_quantiles_are_interpolated_as_in_promql():
    # histogram_quantile over le = 0.1: 50, 0.2: 90, +Inf: 100
    seen = Histogram((0.1, 0.2, math.inf), (50, 90, 100))
    assert seen.quantile(0.5) == pytest.approx(0.1)
    assert seen.quantile(0.25) == pytest.approx(0.05)
    assert seen.quantile(0.7) == pytest.approx(0.15)
    assert seen.quantile(0.95) == 0.2
    with pytest.raises(ValueError, match="empty histogram"):
        Histogram((0.1, math.inf), (0, 0)).quantile(0.5)
    with pytest.raises(ValueError, match="empty histogram"):
        Histogram((), ()).quantile(0.5)


def test_the_interval_of_a_quantile_covers_it():
    random = np.random.default_rng(2)
    bounds = (*np.linspace(0.01, 4, 400), math.inf)
    truth, hits = -math.log(0.05), 0
    for _ in range(300):
        seen = random.exponential(1.0, 500)
        low, high = ends(quantile(Histogram(bounds, tuple(np.searchsorted(np.sort(seen), bounds, "right"))), 0.95)(Z95))
        hits += low <= truth <= high
    assert hits / 300 >= 0.92


def test_the_stability_index_of_equal_mixes_is_about_zero_and_its_interval_covers():
    random = np.random.default_rng(3)
    equal, moved = np.full(10, 0.1), np.linspace(0.05, 0.15, 10)
    truth = float(((moved - equal) * np.log(moved / equal)).sum())
    covers = []
    for _ in range(300):
        champion, same, other = (dict(enumerate(random.multinomial(800, p))) for p in (equal, equal, moved))
        named = [{str(name): int(count) for name, count in mix.items()} for mix in (champion, same, other)]
        assert stability_index(named[1], named[0])(3.0).low < 0.01
        low, high = ends(stability_index(named[2], named[0])(Z95))
        covers.append(low <= truth <= high)
    assert np.mean(covers) >= 0.92


def test_an_outcome_that_never_came_is_no_infinity():
    seen = stability_index({"a": 100, "b": 0}, {"a": 50, "b": 50})(2)
    assert 0.25 < seen.low < seen.value < seen.high < 10
    assert stability_index({"a": 100, "never": 0}, {"a": 90})(2).value == 0
