"""Bars of shares: one feature's bins, small enough to stand among many."""

from __future__ import annotations

from collections.abc import Sequence

from report.charts.canvas import CONTENDER, INK, Canvas, Scale
from report.text import percent, shorten

WIDTH, HEIGHT, BOTTOM, TOP = 168, 92, 74, 16


def draw_bars(name: str, bars: Sequence[tuple[str, float]], ends: tuple[str, str] = ("", "")) -> Canvas:
    """Bars as (bin, share) from left to right; `ends` are the words under the first and the last bar.

    The bin `missing` is drawn in grey: it is no part of the feature's range.
    """
    canvas = Canvas(WIDTH, HEIGHT, f"{name}: share of the rows in each bin")
    largest = max((share for _, share in bars), default=0.0) or 1.0
    scale = Scale(0, largest, 0, BOTTOM - TOP)
    width = (WIDTH - 8) / max(len(bars), 1)
    for place, (bin_name, share) in enumerate(bars):
        tall = scale(share)
        colour = INK if bin_name == "missing" else CONTENDER
        canvas.band(4 + width * place + 0.75, BOTTOM - tall, max(width - 1.5, 0.5), tall, colour, 0.75)
    canvas.line((4, BOTTOM), (WIDTH - 4, BOTTOM), INK)
    canvas.text(WIDTH - 4, 11, f"max {percent(largest, 0)}", anchor="end", size=10)
    canvas.text(4, HEIGHT - 5, shorten(ends[0], 13), size=10)
    canvas.text(WIDTH - 4, HEIGHT - 5, shorten(ends[1], 13), anchor="end", size=10)
    return canvas
