"""A gate against an evaluation: the verdict, and one sentence that says why. Pure.

A gate without a number fails. A gate against the champion does not apply only when the target itself confirmed that
there is none; the gate of a vote's member only when the contender is no vote. A contender that is too good is refused
until an approval names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from model.spec import Gate

AGAINST_CHAMPION = ("difference.", "change.", "incompatible", "latency_ratio")
"""How the names of measurements begin that are taken beside the champion."""


@dataclass(frozen=True)
class Verdict:
    """What one gate says of one contender; `passed` is None where the gate does not apply."""

    gate: str
    kind: str
    measure: str
    statistic: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    at_least: float | None
    at_most: float | None
    passed: bool | None
    sentence: str
    where: str

    def document(self) -> dict[str, Any]:
        """As it stands in verdicts.json."""
        return asdict(self)


def bound_of(gate: Gate) -> str:
    """The bound in words: `>= 0.77`, `<= 0.1`, `in [0.97, 1.03]`."""
    if gate.at_least is None:
        return f"<= {gate.at_most:g}"
    if gate.at_most is None:
        return f">= {gate.at_least:g}"
    return f"in [{gate.at_least:g}, {gate.at_most:g}]"


def name_of(gate: Gate) -> str:
    """The gate's name, as reports and JUnit show it."""
    return f"{subject_of(gate)} {bound_of(gate)}"


def subject_of(gate: Gate) -> str:
    """What is judged: the measure, or one end of its interval."""
    return gate.measure if gate.statistic == "value" else f"{gate.statistic} end of {gate.measure}"


def judge(gate: Gate, evaluation: Mapping[str, Any], where: str, approved_by: str | None = None) -> Verdict:
    """One gate's verdict. `approved_by` names who approved this very contender although it is too good."""
    measured = evaluation["measurements"].get(gate.measure)
    if idle := _why_not_applicable(gate, evaluation):
        return _verdict(gate, {}, None, f"{evaluation['model']}: {name_of(gate)} does not apply, {idle}", where)
    if measured is None or measured[gate.statistic] is None:
        return _verdict(gate, measured or {}, False, _missing(gate, evaluation, where), where)
    passed = _within(gate, measured[gate.statistic])
    sentence = _sentence(gate, evaluation["model"], measured, passed, where)
    if not passed and gate.kind == "ceiling" and approved_by:
        return _verdict(gate, measured, True, f"{sentence}; approved by {approved_by}", where)
    return _verdict(gate, measured, passed, sentence, where)


def _why_not_applicable(gate: Gate, evaluation: Mapping[str, Any]) -> str:
    if gate.measure.startswith(AGAINST_CHAMPION) and evaluation["champion"]["state"] == "none":
        return "the target says that nothing is in production yet"
    if gate.kind == "member" and not evaluation["members"]:
        return f"the contender {evaluation['candidate']} is no vote"
    return ""


def _within(gate: Gate, value: float) -> bool:
    above = gate.at_least is None or value >= gate.at_least
    below = gate.at_most is None or value <= gate.at_most
    return bool(above and below)


def _verdict(gate: Gate, measured: Mapping[str, Any], passed: bool | None, sentence: str, where: str) -> Verdict:
    return Verdict(
        gate=name_of(gate),
        kind=gate.kind,
        measure=gate.measure,
        statistic=gate.statistic,
        value=measured.get("value"),
        low=measured.get("low"),
        high=measured.get("high"),
        n=measured.get("n", 0),
        at_least=gate.at_least,
        at_most=gate.at_most,
        passed=passed,
        sentence=sentence,
        where=where,
    )


def _missing(gate: Gate, evaluation: Mapping[str, Any], where: str) -> str:
    return (
        f"{evaluation['model']}: {subject_of(gate)} was not measured, "
        f"the gate wants {bound_of(gate)}; a gate without a number fails ({where})"
    )


def _sentence(gate: Gate, model: str, measured: Mapping[str, Any], passed: bool, where: str) -> str:
    wanted = "as wanted" if passed else "the gate wants"
    hint = f" ({gate.why})" if gate.why and not passed else ""
    return f"{model}: {gate.measure} {figure(measured)}, {wanted} {_wanted(gate)}{hint} ({where})"


def _wanted(gate: Gate) -> str:
    return bound_of(gate) if gate.statistic == "value" else f"its {gate.statistic} end {bound_of(gate)}"


def figure(measured: Mapping[str, Any]) -> str:
    """A measurement for reading: `0.812 [0.797, 0.828]`, `12,643 [11,930, 13,400]`."""
    value = _number(measured["value"])
    if measured.get("low") is None or measured.get("high") is None:
        return value
    return f"{value} [{_number(measured['low'])}, {_number(measured['high'])}]"


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"
