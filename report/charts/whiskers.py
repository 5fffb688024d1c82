"""Dots with whiskers: values with their intervals, one a line, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report.charts.canvas import BAD, CONTENDER, INK, WIDTH, Canvas, Scale, draw_axis, fit
from report.text import shorten

LABELS, LINE = 124, 24


@dataclass(frozen=True)
class Mark:
    """One line of the chart; `bound` is a limit of this line alone, drawn as a short upright stroke."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    strong: bool = False
    refused: bool = False
    bound: float | None = None


def draw_whiskers(title: str, marks: Sequence[Mark], reference: float | None = None, *, zero: bool = False) -> Canvas:
    """The marks from top to bottom, with a dashed line at `reference` (0 where `zero`) to compare them with."""
    line = 0.0 if zero else reference
    values = [v for mark in marks for v in (mark.value, mark.low, mark.high, mark.bound)]
    scale = fit([*values, line], LABELS + 8, WIDTH - 10)
    bottom = 8 + LINE * len(marks)
    canvas = Canvas(WIDTH, bottom + 22, title)
    draw_axis(canvas, scale, bottom + 16, 4)
    if line is not None:
        canvas.line((scale(line), 4), (scale(line), bottom + 4), INK, 1.4, "4 3")
    for place, mark in enumerate(marks):
        _draw_mark(canvas, scale, mark, 8 + LINE * (place + 0.5))
    return canvas


def _draw_mark(canvas: Canvas, scale: Scale, mark: Mark, y: float) -> None:
    colour = BAD if mark.refused else CONTENDER if mark.strong else INK
    canvas.text(LABELS, y + 4, shorten(mark.name, 21), anchor="end", bold=mark.strong)
    if mark.bound is not None:
        canvas.line((scale(mark.bound), y - 8), (scale(mark.bound), y + 8), INK, 2)
    if mark.value is None:
        return
    low = mark.value if mark.low is None else mark.low
    high = mark.value if mark.high is None else mark.high
    canvas.line((scale(low), y), (scale(high), y), colour, 2)
    if mark.refused:
        canvas.cross(scale(mark.value), y)
    else:
        canvas.dot(scale(mark.value), y, colour, 4.5 if mark.strong else 4)
