"""The decision: each measure seen to abort, to pass and to be unsure, and how often it errs over many canaries."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from delivery.judging import Decision, Pairs, Promised, judge
from model.release.binning import rung_of
from tests.delivery.canaries import World, default_policy, histogram_of, observe, share_of

POLICY = replace(
    default_policy(), shares=(0.1, 0.25, 0.5), minimum_requests=100, minimum_labelled=100, false_alarms=0.02,
    error_margin=0.01, latency_ratio=1.5, latency_grace_seconds=0.02, latency_limit_seconds=0.5, mix_limit=0.25,
    accuracy_margin=0.04, error_ratio=1.2,
)  # fmt: skip
CHAMPION = observe("aaa")
FINE = observe("ccc")


def finding(decision: Decision, measure: str) -> str:
    """What one measure said, as `outcome: sentence`."""
    return next(f"{each.outcome}: {each.sentence}" for each in decision.findings if each.measure == measure)


def test_a_canary_like_its_champion_is_promoted_and_the_reason_says_on_what():
    decision = judge(FINE, CHAMPION, POLICY)
    assert decision.outcome == "promote"
    assert decision.reason.startswith("on replayed holdout traffic beside aaa: errors 0.0 % of 1000 requests")
    assert [each.measure for each in decision.findings] == ["errors", "latency", "mix", "accuracy"]
    people = replace(FINE, traffic="people")
    assert judge(people, CHAMPION, POLICY).reason.startswith("on people's traffic")


@pytest.mark.parametrize(
    ("harm", "measure", "said"),
    [
        ({"errors": 80}, "errors", "harmful: errors 8.0 % of 1000 requests against 0.0 %: excess 8.0 points ["),
        ({"latency": histogram_of([0.2] * 1000)}, "latency", "harmful: p95 195.0 ms against 1.5 x 4.9 ms: excess "),
        ({"outcomes": {"negative": 100, "positive": 900}}, "mix", "harmful: stability index of the answers over 1000"),
        ({"right": 650}, "accuracy", "harmful: accuracy 0.650 against 0.800 on 1000 labels: loss 15.0 points ["),
    ],
)
def test_each_harm_aborts_alone_and_names_its_setting(harm, measure, said):
    decision = judge(replace(FINE, **harm), CHAMPION, POLICY)
    assert decision.outcome == "abort"
    assert finding(decision, measure).startswith(said)
    assert "(rollout." in decision.reason
    assert sum(each.outcome == "harmful" for each in decision.findings) == 1


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, "fine"), (1.02, "fine"), (1.5, "harmful"), (0.001, "harmful")])
def test_values_in_another_unit_are_another_mix_whatever_the_canary_was_trained_on(factor, outcome):
    chance = random.Random(3)
    values = [chance.lognormvariate(12, 0.4) for _ in range(1000)]
    canary, champion = (Counter(rung_of(value * by) for value in values) for by in (factor, 1.0))
    decision = judge(replace(FINE, outcomes=canary), replace(CHAMPION, outcomes=champion), POLICY)
    assert finding(decision, "mix").startswith(outcome)


def test_an_honest_change_of_microseconds_aborts_nothing():
    slower = replace(FINE, latency=histogram_of([0.0009] * 1000))
    quick = replace(CHAMPION, latency=histogram_of([0.0001] * 1000))
    assert judge(slower, quick, POLICY).outcome == "promote"


def test_a_handful_of_requests_decides_nothing_however_bad_they_are():
    few = observe("ccc", requests=99, errors=99, right=0)
    decision = judge(few, CHAMPION, POLICY)
    assert decision.outcome == "not-enough-data"
    assert "errors cannot be told: canary 99 requests, wanted at least 100 (rollout.minimum_req" in decision.reason
    assert "canary 99 labelled answers, wanted at least 100 (rollout.minimum_labelled)" in decision.reason
    assert judge(FINE, observe("aaa", requests=99), POLICY).outcome == "not-enough-data"


def test_an_empty_window_is_not_enough_data_and_no_zero():
    empty = observe("ccc", requests=0, latency=histogram_of([]), outcomes={}, labelled=0, right=0)
    assert judge(empty, CHAMPION, POLICY).outcome == "not-enough-data"
    assert empty.as_json()["p95_seconds"] is None


def test_errors_abort_while_labels_are_still_missing():
    decision = judge(replace(FINE, errors=500, labelled=3, right=2), CHAMPION, POLICY)
    assert decision.outcome == "abort"
    assert "accuracy" not in decision.reason


def test_an_interval_with_both_in_it_says_how_many_would_tell():
    decision = judge(observe("ccc", 200, right=156), observe("aaa", 200, right=160), POLICY)
    assert decision.outcome == "not-enough-data"
    assert ", about " in decision.reason
    assert " instead of 200 would tell" in decision.reason
    lost = judge(observe("ccc", 200, right=148), observe("aaa", 200, right=160), POLICY)
    assert "which leaves both possible" in finding(lost, "accuracy")


def pairs_of(both: int, canary_only: int, champion_only: int, neither: int) -> Pairs:
    """Rows by who was right."""
    rows, ours, theirs = both + canary_only + champion_only + neither, both + canary_only, both + champion_only
    return Pairs(rows, ours, theirs, ours, theirs, both)


def test_pairs_tell_more_than_two_samples():
    # 20 of 1,000 rows differ: in pairs that is a small loss for certain, as two samples it could be anything.
    paired = replace(FINE, right=790, pairs=pairs_of(785, 5, 15, 195))
    strict = replace(POLICY, accuracy_margin=0.02)
    assert judge(paired, CHAMPION, strict).outcome == "promote"
    assert judge(replace(paired, pairs=None), CHAMPION, strict).outcome == "not-enough-data"
    assert "on 1000 rows that both answered" in judge(paired, CHAMPION, strict).reason


def test_the_same_answers_leave_hardly_any_room_for_a_difference():
    same = replace(FINE, pairs=pairs_of(800, 0, 0, 200))
    accuracy = judge(same, CHAMPION, POLICY).findings[-1]
    assert accuracy.value == 0
    assert -0.003 < accuracy.low <= 0 <= accuracy.high < 0.003


def test_a_regression_is_judged_by_its_mean_error():
    def seen(release, error):
        return observe(release, right=None, error_sum=1000 * error, error_squared_sum=1000 * (error**2 + 0.01))

    assert judge(seen("ccc", 0.080), seen("aaa", 0.080), POLICY).outcome == "promote"
    decision = judge(seen("ccc", 0.140), seen("aaa", 0.080), POLICY)
    assert decision.outcome == "abort"
    assert finding(decision, "error").startswith("harmful: mean error 0.14 against 1.2 x 0.08 on 1000 labels")


def test_a_first_release_is_held_to_what_its_own_gates_measured():
    assert judge(FINE, None, POLICY, Promised(accuracy_low=0.79)).outcome == "promote"
    decision = judge(FINE, None, POLICY, Promised(accuracy_low=0.95))
    assert decision.outcome == "abort"
    assert "with no champion to compare with, so by absolute bounds" in decision.reason
    assert "accuracy 0.800 against at least 0.950 in the gates" in decision.reason
    assert judge(replace(FINE, latency=histogram_of([2.0] * 1000)), None, POLICY, Promised(0.79)).outcome == "abort"
    assert judge(replace(FINE, errors=100), None, POLICY, Promised(0.79)).outcome == "abort"
    values = replace(FINE, right=None, error_sum=80.0, error_squared_sum=10.0)
    assert judge(values, None, POLICY, Promised(error_high=0.09)).outcome == "promote"
    assert judge(values, None, POLICY, Promised(error_high=0.05)).outcome == "abort"
    with pytest.raises(ValueError, match="no figure of its own gates"):
        judge(FINE, None, POLICY)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"shares": ()}, "shares are"),
        ({"shares": (0.5, 0.25)}, "wanted growing numbers"),
        ({"shares": (0.5, 1.5)}, "at most 1"),
        ({"false_alarms": 0.7}, "false_alarms is 0.7"),
        ({"minimum_labelled": 0}, "minimum_labelled is 0, wanted a number above 0"),
        ({"latency_ratio": 0.5}, "latency_ratio is 0.5, wanted at least 1"),
    ],
)
def test_a_policy_that_makes_no_sense_says_so(wrong, said):
    with pytest.raises(ValueError, match=said):
        replace(POLICY, **wrong)


def test_more_looks_make_each_of_them_more_careful():
    one, five = (replace(POLICY, shares=shares) for shares in ((1.0,), (0.1, 0.2, 0.3, 0.4, 0.5)))
    assert five.abort_z > POLICY.abort_z > one.abort_z


HARMLESS = (World(), World(disagreement=0.2), World(loss=0.01), World(rows=503), World(rows=503, regression=True))


@pytest.mark.parametrize("world", HARMLESS, ids=str)
def test_harmless_canaries_are_not_aborted(world):
    assert share_of("abort", world, default_policy()) <= 0.02


def test_nearly_all_harmless_canaries_are_promoted():
    assert share_of("promote", World(), default_policy()) >= 0.95


HARMFUL = (World(loss=0.10), World(errors=0.05), World(slower=40), World(rows=503, regression=True, loss=0.05))


@pytest.mark.parametrize("world", HARMFUL, ids=str)
def test_harmful_canaries_are_aborted(world):
    assert share_of("abort", world, default_policy()) >= 0.95


def test_a_loss_on_the_margin_is_hardly_ever_promoted_and_rarely_aborted():
    policy = default_policy()
    world = World(loss=policy.accuracy_margin)
    assert share_of("abort", world, policy) <= 0.02
    assert share_of("promote", world, policy) <= 0.08
