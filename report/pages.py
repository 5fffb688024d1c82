"""The pages: one a model, and the index that leads to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from report.blocks import Absent, Section
from report.errors import MalformedFile
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.sections import tell_all
from report.sections.gates import count_verdicts
from report.stages import Outcome, Stage, current, outcome, stages
from report.text import commit, count, estimate, join, moment, title

URGENCY = ("bad", "warn", "quiet", "good", "")
"""The index shows first what somebody has to look at."""
KEY_MEASURES = ("accuracy", "r2", "f1", "mae")


@dataclass(frozen=True)
class Page:
    """One model's page: the decision, how far the build came, the facts that name it, and its sections."""

    name: str
    stem: str
    outcome: Outcome
    stages: tuple[Stage, ...]
    facts: Mapping[str, str]
    """The first four stand on the index too: key figure, gates, release, when."""
    sections: tuple[Section, ...]
    absent: tuple[Absent, ...]
    notes: tuple[str, ...]
    charts: Mapping[str, str]


@dataclass(frozen=True)
class Index:
    """The first page."""

    project: str
    summary: str
    pages: tuple[Page, ...]


def write_page(model: ModelBuild) -> Page:
    """The page of one model. Raises MalformedFile where a file breaks docs/contracts.md."""
    try:
        model = current(model)
        decided, trail, facts = outcome(model), tuple(stages(model)), _facts(model)
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedFile(f"{model.name}: its decision cannot be told: {type(error).__name__} {error}") from None
    figures = Figures(model.stem)
    told = tell_all(model, figures)
    sections = tuple(part for part in told if isinstance(part, Section))
    absent = tuple(part for part in told if isinstance(part, Absent))
    return Page(model.name, model.stem, decided, trail, facts, sections, absent, _notes(model, trail), figures.files)


def write_index(project: str, pages: list[Page]) -> Index:
    """The index: how many models came to which outcome."""
    pages = sorted(pages, key=lambda page: URGENCY.index(page.outcome.tone))
    words = list(dict.fromkeys(page.outcome.word for page in pages))
    tally = [f"{sum(page.outcome.word == word for page in pages)} {word.lower()}" for word in words]
    return Index(project, f"{join(tally)}." if pages else "No model has left a file in this build.", tuple(pages))


def _notes(model: ModelBuild, trail: tuple[Stage, ...]) -> tuple[str, ...]:
    missed = [stage.verb for stage in trail if stage.state == "not reached"]
    silent = [stage.verb for stage in trail if stage.state == "no file"]
    notes = [f"Not reached: {', '.join(missed)}."] if missed else []
    notes += [f"No file from: {', '.join(silent)}."] if silent else []
    if model.left_out:
        notes.append(f"Not shown, for an earlier build left them: {', '.join(model.left_out)}.")
    return tuple(notes)


def _facts(model: ModelBuild) -> dict[str, str]:
    """What names this build; the first four stand on the index too."""
    release, verdicts = model.get("release"), model.get("verdicts")
    measure, figure = _key_figure(model)
    facts = {measure: figure}
    facts["Gates"] = count_verdicts(verdicts["verdicts"]) if verdicts else "not reached"
    facts["Release"] = release["identity"] if release else "not sealed"
    facts["When"] = _when(model)
    facts["Candidate"] = _candidate(model)
    facts["Champion"] = _champion(model)
    facts["Data"] = _data(model.get("check"))
    facts["Commit"] = commit(release["commit"]) if release else "not recorded, nothing was sealed"
    return facts


def _candidate(model: ModelBuild) -> str:
    """Who won, from the first file that names it."""
    training, evaluation = model.get("training"), model.get("evaluation")
    if training is not None:
        return str(training["winner"])
    return str(evaluation["candidate"]) if evaluation else "not trained"


def _key_figure(model: ModelBuild) -> tuple[str, str]:
    """The measure that ranks the candidates, on the holdout; else the winner's in cross-validation."""
    training, evaluation = model.get("training"), model.get("evaluation")
    if evaluation is not None:
        found = evaluation["measurements"]
        wanted = (training["measure"] if training else "", *KEY_MEASURES)
        name = next((name for name in wanted if name in found), None)
        if name is not None:
            return f"{title(name)}, holdout", _estimate(found[name])
    if training is not None:
        winner = next(c for c in training["candidates"] if c["name"] == training["winner"])
        return f"{title(training['measure'])}, cross-validation", _estimate(winner)
    return "Key figure", "not measured"


def _estimate(m: Mapping[str, Any]) -> str:
    return estimate(m["value"], m["low"], m["high"])


def _when(model: ModelBuild) -> str:
    """When it was decided, else when the last of its files was written."""
    decision = model.get("decision")
    return moment(decision["at"] if decision else model.written_at)


def _champion(model: ModelBuild) -> str:
    evaluation, decision = model.get("evaluation"), model.get("decision")
    if evaluation is not None:
        return evaluation["champion"]["release"] or "none yet"
    return (decision["champion"] or "none yet") if decision else "not asked"


def _data(check: Document | None) -> str:
    if check is None or check["rows"] is None:
        return "not checked" if check is None else "could not be read"
    return f"{check['data_sha256'][:12]}, {count(check['rows']['train'])} + {count(check['rows']['holdout'])} rows"
