"""The canary beside the champion, step by step: two lines, told apart by shape as well as by colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from report.charts.canvas import CONTENDER, INK, WIDTH, Canvas, Scale
from report.text import percent

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 60, 70, 12, 36, 170
Values = Sequence[float | None]
Words = Callable[[float | None], str]


def draw_steps(
    title: str,
    shares: Sequence[float],
    canary: Values,
    champion: Values,
    words: Words,
    span: float,
) -> Canvas:
    """One figure over the steps of a canary; `words` turns a value into its label.

    The axis holds at least `span`, so that noise does not look like a trend, and no negative values.
    """
    canvas = Canvas(WIDTH, HEIGHT, title)
    up = _fit_span([*canary, *champion], span)
    across = Scale(0, max(len(shares) - 1, 1), LEFT, WIDTH - RIGHT)
    for tick in up.ticks(3):
        canvas.add("line", x1=LEFT, y1=up(tick), x2=WIDTH - RIGHT, y2=up(tick), stroke=INK, stroke_opacity=0.22)
        canvas.text(LEFT - 6, up(tick) + 4, words(tick), anchor="end", size=10.5)
    for place, share in enumerate(shares):
        canvas.text(across(place), HEIGHT - 20, percent(share, 0), anchor="middle", size=10.5)
    canvas.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, "share of the traffic", anchor="middle", size=10.5)
    ends = _draw_line(canvas, across, up, champion, hollow=True), _draw_line(canvas, across, up, canary, hollow=False)
    _name_lines(canvas, *ends)
    return canvas


def _fit_span(values: Values, span: float) -> Scale:
    known = [value for value in values if value is not None] or [0.0]
    middle, width = (min(known) + max(known)) / 2, max(1.3 * (max(known) - min(known)), span)
    low = max(middle - width / 2, 0.0)
    return Scale(low, low + width, HEIGHT - BOTTOM, TOP)


def _draw_line(canvas: Canvas, across: Scale, up: Scale, values: Values, *, hollow: bool) -> float | None:
    colour, dash = (INK, "4 3") if hollow else (CONTENDER, "")
    points = [(across(place), up(value)) for place, value in enumerate(values) if value is not None]
    for start, end in pairwise(points):
        canvas.line(start, end, colour, 1.8, dash)
    for x, y in points:
        canvas.dot(x, y, colour, 4, hollow=hollow)
    return points[-1][1] if points else None


def _name_lines(canvas: Canvas, champion: float | None, canary: float | None) -> None:
    """Names at the lines' ends, pushed apart where they would touch."""
    if champion is not None and canary is not None and abs(champion - canary) < 14:
        middle, sign = (champion + canary) / 2, 1 if champion >= canary else -1
        champion, canary = middle + 7 * sign, middle - 7 * sign
    for y, name, colour in ((champion, "champion", INK), (canary, "canary", CONTENDER)):
        if y is not None:
            canvas.text(WIDTH - RIGHT + 10, y + 4, name, fill=colour, bold=name == "canary")
