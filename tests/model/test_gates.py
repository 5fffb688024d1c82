"""Gates judge as they say, and say who, saw, wanted, where."""

from __future__ import annotations

import pytest

from model.gates import bound_of, figure, judge, name_of
from model.spec import Gate

WHERE = "model/library/pears/spec.py"


def _evaluation(*, champion: str = "none", members: tuple[str, ...] = (), **measurements) -> dict:
    found = {name: {"value": v, "low": low, "high": high, "n": 100} for name, (v, low, high) in measurements.items()}
    return {
        "model": "pears",
        "candidate": "ridge",
        "members": list(members),
        "champion": {"state": champion, "release": None, "question": None if champion == "none" else "same"},
        "incompatible": [],
        "measurements": found,
    }


ACCURACY = _evaluation(accuracy=(0.71, 0.69, 0.73))


def test_a_refusal_says_who_saw_wanted_where():
    verdict = judge(Gate("floor", "accuracy", at_least=0.77), ACCURACY, WHERE)
    assert verdict.passed is False
    assert (
        verdict.sentence == "pears: accuracy 0.710 [0.690, 0.730], the gate wants >= 0.77 (model/library/pears/spec.py)"
    )


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        (Gate("floor", "accuracy", at_least=0.71), True),
        (Gate("floor", "accuracy", at_least=0.7100001), False),
        (Gate("floor", "accuracy", at_most=0.71), True),
        (Gate("floor", "accuracy", at_most=0.70), False),
        (Gate("floor", "accuracy", at_least=0.70, statistic="low"), False),
        (Gate("floor", "accuracy", at_most=0.72, statistic="high"), False),
        (Gate("floor", "accuracy", at_least=0.6, at_most=0.8), True),
    ],
)
def test_bounds_are_inclusive_and_of_the_named_end(gate, passed):
    assert judge(gate, ACCURACY, WHERE).passed is passed


def test_a_gate_without_a_number_fails():
    verdict = judge(Gate("floor", "recall", at_least=0.5), ACCURACY, WHERE)
    assert verdict.passed is False
    assert "recall was not measured" in verdict.sentence
    assert "acuracy was not measured" in judge(Gate("floor", "acuracy", at_least=0.5), ACCURACY, WHERE).sentence
    assert "; measured are accuracy (" in judge(Gate("floor", "acuracy", at_least=0.5), ACCURACY, WHERE).sentence


def test_a_gate_whose_end_was_not_measured_fails():
    evaluation = _evaluation(accuracy=(0.9, None, None))
    assert judge(Gate("floor", "accuracy", at_least=0.5, statistic="low"), evaluation, WHERE).passed is False


@pytest.mark.parametrize("measure", ["difference.accuracy", "change.mae@low", "incompatible", "latency_ratio"])
def test_against_the_champion_applies_unless_the_target_says_there_is_none(measure):
    gate = Gate("relative", measure, at_most=1.0)
    assert judge(gate, _evaluation(), WHERE).passed is None
    assert judge(gate, _evaluation(champion="present"), WHERE).passed is False, "a champion, but no comparison"


def test_member_gates_apply_to_votes_and_see_a_lost_member():
    gate = Gate("member", "nb.accuracy", at_least=0.5)
    assert judge(gate, _evaluation(), WHERE).passed is None
    assert judge(gate, _evaluation(members=("logreg",)), WHERE).passed is False


def test_too_good_is_refused_until_approved_and_only_that():
    evaluation = _evaluation(accuracy=(0.99, 0.98, 1.0))
    ceiling = Gate("ceiling", "accuracy", at_most=0.87)
    assert judge(ceiling, evaluation, WHERE).passed is False
    approved = judge(ceiling, evaluation, WHERE, approved_by="Ada")
    assert approved.passed is True
    assert approved.sentence.endswith("approved by Ada")
    asked = judge(ceiling, evaluation, WHERE, asks=True)
    assert (asked.passed, asked.sentence.endswith("it waits for a person's yes (approval.policy)")) == (True, True)
    assert judge(Gate("floor", "accuracy", at_least=1.1), evaluation, WHERE, asks=True).passed is False
    assert judge(Gate("slice", "accuracy", at_most=0.87), evaluation, WHERE, approved_by="Ada").passed is False


def test_a_gate_without_a_bound_cannot_be_written():
    with pytest.raises(ValueError, match="at_least or at_most"):
        Gate("floor", "accuracy")


def test_names_and_figures_read_well():
    assert bound_of(Gate("floor", "prb", at_least=-0.05, at_most=0.05)) == "in [-0.05, 0.05]"
    assert name_of(Gate("security", "risk", at_most=0.06, statistic="high")) == "high end of risk <= 0.06"
    assert figure({"value": 12643.2, "low": 11930.0, "high": 13400.0}) == "12,643 [11,930, 13,400]"
    assert figure({"value": 0.0004, "low": None, "high": None}) == "0.0004"


@pytest.mark.parametrize(
    ("measured", "bound", "shown"),
    [
        ((0.7196, 0.69, 0.75), 0.72, "0.7196 [0.690, 0.750]"),
        ((0.72, 0.69, 0.7199999), 0.72, "0.720 [0.690, 0.7199999]"),
        ((12643.2, 11930.0, 13400.0), 12643, "12,643.2 [11,930, 13,400]"),
        ((3.0, None, None), 0, "3"),
        ((0.71968, 0.69, 0.75), 0.7197, "0.71968 [0.690, 0.750]"),
        ((0.0004, None, None), 0.0, "0.0004"),
    ],
)
def test_a_figure_has_the_digits_that_tell_it_from_its_bound(measured, bound, shown):
    evaluation = _evaluation(accuracy=measured)
    sentence = judge(Gate("floor", "accuracy", at_least=bound), evaluation, WHERE).sentence
    assert sentence.startswith(f"pears: accuracy {shown}, ")


@pytest.mark.parametrize("measure", ["difference.accuracy", "change.mae@low"])
def test_a_new_question_under_a_new_api_has_no_paired_difference(measure):
    evaluation = _evaluation(champion="present")
    evaluation["champion"]["question"] = "new"
    verdict = judge(Gate("relative", measure, at_least=0.0), evaluation, WHERE)
    assert verdict.passed is None
    assert "the api is new" in verdict.sentence
    assert judge(Gate("compatibility", "incompatible", at_most=0), evaluation, WHERE).passed is False


def test_what_is_incompatible_is_named_in_the_sentence():
    evaluation = _evaluation(champion="present", incompatible=(3.0, None, None))
    evaluation["incompatible"] = [{"instance": {}, "detail": f"field {name}: is new"} for name in "abc"]
    gate = Gate("compatibility", "incompatible", at_most=0, why="callers must not break")
    assert judge(gate, evaluation, WHERE).sentence == (
        "pears: incompatible 3, the gate wants <= 0 (callers must not break) (field a: is new; field b: is new; and 1 "
        "more) (model/library/pears/spec.py)"
    )
