"""A confusion matrix: the darker a cell, the larger its share of the row."""

from __future__ import annotations

from collections.abc import Sequence

from report.charts.canvas import BAD, CONTENDER, INK, WIDTH, Canvas
from report.text import count, percent, shorten

LEFT, TOP, MOST_LABELS = 92, 40, 8


def draw_confusion(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Canvas:
    """Rows are the actual labels, columns the answers; `counts[actual][answered]`, at most eight labels."""
    cell = (WIDTH - LEFT - 8) / len(labels)
    tall = max(min(cell, 76), 30)
    canvas = Canvas(WIDTH, round(TOP + tall * len(labels) + 8), "Confusion matrix: actual labels by answered labels")
    canvas.text(LEFT + cell * len(labels) / 2, 13, "answered", anchor="middle")
    canvas.text(LEFT - 8, 13, "actual", anchor="end")
    for place, label in enumerate(labels):
        words = shorten(label, max(3, round(cell / 7)))
        canvas.text(LEFT + cell * (place + 0.5), TOP - 8, words, anchor="middle", bold=True)
        canvas.text(LEFT - 8, TOP + tall * (place + 0.5) + 4, shorten(label, 13), anchor="end", bold=True)
    for row, line in enumerate(counts):
        for column, rows in enumerate(line):
            corner = LEFT + cell * column, TOP + tall * row
            _draw_cell(canvas, corner, (cell, tall), rows, sum(line), right=row == column)
    return canvas


def _draw_cell(
    canvas: Canvas, corner: tuple[float, float], size: tuple[float, float], rows: int, whole: int, *, right: bool
) -> None:
    (x, y), (width, height) = corner, size
    share = rows / whole if whole else 0.0
    canvas.band(x + 1, y + 1, width - 2, height - 2, CONTENDER if right else BAD, 0.05 + 0.2 * share)
    canvas.text(x + width / 2, y + height / 2 + 1, count(rows), anchor="middle", size=13, bold=True, fill=INK)
    if height >= 44:
        canvas.text(x + width / 2, y + height / 2 + 16, percent(share), anchor="middle", size=10.5)
