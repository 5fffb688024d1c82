"""The short form of `make prove`: one bad commit for every kind of gate and every data check, and a harmless one."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.library import load_spec
from prove.catalogue import BAD, HARMLESS
from prove.catalogue.short import CHECKED, GATED
from prove.catalogue.short import HARMLESS as HARMLESS_HERE
from prove.commits import Commit
from prove.honest import leave_honest
from prove.trying import Honest, attempt, open_honest

pytestmark = pytest.mark.examples
MODELS = ("house_price", "sentiment")


class Grounds:
    """The honest winners, each made when the first commit asks for it."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._honest: dict[str, Honest] = {}

    def of(self, model: str) -> Honest:
        if model not in self._honest:
            leave_honest(model, self.scratch)
            self._honest[model] = open_honest(model, self.scratch)
        return self._honest[model]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("honest"))


def by_name(commit: Commit) -> str:
    return f"{commit.model}: {commit.name}"


@pytest.mark.slow
@pytest.mark.parametrize("commit", [*CHECKED, *GATED], ids=by_name)
def test_a_bad_commit_is_refused_by_whom_it_should(commit: Commit, grounds: Grounds, tmp_path: Path) -> None:
    outcome = attempt(commit, grounds.of(commit.model), tmp_path / "copy")
    refusal = outcome.says_no(commit.expected)
    assert refusal is not None, (
        f"{commit.expected} let it through; refused by {[each.who for each in outcome.refusals]}"
    )
    assert refusal.sentence.startswith(f"{commit.model}: ")
    assert " wants " in refusal.sentence


@pytest.mark.slow
@pytest.mark.parametrize("commit", HARMLESS_HERE, ids=by_name)
def test_a_harmless_commit_passes(commit: Commit, grounds: Grounds, tmp_path: Path) -> None:
    outcome = attempt(commit, grounds.of(commit.model), tmp_path / "copy")
    assert outcome.gated
    assert [each.sentence for each in outcome.refusals] == []


def test_the_short_form_touches_every_kind_of_gate_and_every_check() -> None:
    specs = [load_spec(model) for model in MODELS]
    touched = {commit.expected.split()[0] for commit in GATED}
    assert touched == {gate.kind for spec in specs for gate in spec.gates}
    assert len(CHECKED) == sum(len(spec.checks) for spec in specs)


def test_the_long_form_has_two_of_each_kind_and_ten_harmless_ones() -> None:
    kinds = [commit.expected.split()[0] for commit in BAD]
    wanted = {gate.kind for model in MODELS for gate in load_spec(model).gates}
    assert {kind: kinds.count(kind) for kind in wanted if kinds.count(kind) < 2} == {}
    assert len(HARMLESS) == 10


def test_no_two_commits_share_a_name() -> None:
    names = [commit.name for commit in (*BAD, *HARMLESS)]
    assert sorted(names) == sorted(set(names))
