"""Who competed in cross-validation, and how the winner stands against the champion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from report.blocks import Absent, Block, Cell, Figure, Gallery, Section, say, table
from report.charts.whiskers import Mark, draw_whiskers
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.sections.gates import say_bound
from report.sections.measurements import at_a_glance, interval_of, judged, part, whole
from report.text import count, decimals, duration, join, number, plural, sentence, title

KINDS = {"difference": "contender minus champion", "change": "contender / champion − 1"}
"""What stands before a measure that was compared with the champion's, and how it was."""


def tell_candidates(model: ModelBuild, figures: Figures) -> Section | Absent:
    """The ranking with intervals, what a vote is made of, and whether the compiled scorer equals scikit-learn."""
    training = model.get("training")
    if training is None:
        return Absent("Candidates", "train was not reached, so no candidate was fitted on this data")
    ranked = sorted(training["candidates"], key=lambda c: c["rank"])
    measure = title(training["measure"])
    better = "higher" if training["greater_is_better"] else "lower"
    words = (
        f"{training['winner']} won among {plural(len(ranked), 'candidate')} by {measure} in cross-validation "
        f"({better} is better).{_say_members(ranked)}"
    )
    marks = [Mark(c["name"], c["value"], c["low"], c["high"], c["name"] == training["winner"]) for c in ranked]
    chart = draw_whiskers(f"{measure} of each candidate in cross-validation", marks, reference=ranked[0]["value"])
    alt = f"{measure} in cross-validation with intervals; {training['winner']} stands first"
    figure = figures.add("candidates", chart, alt, f"{measure} in cross-validation, with intervals")
    columns = ("Rank", "Candidate", measure, "Interval", "Fitted in")
    rows = [_candidate(c, training["winner"]) for c in ranked]
    ranking = table("Candidates by rank", columns, rows, numeric=("Rank", *columns[2:5]))
    return Section("candidates", "Candidates", (say(words), Gallery((figure,)), ranking, *_fidelity(training)))


def _candidate(candidate: Mapping[str, Any], winner: str) -> list[str | Cell]:
    value, low, high = candidate["value"], candidate["low"], candidate["high"]
    places = decimals(value, low, high)
    name = candidate["name"]
    return [
        str(candidate["rank"]),
        Cell(f"{name} (winner)", "good") if name == winner else name,
        number(value, places),
        interval_of(candidate, places),
        duration(candidate["seconds"]),
    ]


def _say_members(ranked: Iterable[Mapping[str, Any]]) -> str:
    return "".join(f" {c['name']} is made of {join(c['members'])}." for c in ranked if c.get("members"))


def _fidelity(training: Document) -> list[Block]:
    if not training["compiled"]:
        why = training.get("why_not_compiled") or "no compiled scorer was made of it"
        return [say(f"The winner is served by scikit-learn itself: {sentence(why)}")]
    proof = training["fidelity"]
    return [
        say(
            f"The compiled scorer was compared with scikit-learn on {plural(proof['rows'], 'row')}: "
            f"{plural(proof['labels_different'], 'label')} different, "
            f"greatest difference {number(proof['greatest_difference'])}."
        )
    ]


def tell_comparison(model: ModelBuild, figures: Figures) -> Section | Absent:
    """Paired differences with their intervals and margins; contender minus champion."""
    heading = "Against the champion"
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent(heading, "gate was not reached, so nothing was compared")
    champion = evaluation["champion"]
    if champion["state"] == "none":
        return Absent(heading, "there is no champion; this would be the first release")
    found = {name: m for name, m in evaluation["measurements"].items() if name.partition(".")[0] in KINDS}
    if not found:
        return Absent(heading, "the evaluation holds no paired difference")
    verdicts = _margins((model.get("verdicts") or {"verdicts": []})["verdicts"])
    words = f"The contender against champion {champion['release']}: both answered the same holdout rows, in pairs."
    told = judged(model, found)
    charts = tuple(_chart(kind, found, verdicts, figures) for kind in told)
    rows = [_difference(name, m, verdicts.get(name)) for name, m in found.items() if whole(name) in told]
    columns = ("Verdict", "Compared", "Value", "Interval", "Rows", "Margin")
    numbers = table("Paired differences", columns, rows, numeric=columns[2:5], stacked=True)
    rest = {name: m for name, m in found.items() if whole(name) not in told}
    glance = at_a_glance("Differences that no gate judges", "Slice", rest, part, whole, signed=True)
    return Section("comparison", heading, (say(words), Gallery(charts), numbers, *glance))


def _margins(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The verdict that says how much worse a measure may be; a ceiling on the same measure is another matter."""
    return {v["measure"]: v for v in sorted(verdicts, key=lambda v: v["kind"] == "relative")}


def _chart(compared: str, found: Document, verdicts: Document, figures: Figures) -> Figure:
    marks = []
    for name, m in found.items():
        if whole(name) == compared:
            verdict = verdicts.get(name, {"passed": None, "at_least": None, "at_most": None})
            margin = verdict["at_most"] if verdict["at_least"] is None else verdict["at_least"]
            refused = verdict["passed"] is False
            marks.append(Mark(part(name), m["value"], m["low"], m["high"], "@" not in name, refused, margin))
    words = f"{title(compared)}: {KINDS[compared.partition('.')[0]]}"
    alt = f"{words}, with intervals; dashed line: no difference; upright strokes: the margins of the gates"
    return figures.add(f"comparison-{compared}", draw_whiskers(words, marks, zero=True), alt, words)


def _difference(name: str, m: Mapping[str, Any], verdict: Mapping[str, Any] | None) -> list[str | Cell]:
    places = decimals(m["value"], m["low"], m["high"])
    words = {None: Cell("– no gate", "quiet"), True: Cell("✓ passed", "good"), False: Cell("✕ refused", "bad")}
    return [
        words[verdict["passed"] if verdict else None],
        f"{title(whole(name))}, {part(name)}",
        number(m["value"], places, signed=True),
        interval_of(m, places, signed=True),
        "–" if m["n"] is None else count(m["n"]),
        say_bound(verdict) if verdict else "–",
    ]
