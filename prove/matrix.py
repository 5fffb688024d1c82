"""Who says no to what, and what would get through if one of them were taken away. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from model.gates import name_of
from model.spec import ModelSpec
from prove.commits import Commit, Outcome, Refusal

Needed = Mapping[str, tuple[str, ...]]
"""Of each kind, gate or check: the commits that would get through without it."""


def wrong_outcomes(commits: Iterable[Commit], outcomes: Mapping[str, Outcome]) -> list[str]:
    """A sentence for each bad commit that the expected one let through, and each harmless one that was refused."""
    wrong = []
    for commit in commits:
        outcome = outcomes[commit.name]
        if commit.harmless and outcome.refusals:
            wrong.append(f"{commit.name}: harmless, and refused: {outcome.refusals[0].sentence}")
        if not commit.harmless and outcome.says_no(commit.expected) is None:
            others = ", ".join(each.who for each in outcome.refusals) or "nobody"
            wrong.append(f"{commit.name}: {commit.expected} let it through; refused by {others}")
    return wrong


def needed(wanted: Iterable[str], outcomes: Iterable[Outcome], keys_of: Callable[[Outcome], Sequence[str]]) -> Needed:
    """For each of the wanted: the gated commits that it alone refuses. `keys_of` says who refused, each once."""
    alone: dict[str, list[str]] = {each: [] for each in wanted}
    for outcome in outcomes:
        keys = keys_of(outcome)
        if outcome.gated and len(keys) == 1:
            alone[keys[0]].append(outcome.name)
    return {each: tuple(names) for each, names in alone.items()}


def families_of(specs: Sequence[ModelSpec]) -> list[str]:
    """Every kind of gate and of data check that the specs use, in their order."""
    gates = [f"gate {gate.kind}" for spec in specs for gate in spec.gates]
    checks = [f"check {check.kind}" for spec in specs for check in spec.checks]
    return list(dict.fromkeys([*gates, *checks]))


def lines_of(specs: Sequence[ModelSpec], check_names: Mapping[str, Sequence[str]]) -> list[str]:
    """Every single gate and check of the specs, `model: gate`; a check is called as its report calls it."""
    gates = [line(spec.name, f"gate {name_of(gate)}") for spec in specs for gate in spec.gates]
    checks = [line(spec.name, f"check {name}") for spec in specs for name in check_names[spec.name]]
    return [*gates, *checks]


def line(model: str, who: str) -> str:
    """How a single gate or check is called across models."""
    return f"{model}: {who}"


def line_of(model: str, refusal: Refusal) -> str:
    """The single gate or check that refused."""
    return line(model, f"{'check' if refusal.kind == 'check' else 'gate'} {refusal.name}")


def kinds_without_two(commits: Iterable[Commit], outcomes: Mapping[str, Outcome], families: Iterable[str]) -> list[str]:
    """Kinds of gates and checks that are expected to refuse fewer than two commits of the catalogue."""
    counted = dict.fromkeys(families, 0)
    for commit in commits:
        refusal = outcomes[commit.name].says_no(commit.expected)
        if refusal is not None:
            counted[refusal.family] = counted.get(refusal.family, 0) + 1
    return [family for family, count in counted.items() if count < 2]
