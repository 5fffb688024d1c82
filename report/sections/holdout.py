"""The contender on the frozen holdout: its figures, its slices, and where it errs."""

from __future__ import annotations

from typing import Any

from report.blocks import Absent, Block, Cell, Figure, Gallery, Section, say, table
from report.charts.confusion import MOST_LABELS, draw_confusion
from report.charts.square import draw_calibration, draw_residuals
from report.charts.whiskers import Mark, draw_whiskers
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.sections.measurements import COLUMNS, at_a_glance, judged, line, part, whole
from report.text import count, percent, plural, title

NOT_REACHED = "gate was not reached, so the holdout was not scored"


def tell_figures(model: ModelBuild, _: Figures) -> Section | Absent:
    """Every measurement that is neither a slice nor a difference, the members of a vote after the whole."""
    heading = "Figures on the holdout"
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent(heading, NOT_REACHED)
    holdout = evaluation["holdout"]
    words = f"Scored on {plural(holdout['n'], 'row')} in {plural(holdout['groups'], 'group')}; intervals by group."
    plain = {name: m for name, m in evaluation["measurements"].items() if "@" not in name and not _elsewhere(name)}
    rows = [line(title(name), m) for name, m in plain.items() if "." not in name]
    members = {name: m for name, m in plain.items() if "." in name}
    glance = at_a_glance("Members of the vote", "Member", members, _member, lambda name: name.rpartition(".")[2])
    numbers = table("Measurements", COLUMNS, rows, numeric=COLUMNS[1:])
    return Section("figures", heading, (say(words), numbers, *glance))


def _member(name: str) -> str:
    return name.rpartition(".")[0]


def _elsewhere(name: str) -> bool:
    """Comparisons with the champion and single attacks have sections of their own."""
    return name.startswith(("difference.", "change.", "risk@"))


def tell_slices(model: ModelBuild, figures: Figures) -> Section | Absent:
    """Slices by measure, each beside the figure of all rows."""
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent("Slices", NOT_REACHED)
    found = evaluation["measurements"]
    sliced = {name: m for name, m in found.items() if "@" in name and not _elsewhere(name)}
    if not sliced:
        return Absent("Slices", "this model names no slices")
    told = judged(model, sliced)
    charts = tuple(_slice_chart(measure, found, figures) for measure in told)
    rows = [line(title(name), m) for name, m in sliced.items() if whole(name) in told]
    numbers = table("Slices of the holdout", COLUMNS, rows, numeric=COLUMNS[1:])
    rest = {name: m for name, m in sliced.items() if whole(name) not in told}
    return Section(
        "slices",
        "Slices",
        (Gallery(charts), numbers, *at_a_glance("Slices that no gate judges", "Slice", rest, part, whole)),
    )


def _slice_chart(measure: str, found: Document, figures: Figures) -> Figure:
    every = found.get(measure)
    marks = [Mark("all rows", every["value"], every["low"], every["high"], strong=True)] if every else []
    for name, m in found.items():
        if name.startswith(f"{measure}@"):
            marks.append(Mark(part(name), m["value"], m["low"], m["high"]))
    words = f"{title(measure)} by slice, with intervals"
    chart = draw_whiskers(words, marks, reference=every["value"] if every else None)
    return figures.add(f"slices-{measure}", chart, f"{words}; dashed line: all rows", words)


def tell_errors(model: ModelBuild, figures: Figures) -> Section | Absent:
    """Calibration and confusion of a classifier, predicted against actual of a regression."""
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent("Where it errs", NOT_REACHED)
    charts: list[Figure] = []
    tables: list[Block] = []
    for key, tell in (("calibration", _calibration), ("residuals", _residuals), ("confusion", _confusion)):
        if evaluation[key]:
            figure, block = tell(evaluation[key], figures)
            charts += [figure] if figure else []
            tables += [block] if block else []
    if not charts and not tables:
        return Absent("Where it errs", "the evaluation holds no calibration, confusion or residuals")
    return Section("errors", "Where it errs", (Gallery(tuple(charts)), *tables))


def _calibration(bins: list[Document], figures: Figures) -> tuple[Figure | None, Block | None]:
    points = [(b["mean_probability"], b["share"], b["n"]) for b in bins]
    caption = "Calibration: on the dashed line, what is said to happen in 70 of 100 rows does"
    alt = f"Calibration in {plural(len(bins), 'bin')}; the numbers stand in the table"
    rows = [[percent(mean), percent(share), count(n)] for mean, share, n in points]
    columns = ("Predicted", "Came true", "Rows")
    figure = figures.add("calibration", draw_calibration(points), alt, caption)
    return figure, table("Calibration by bin", columns, rows, numeric=columns)


def _residuals(points: list[Document], figures: Figures) -> tuple[Figure | None, Block | None]:
    pairs = [(p["predicted"], p["actual"]) for p in points]
    caption = f"Predicted against actual, {plural(len(pairs), 'row')}; on the dashed line the answer is right"
    return figures.add("residuals", draw_residuals(pairs), caption, caption), _typical_errors(pairs)


def _typical_errors(pairs: list[tuple[float, float]]) -> Block | None:
    errors = sorted(abs(predicted - actual) / abs(actual) for predicted, actual in pairs if actual)
    if not errors:
        return None
    places = {part: (len(errors) - 1) * part // 100 for part in (50, 80, 90, 100)}
    rows = [[f"{part} % of the rows", percent(errors[place])] for part, place in places.items()]
    columns = ("Share of the rows", "err by at most")
    return table("Relative errors of the rows that are drawn", columns, rows, numeric=columns[1:])


def _confusion(confusion: Document, figures: Figures) -> tuple[Figure | None, Block | None]:
    labels: list[str] = confusion["labels"]
    counts: list[list[int]] = confusion["counts"]
    columns = ("Actual", *(f"as {label}" for label in labels), "Recall")
    rows = [_confusion_row(place, label, counts[place]) for place, label in enumerate(labels)]
    block = table("Confusion matrix", columns, rows, numeric=columns[1:])
    if len(labels) > MOST_LABELS:
        return None, block
    caption = "Confusion matrix; per cent of each actual label"
    alt = "Confusion matrix; its numbers stand in the table"
    figure = figures.add("confusion", draw_confusion(labels, counts), alt, caption)
    return figure, block


def _confusion_row(place: int, label: Any, line: list[int]) -> list[str | Cell]:
    whole = sum(line)
    return [str(label), *(count(n) for n in line), percent(line[place] / whole if whole else None)]
