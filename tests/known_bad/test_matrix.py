"""Who is needed, worked out by hand on outcomes of three commits."""

from __future__ import annotations

from pathlib import Path

from prove.commits import Commit, Outcome, Refusal
from prove.matrix import needed, wrong_outcomes
from prove.remembering import recall, remember


def refusal(kind: str, of: str) -> Refusal:
    return Refusal(kind, of, of, f"m: {of} 1, the gate wants 2")


def outcome(name: str, *refusals: Refusal, gated: bool = True) -> Outcome:
    return Outcome(name, refusals, tuple(each for each in refusals if each.kind != "relative"), gated, 1.0)


def families(of: Outcome) -> list[str]:
    return sorted({each.family for each in of.refusals})


FLOOR, SLICE, RELATIVE = refusal("floor", "accuracy"), refusal("slice", "accuracy@x"), refusal("relative", "difference")


def test_a_kind_is_needed_for_what_it_alone_refuses() -> None:
    outcomes = [outcome("a", FLOOR), outcome("b", FLOOR, SLICE), outcome("c", refusal("check", "schema"), gated=False)]
    found = needed(["gate floor", "gate slice", "check schema"], outcomes, families)
    assert found == {"gate floor": ("a",), "gate slice": (), "check schema": ()}


def test_without_a_champion_nothing_is_relative() -> None:
    alone = outcome("a", SLICE, RELATIVE)
    assert families(alone) == ["gate relative", "gate slice"]
    assert families(alone.at_first) == ["gate slice"]


def test_what_the_expected_one_let_through_is_said() -> None:
    commits = [Commit("a", "m", "", print, "floor accuracy"), Commit("b", "m", "", print, "slice accuracy@x")]
    outcomes = {"a": outcome("a", FLOOR), "b": outcome("b", FLOOR)}
    assert wrong_outcomes(commits, outcomes) == ["b: slice accuracy@x let it through; refused by floor accuracy"]


def test_a_harmless_commit_that_was_refused_is_said() -> None:
    commits = [Commit("a", "m", "", print)]
    assert wrong_outcomes(commits, {"a": outcome("a", FLOOR)})[0].startswith("a: harmless, and refused: m: accuracy")
    assert wrong_outcomes(commits, {"a": outcome("a")}) == []


def test_an_outcome_is_recalled_until_something_changes(tmp_path: Path) -> None:
    commit, said = Commit("a", "m", "", print), outcome("a", FLOOR, RELATIVE)
    remember(said, "key", tmp_path)
    assert recall(commit, "key", tmp_path) == said
    assert recall(commit, "another key", tmp_path) is None
    assert recall(Commit("b", "m", "", print), "key", tmp_path) is None


def test_a_commit_that_could_not_be_tried_is_tried_again(tmp_path: Path) -> None:
    remember(outcome("a", refusal("broken", "OSError")), "key", tmp_path)
    assert recall(Commit("a", "m", "", print), "key", tmp_path) is None
