"""What staging and canary conclude from answers, figures and lost requests, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from delivery import trial
from delivery.errors import Broken
from delivery.judging import Observation, Policy
from delivery.observing import NotSeen
from delivery.replaying import Exchange
from delivery.staging import differing, presented
from delivery.targets import Champion
from delivery.trial import GaveWay, Step, Trial, promised_by, with_what_clients_saw
from tests.delivery.canaries import default_policy, histogram_of, observe
from tests.delivery.tiny import seal_tiny


def test_answers_are_compared_as_the_interface_tells_them() -> None:
    assert presented({"probabilities": [0.5, 0.5]}, ["a", "b"]) == {"label": "a", "probability": 0.5}
    three = presented({"probabilities": [0.2, 0.3, 0.5]}, ["a", "b", "c"])
    assert three == {"label": "c", "probability": 0.5, "probabilities": {"a": 0.2, "b": 0.3, "c": 0.5}}
    assert differing([{"value": 1.5}], [{"value": 1.5, "low": 1.0, "id": "x"}], []) == []
    assert differing([{"value": 1.5}], [{"value": 1.5000000000000002}], []) == [
        "sample 0: value 1.5000000000000002, sealed 1.5"
    ]
    assert differing([{"value": 1.5}], [{}], []) == ["sample 0: value None, sealed 1.5"]
    assert differing([], [], []) == ["0 answers, sealed are 0, wanted as many and at least one"]


def test_requests_that_were_lost_on_the_way_count_as_failed() -> None:
    seen = with_what_clients_saw(observe("ccc", 100, errors=2), Exchange(sent=110, lost=10, malformed=3))
    assert (seen.requests, seen.errors) == (110, 15)


def test_a_first_release_is_held_to_its_figures(tmp_path: Path) -> None:
    seal_tiny(tmp_path / "release")
    assert promised_by(tmp_path / "release", relative=False).accuracy_low == 0.81
    document = {"task": "regression", "figures": {"mae": {"value": 7.0, "low": None, "high": None}}}
    (tmp_path / "release.json").write_text(json.dumps(document))
    assert promised_by(tmp_path, relative=False).error_high == 7.0
    with pytest.raises(Broken, match=r"no figure mape, wanted to hold a first release to it"):
        promised_by(tmp_path, relative=True)


HOLDING = replace(
    default_policy(), traffic="people", shares=(0.5,), step_seconds=0.01, hold_seconds=60.0, minimum_labelled=100
)
CHAMPION = Champion("toy", "aaa", Path(), "http://champion")
Seen = Callable[[int], Observation]


@dataclass
class Looks:
    """What is seen of a canary, look by look, beside a healthy champion."""

    of_canary: Seen
    looks: int = 0

    def seen(self, release: str) -> Observation:
        if release == "aaa":
            return observe("aaa", traffic="people")
        self.looks += 1
        return self.of_canary(self.looks)


@dataclass
class Place:
    """The part of a target that a trial needs."""

    looks: Looks

    def weigh(self, *_: object) -> None:
        """There is nothing to weigh."""

    def address(self, *_: object) -> str:
        return "http://canary"

    def watch(self, *_: object) -> Looks:
        return self.looks


@pytest.fixture
def steps_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Seen, Policy], list[Step]]:
    """The steps of a trial whose canary shows this, look by look."""
    monkeypatch.setattr(trial, "SLEEP_SECONDS", 0.0001)

    def steps_of(of_canary: Seen, policy: Policy = HOLDING) -> list[Step]:
        place = Place(Looks(of_canary))
        return list(Trial(place, "toy", "ccc", Path(), CHAMPION, policy, [], False, lambda _: None).run())

    return steps_of


def labelled(labels: int, share: float) -> Observation:
    """A canary that is right on a share of so many labels."""
    return observe("ccc", traffic="people", labelled=labels, right=round(labels * share))


def test_a_hold_ends_with_the_labels_that_were_missing(steps_of) -> None:
    steps = steps_of(lambda look: labelled(30 * look, 0.9))
    assert [step.decision.outcome for step in steps] == ["not-enough-data", "promote"]
    assert [step.canary.labelled for step in steps] == [30, 120]


def test_a_hold_waits_for_counts_and_never_for_a_better_figure(steps_of) -> None:
    steps = steps_of(lambda look: labelled(30 * look, 0.77 if look < 8 else 0.95))
    assert [step.decision.outcome for step in steps] == ["not-enough-data", "not-enough-data"]
    assert steps[-1].canary.labelled == 120
    unsure = steps_of(lambda look: labelled(120, 0.77 if look < 2 else 0.95))
    assert [step.decision.outcome for step in unsure] == ["not-enough-data"], "counted: then it was judged already"


def test_a_hold_ends_when_its_time_is_over_or_no_time_was_given(steps_of) -> None:
    steps = steps_of(lambda look: labelled(look % 50, 0.9), replace(HOLDING, hold_seconds=0.05))
    assert [step.counted for step in steps] == [False, False]
    assert len(steps_of(lambda look: labelled(30 * look, 0.9), replace(HOLDING, hold_seconds=0.0))) == 1


def test_what_fails_during_a_hold_is_aborted_at_a_look_that_the_policy_reckons_with(steps_of) -> None:
    steps = steps_of(lambda look: replace(labelled(30, 0.9), errors=0 if look == 1 else 500))
    assert [step.decision.outcome for step in steps] == ["not-enough-data", "abort"]
    never = steps_of(
        lambda look: replace(labelled(30 * look, 0.9), errors=500 if look == 2 else 0),
        replace(HOLDING, step_seconds=1.0),
    )
    assert [step.decision.outcome for step in never] == ["not-enough-data", "promote"], "no look was due"


def test_a_hold_makes_every_look_more_careful() -> None:
    held = replace(default_policy(), step_seconds=60.0, hold_seconds=600.0)
    assert held.looks == len(held.shares) + 10
    assert held.abort_z > default_policy().abort_z
    with pytest.raises(ValueError, match=r"hold_seconds is -1\.0, wanted at least 0"):
        replace(held, hold_seconds=-1.0)


def test_a_canary_that_nobody_sees_gets_no_larger_share(steps_of) -> None:
    def unseen(look: int) -> Observation:
        raise NotSeen("Prometheus does not answer")

    several = replace(HOLDING, shares=(0.1, 0.25, 0.5), hold_seconds=0.2)
    for policy, looks in ((several, 2), (replace(several, hold_seconds=0.0), 1)):
        steps = steps_of(unseen, policy)
        assert [(step.share, step.decision.outcome) for step in steps] == [(0.1, "not-enough-data")] * looks


def test_a_canary_that_is_seen_again_goes_on(steps_of) -> None:
    def away(look: int) -> Observation:
        if look in (1, 2):
            raise NotSeen("Prometheus does not answer")
        return labelled(1000, 0.9)

    steps = steps_of(away, replace(HOLDING, shares=(0.1, 0.25, 0.5)))
    assert [step.share for step in steps] == [0.1, 0.1, 0.25, 0.5]
    assert [step.blind for step in steps] == [True, False, False, False]
    assert steps[-1].decision.outcome == "promote"


def test_a_canary_that_dies_is_told_with_the_requests_it_had(steps_of) -> None:
    def dies(look: int) -> Observation:
        if look > 2:
            raise Broken("it does not answer")
        return observe("ccc", requests=500 * look, traffic="people", latency=histogram_of([0.004] * 500 * look))

    steps = steps_of(dies, replace(HOLDING, shares=(0.1, 0.25, 0.5)))
    assert (steps[-1].decision.outcome, steps[-1].gone, steps[-1].requests) == ("abort", True, 1000)


@pytest.mark.parametrize("labels", [30, 0], ids=["while it is held", "while it is watched"])
def test_a_rollback_is_seen_in_the_middle_of_a_hold_and_of_a_step(monkeypatch: pytest.MonkeyPatch, labels: int) -> None:
    monkeypatch.setattr(trial, "SLEEP_SECONDS", 0.0001)
    asked: list[int] = []

    def hurried() -> bool:
        asked.append(len(asked))
        return len(asked) > 3

    policy = HOLDING if labels else replace(HOLDING, step_seconds=60.0, hold_seconds=0.0)
    place = Place(Looks(lambda _: labelled(labels, 0.9)))
    going = Trial(place, "toy", "ccc", Path(), CHAMPION, policy, [], False, lambda _: None, hurried)
    with pytest.raises(GaveWay, match="gave way to a rollback"):
        list(going.run())
    assert len(asked) == 4
