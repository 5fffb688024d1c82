"""A gate against an evaluation: the verdict, and one sentence that says why. Pure.

A gate without a number fails. A gate against the champion does not apply only when the target itself confirmed that
there is none, a paired difference also when a new `api` answers another question than the champion; the gate of a
vote's member only when the contender is no vote. A contender that is too good is refused until an approval names it;
where the policy asks people, it goes on and waits for one before production.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from model.spec import Gate

PAIRED = ("difference.", "change.")
AGAINST_CHAMPION = (*PAIRED, "incompatible", "latency_ratio")
"""How the names of measurements begin that are taken beside the champion."""

MOST_PLACES = 15
NAMED = 2
"""Of what is incompatible; evaluation.json and the report have all of it."""


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
    level: float | None
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
        return f"<= {gate.at_most:.10g}"
    if gate.at_most is None:
        return f">= {gate.at_least:.10g}"
    return f"in [{gate.at_least:.10g}, {gate.at_most:.10g}]"


def name_of(gate: Gate) -> str:
    """The gate's name, as reports and JUnit show it."""
    return f"{subject_of(gate)} {bound_of(gate)}"


def subject_of(gate: Gate) -> str:
    """What is judged: the measure, or one end of its interval."""
    return gate.measure if gate.statistic == "value" else f"{gate.statistic} end of {gate.measure}"


def judge(
    gate: Gate, evaluation: Mapping[str, Any], where: str, approved_by: str | None = None, asks: bool = False
) -> Verdict:
    """One gate's verdict. `approved_by` names who approved this very contender although it is too good.

    `asks`: a person will be asked about it before production, so that being too good is no refusal.
    """
    measured = evaluation["measurements"].get(gate.measure)
    if idle := _why_not_applicable(gate, evaluation):
        return _verdict(gate, {}, None, f"{evaluation['model']}: {name_of(gate)} does not apply, {idle}", where)
    if measured is None or measured[gate.statistic] is None:
        return _verdict(gate, measured or {}, False, _missing(gate, evaluation, where), where)
    passed = _within(gate, measured[gate.statistic])
    sentence = _sentence(gate, evaluation, measured, passed, where)
    if not passed and gate.kind == "ceiling" and approved_by:
        return _verdict(gate, measured, True, f"{sentence}; approved by {approved_by}", where)
    if not passed and gate.kind == "ceiling" and asks:
        return _verdict(gate, measured, True, f"{sentence}; it waits for a person's yes (approval.policy)", where)
    return _verdict(gate, measured, passed, sentence, where)


def _why_not_applicable(gate: Gate, evaluation: Mapping[str, Any]) -> str:
    if gate.measure.startswith(AGAINST_CHAMPION) and evaluation["champion"]["state"] == "none":
        return "the target says that nothing is in production yet"
    if gate.measure.startswith(PAIRED) and evaluation["champion"]["question"] == "new":
        return "the api is new and answers another question than the champion"
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
        level=measured.get("level"),
        at_least=gate.at_least,
        at_most=gate.at_most,
        passed=passed,
        sentence=sentence,
        where=where,
    )


def _missing(gate: Gate, evaluation: Mapping[str, Any], where: str) -> str:
    alike = get_close_matches(subject_of(gate), evaluation["measurements"])
    hint = f"; measured are {', '.join(alike)}" if alike else ""
    return (
        f"{evaluation['model']}: {subject_of(gate)} was not measured, "
        f"the gate wants {bound_of(gate)}; a gate without a number fails{hint} ({where})"
    )


def _sentence(gate: Gate, evaluation: Mapping[str, Any], measured: Mapping[str, Any], passed: bool, where: str) -> str:
    wanted = "as wanted" if passed else "the gate wants"
    hints = [gate.why, _broken(evaluation) if gate.measure == "incompatible" else ""]
    hint = "".join(f" ({each})" for each in hints if each and not passed)
    bounds = [each for each in (gate.at_least, gate.at_most) if each is not None]
    return f"{evaluation['model']}: {gate.measure} {figure(measured, bounds)}, {wanted} {_wanted(gate)}{hint} ({where})"


def _broken(evaluation: Mapping[str, Any]) -> str:
    details = [each["detail"] for each in evaluation["incompatible"]]
    more = f"; and {len(details) - NAMED} more" if len(details) > NAMED else ""
    return "; ".join(details[:NAMED]) + more


def _wanted(gate: Gate) -> str:
    return bound_of(gate) if gate.statistic == "value" else f"its {gate.statistic} end {bound_of(gate)}"


def figure(measured: Mapping[str, Any], bounds: Sequence[float] = ()) -> str:
    """A measurement for reading: `0.812 [0.797, 0.828]`, `12,643 [11,930, 13,400]`, `3`.

    With as many digits as it takes to tell each number from the bounds: 0.7196 is no 0.720 beside a bound of 0.72.
    """
    value, low, high = measured["value"], measured.get("low"), measured.get("high")
    if low is None or high is None:
        return f"{value:,.0f}" if float(value).is_integer() else _number(value, bounds)
    return f"{_number(value, bounds)} [{_number(low, bounds)}, {_number(high, bounds)}]"


def _number(value: float, bounds: Sequence[float]) -> str:
    large = abs(value) >= 1000
    usual = ",.0f" if large else ".3f" if abs(value) >= 0.01 or value == 0 else ".2g"
    longer = (f",.{places}f" for places in range(1 if large else 4, MOST_PLACES))
    shown = (f"{value:{kind}}" for kind in (usual, *longer))
    return next((each for each in shown if _as_far(float(each.replace(",", "")), value, bounds)), repr(value))


def _as_far(shown: float, value: float, bounds: Sequence[float]) -> bool:
    """Whether what is shown lies on the same side of every bound as the value."""
    return all((shown > bound, shown < bound) == (value > bound, value < bound) for bound in bounds)
