"""A Grafana dashboard drawn from what its queries were answered: a picture for people who run no Grafana.

`answers` holds for each panel's id its series: a name, and (seconds since 1970, value) pairs, one alone where the panel
shows what is now. `marks` are annotations: a moment and its words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from report.charts.canvas import BAD, CONTENDER, GOOD, INK, Canvas, Scale, label_ticks
from report.text import number, percent

COLUMN, ROW, GAP, HEAD = 58, 32, 10, 56
TITLE, LEGEND, LEFT, RIGHT = 30, 15, 52, 12
PALETTE = (CONTENDER, "#b9770e", GOOD, "#8e5bb0", BAD, "#3c8d93", "#a0527a", "#6f7d1f", INK)
LEVELS = {"green": GOOD, "orange": "#b9770e", "red": BAD, "text": "#1b2026"}
MOST_SERIES = 8
MOST_BARS = 4
LETTER = 5.6
"""About the width of a legend's letter, in pixels."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One line of a panel, or one number."""

    name: str
    points: Sequence[Point]

    @property
    def last(self) -> float:
        """What is now."""
        return self.points[-1][1]


@dataclass(frozen=True)
class Box:
    """Where a panel lies, in pixels."""

    x: float
    y: float
    width: float
    height: float


def draw_dashboard(board: Mapping[str, Any], answers: Mapping[int, Sequence[Series]], marks: Sequence[float]) -> Canvas:
    """All panels in their places."""
    panels = board["panels"]
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    canvas = Canvas(24 * COLUMN + GAP, HEAD + bottom * ROW + GAP, board["title"])
    canvas.add("rect", x=0, y=0, width=canvas.width, height=canvas.height, fill="#eef0f3")
    canvas.text(GAP + 4, 36, board["title"], size=22, bold=True, fill="#1b2026")
    canvas.text(GAP + 28 + 12 * len(board["title"]), 36, board["description"], size=13)
    times = [at for panel in panels if panel["type"] == "timeseries" for at in moments(answers[panel["id"]])]
    window = min(times), max(times)
    for panel in panels:
        place = panel["gridPos"]
        box = Box(place["x"] * COLUMN + GAP, place["y"] * ROW + HEAD, place["w"] * COLUMN - GAP, place["h"] * ROW - GAP)
        draw_panel(canvas, panel, box, answers[panel["id"]], window, marks)
    return canvas


def moments(series: Sequence[Series]) -> list[float]:
    """When anything was seen."""
    return [at for each in series for at, _ in each.points]


def draw_panel(
    canvas: Canvas,
    panel: Mapping[str, Any],
    box: Box,
    series: Sequence[Series],
    window: tuple[float, float],
    marks: Sequence[float],
) -> None:
    """A sheet with a title, and what the panel shows."""
    canvas.add("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=4, fill="#ffffff")
    canvas.text(box.x + 12, box.y + 20, panel["title"], size=12.5, bold=True, fill="#1b2026")
    if panel["type"] == "timeseries":
        draw_lines(canvas, panel, box, series, Scale(*window, box.x + LEFT, box.x + box.width - RIGHT), marks)
    elif panel["type"] == "bargauge":
        draw_bars(canvas, panel, box, series)
    else:
        draw_numbers(canvas, panel, box, series)


def draw_numbers(canvas: Canvas, panel: Mapping[str, Any], box: Box, series: Sequence[Series]) -> None:
    """Large numbers in the colour of their threshold, or names."""
    names = panel["options"].get("textMode") == "name"
    for at, each in enumerate(series[:3]):
        words = each.name if names else told(each.last, panel["fieldConfig"]["defaults"])
        fill = LEVELS["text"] if names else level(each.last, panel)
        canvas.text(box.x + 12, box.y + 68 + 26 * at, words, size=24 if names else 30, bold=True, fill=fill)


def draw_bars(canvas: Canvas, panel: Mapping[str, Any], box: Box, series: Sequence[Series]) -> None:
    """Bars from left to right, with their names."""
    last = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"] or 1.0
    scale = Scale(0, max(last, *(each.last for each in series)), box.x + 240, box.x + box.width - 110)
    for at, each in enumerate(series[:MOST_BARS]):
        y = box.y + 46 + 30 * at
        canvas.text(box.x + 12, y + 14, each.name, size=12, fill="#1b2026")
        canvas.band(scale.start, y, scale.end - scale.start, 18, INK, 0.1)
        canvas.band(scale.start, y, max(scale(each.last) - scale.start, 2), 18, level(each.last, panel), 0.85)
        canvas.text(box.x + box.width - 100, y + 14, told(each.last, panel["fieldConfig"]["defaults"]), size=12)


def draw_lines(
    canvas: Canvas,
    panel: Mapping[str, Any],
    box: Box,
    series: Sequence[Series],
    across: Scale,
    marks: Sequence[float],
) -> None:
    """Lines over time on one scale, thresholds as dashes, annotations as upright lines, names below."""
    defaults = panel["fieldConfig"]["defaults"]
    drawn = sorted(series, key=lambda each: -abs(each.last))[:MOST_SERIES]
    legend = rows_of([each.name for each in drawn], box.width - 24)
    below = LEGEND * len(legend) + 24
    up = scale_of(defaults, drawn, box.y + box.height - below, box.y + TITLE)
    draw_frame(canvas, defaults, across, up)
    for mark in marks:
        if across.low < mark < across.high:
            canvas.line((across(mark), up.start), (across(mark), up.end), CONTENDER, 1.2, "3 3")
    for step in defaults["thresholds"]["steps"][1:]:
        if up.low <= step["value"] <= up.high:
            canvas.line(
                (across.start, up(step["value"])), (across.end, up(step["value"])), LEVELS[step["color"]], 1, "6 4"
            )
    for each, colour in zip(drawn, PALETTE, strict=False):
        points = " ".join(f"{across(at):.1f},{up(value):.1f}" for at, value in each.points)
        canvas.add("polyline", points=points, fill="none", stroke=colour, stroke_width=1.8, stroke_linejoin="round")
    draw_legend(canvas, legend, box, len(series) - len(drawn))


def draw_frame(canvas: Canvas, defaults: Mapping[str, Any], across: Scale, up: Scale) -> None:
    """Hair lines with their values, and the time below."""
    ticks = up.ticks(4)
    for tick, words in zip(ticks, told_ticks(ticks, defaults["unit"]), strict=True):
        canvas.add("line", x1=across.start, x2=across.end, y1=up(tick), y2=up(tick), stroke=INK, stroke_opacity=0.2)
        canvas.text(across.start - 6, up(tick) + 4, words, anchor="end", size=10)
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at = across.low + share * (across.high - across.low)
        moment = datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
        canvas.text(across(at), up.start + 14, moment, anchor=anchor, size=10)


def draw_legend(canvas: Canvas, rows: Sequence[Sequence[str]], box: Box, left_out: int) -> None:
    """Names behind a stroke of their colour, and how many there was no room for."""
    colours = iter(PALETTE)
    for at, row in enumerate(rows):
        x, y = box.x + 12, box.y + box.height - LEGEND * (len(rows) - at) + 8
        for name in row:
            canvas.line((x, y - 4), (x + 12, y - 4), next(colours), 2.4)
            canvas.text(x + 16, y, name, size=10.5)
            x += width_of(name)
    if left_out > 0:
        canvas.text(box.x + box.width - 12, box.y + 20, f"and {left_out} more below these", anchor="end", size=10.5)


def rows_of(names: Sequence[str], width: float) -> list[list[str]]:
    """Names broken into rows."""
    rows: list[list[str]] = [[]]
    for name in names:
        if rows[-1] and sum(map(width_of, [*rows[-1], name])) > width:
            rows.append([])
        rows[-1].append(name)
    return rows


def width_of(name: str) -> float:
    """Of a name in a legend, about."""
    return 30 + LETTER * len(name)


def scale_of(defaults: Mapping[str, Any], series: Sequence[Series], start: float, end: float) -> Scale:
    """From the panel's own least value, or the series', to the series' greatest; thresholds that are near show too."""
    values = [value for each in series for _, value in each.points]
    low = min([defaults["min"], *values]) if "min" in defaults else min(values)
    high = max(values)
    near = [step["value"] for step in defaults["thresholds"]["steps"][1:] if step["value"] <= 3 * high]
    high = max([high, *near])
    if high - low < 1e-9:
        high = low + (abs(low) or 1.0)
    air = 0.08 * (high - low)
    return Scale(low if "min" in defaults else low - air, min(high + air, defaults.get("max", math.inf)), start, end)


def level(value: float, panel: Mapping[str, Any]) -> str:
    """The colour of the last threshold that a value has reached."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return LEVELS[[step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1]]


def told(value: float, defaults: Mapping[str, Any]) -> str:
    """A value in its unit."""
    unit, decimals = defaults["unit"], defaults.get("decimals")
    if unit == "percentunit":
        return percent(value, 1 if decimals is None else decimals)
    if unit == "s":
        return told_seconds(value)
    words = number(value, decimals if decimals is not None else places_for(value))
    return f"{words} req/s" if unit == "reqps" else words


def told_ticks(ticks: Sequence[float], unit: str) -> list[str]:
    """An axis' values, all with as many decimals as its steps need."""
    if unit == "percentunit":
        return [f"{words} %" for words in label_ticks([100 * tick for tick in ticks])]
    if unit == "s":
        return [told_seconds(tick) for tick in ticks]
    return [f"{words} req/s" if unit == "reqps" else words for words in label_ticks(ticks)]


def told_seconds(value: float) -> str:
    """A time in the unit that suits it."""
    for least, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if abs(value) >= least:
            return f"{value / least:.3g} {name}"
    return f"{value * 1000:.3g} ms"


def places_for(value: float) -> int:
    """So many decimals that three digits are seen."""
    return (
        0
        if value == 0 or abs(value) >= 100 or value == round(value)
        else max(0, 2 - math.floor(math.log10(abs(value))))
    )
