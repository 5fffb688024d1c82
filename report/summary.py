"""A build in one line, for Jenkins' list of builds: `sentiment 8c1d02f7a9be promoted, accuracy .815 (+.009) | ...`."""

from __future__ import annotations

from pathlib import Path

from report.corrections import answer_of
from report.errors import MalformedFile
from report.pages import KEY_MEASURES
from report.reading import Document, ModelBuild, read_build
from report.stages import current, outcome, stages

MOST_NAMED = 2
"""Reasons named in the line; the report has all of them."""
SAID = {
    "Rolled back": "rolled back",
    "Unchanged": "unchanged",
    "Canary passed": "passed its canary",
    "Aborted": "aborted in the canary",
    "Held": "held",
    "Undecided": "undecided after the canary",
}


def summarise(build: Path, ledger: Path | None = None) -> str:
    """Every model under `build` with what became of it; raises ReportError where a file is broken."""
    return " | ".join(_of_model(current(model)) for model in read_build(build, ledger)) or "no model was reached"


def _of_model(model: ModelBuild) -> str:
    try:
        return _sentence(model)
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedFile(f"{model.name}: cannot be summed up: {type(error).__name__} {error}") from None


def _sentence(model: ModelBuild) -> str:
    answered = answer_of(model)
    if answered is not None:
        return f"{model.name} {answered}"
    word = outcome(model).word
    named = f"{model.name} {model.identity}" if model.identity else model.name
    if word == "Refused":
        return f"{named} refused: {_refusals(model)}"
    if word == "Promoted":
        return f"{named} promoted{_key_figure(model)}"
    if word in SAID:
        return f"{named} {SAID[word]}"
    passed = [stage.verb for stage in stages(model) if stage.state == "passed"]
    return f"{named} passed {passed[-1]}{_key_figure(model)}" if passed else f"{named} not judged"


def _refusals(model: ModelBuild) -> str:
    """The checks by name or the gates with their values; else the verb that said no."""
    check, verdicts = model.get("check"), model.get("verdicts")
    failed: list[str] = []
    if check is not None and not check["passed"]:
        failed = [one["name"] for one in check["checks"] if not one["passed"]]
    elif verdicts is not None and not verdicts["passed"]:
        failed = [f"{one['measure']} {short(one['value'])}" for one in verdicts["verdicts"] if one["passed"] is False]
    if not failed:
        return next(stage.verb for stage in stages(model) if stage.state == "refused")
    more = len(failed) - MOST_NAMED
    return ", ".join(failed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _key_figure(model: ModelBuild) -> str:
    """The measure that ranks the candidates, and how far it moved from the champion's."""
    evaluation, training = model.get("evaluation"), model.get("training")
    found = evaluation["measurements"] if evaluation else {}
    name = next((name for name in (training["measure"] if training else "", *KEY_MEASURES) if name in found), None)
    if name is None:
        return ""
    return f", {name} {short(found[name]['value'])}{_moved(found, name)}"


def _moved(found: Document, name: str) -> str:
    """How far from the champion's: a difference, or of an error in a unit the relative change; nothing without one."""
    if difference := found.get(f"difference.{name}"):
        return f" ({short(difference['value'], '+')})"
    change = found.get(f"change.{name}")
    return f" ({change['value']:+.1%})" if change and change["value"] is not None else ""


def short(value: float | None, sign: str = "") -> str:
    """`.815`, `-.081`, `19,384`; `sign` is `+` for a difference."""
    if value is None:
        return "not measured"
    if abs(value) >= 1000:
        return f"{value:{sign},.0f}"
    shown = f"{value:{sign}.3f}" if abs(value) < 1 else f"{value:{sign}.3g}"
    return shown.replace("0.", ".", 1) if abs(value) < 1 else shown
