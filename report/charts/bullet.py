"""A gate in one line: the range it allows, its bound, the value and its interval."""

from __future__ import annotations

from report.charts.canvas import BAD, GOOD, INK, Canvas, fit
from report.text import title

WIDTH, HEIGHT = 168, 24


def draw_bullet(
    measure: str,
    value: float | None,
    interval: tuple[float | None, float | None],
    bounds: tuple[float | None, float | None],
    passed: bool | None,
) -> Canvas:
    """The allowed range as a band, bounds as upright strokes, the value as a dot (a cross where refused)."""
    canvas = Canvas(WIDTH, HEIGHT, f"{title(measure)}: value, interval and bound")
    scale = fit([value, *interval, *bounds], 4, WIDTH - 4, 0.18)
    at_least, at_most = bounds
    left = scale(at_least) if at_least is not None else scale.start
    right = scale(at_most) if at_most is not None else scale.end
    canvas.band(left, 5, right - left, HEIGHT - 10)
    for bound in (at_least, at_most):
        if bound is not None:
            canvas.line((scale(bound), 2), (scale(bound), HEIGHT - 2), INK, 2)
    if value is None:
        return canvas
    colour = BAD if passed is False else GOOD
    low, high = interval
    ends = scale(value if low is None else low), scale(value if high is None else high)
    canvas.line((ends[0], HEIGHT / 2), (ends[1], HEIGHT / 2), colour, 2)
    if passed is False:
        canvas.cross(scale(value), HEIGHT / 2)
    else:
        canvas.dot(scale(value), HEIGHT / 2, colour, hollow=passed is None)
    return canvas
