"""Square plots against the diagonal: calibration (said against happened) and residuals (answered against actual)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from report.charts.canvas import CONTENDER, INK, WIDTH, Canvas, Scale, fit, label_ticks
from report.text import number

LEFT, TOP, SIDE = 52, 10, 292
MOST_POINTS = 1500


def draw_calibration(bins: Sequence[tuple[float, float, int]]) -> Canvas:
    """Bins as (mean probability, share that came true, rows): the larger a dot, the more rows."""
    canvas, across, up = _square("Calibration: what was predicted against what happened", Scale(0, 1, 0, 1))
    largest = max((rows for _, _, rows in bins), default=1) or 1
    points = [(across(predicted), up(share)) for predicted, share, _ in bins]
    for start, end in pairwise(points):
        canvas.line(start, end, CONTENDER, 1.4)
    for (x, y), (_, _, rows) in zip(points, bins, strict=True):
        canvas.dot(x, y, CONTENDER, 2.5 + 5 * math.sqrt(rows / largest))
    _name_axes(canvas, "predicted probability", "share that came true")
    return canvas


def draw_residuals(points: Sequence[tuple[float, float]]) -> Canvas:
    """Points as (predicted, actual); of more than 1,500 every n-th is drawn."""
    step = max(1, math.ceil(len(points) / MOST_POINTS))
    shown = points[::step]
    domain = fit([v for point in shown for v in point], 0, 1, 0.04)
    canvas, across, up = _square("Predicted against actual values", domain)
    for predicted, actual in shown:
        canvas.add("circle", cx=across(predicted), cy=up(actual), r=2.2, fill=CONTENDER, fill_opacity=0.55)
    _name_axes(canvas, "predicted", "actual")
    return canvas


def _square(title: str, domain: Scale) -> tuple[Canvas, Scale, Scale]:
    canvas = Canvas(WIDTH, TOP + SIDE + 42, title)
    across = Scale(domain.low, domain.high, LEFT, LEFT + SIDE)
    up = Scale(domain.low, domain.high, TOP + SIDE, TOP)
    ticks = across.ticks(4)
    for tick, words in zip(ticks, _short(ticks), strict=True):
        _hair(canvas, (across(tick), TOP), (across(tick), TOP + SIDE))
        _hair(canvas, (LEFT, up(tick)), (LEFT + SIDE, up(tick)))
        canvas.text(across(tick), TOP + SIDE + 16, words, anchor="middle", size=10.5)
        canvas.text(LEFT - 6, up(tick) + 4, words, anchor="end", size=10.5)
    canvas.line((across(domain.low), up(domain.low)), (across(domain.high), up(domain.high)), INK, 1.2, "4 3")
    return canvas, across, up


def _short(ticks: Sequence[float]) -> list[str]:
    """Large values in thousands, so that they fit beside the axis."""
    if max(map(abs, ticks), default=0) < 10000:
        return label_ticks(ticks)
    return [f"{number(tick / 1000, 0)}k" if tick else "0" for tick in ticks]


def _hair(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    canvas.add("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=INK, stroke_opacity=0.2)


def _name_axes(canvas: Canvas, across: str, up: str) -> None:
    middle = TOP + SIDE / 2
    canvas.text(LEFT + SIDE / 2, TOP + SIDE + 36, across, anchor="middle")
    canvas.text(12, middle, up, anchor="middle")
    canvas.root[-1].set("transform", f"rotate(-90 12 {middle:g})")
