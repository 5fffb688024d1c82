"""The sheet that charts are drawn on, its colours, and scales.

A report's page allows no inline style and a chart cannot know whether the page around it is light or dark. So every
colour here is a middle tone that keeps a contrast of at least 4 : 1 with white and with the pages' dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as ET

from report.text import number, visible

INK = "#6b7480"
CONTENDER = "#1f7fb8"
GOOD = "#1d8a5f"
BAD = "#d1495b"
DARK_GROUND = "#0f1216"
FONT = "'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
WIDTH = 360
"""Of a wide chart, in CSS pixels: what a phone shows without scaling its letters down."""


class Canvas:
    """An SVG image of a fixed size, with a title for those who cannot see it."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.width, self.height, self.title = width, height, visible(title)
        self.root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": str(width),
                "height": str(height),
                "viewBox": f"0 0 {width} {height}",
                "role": "img",
                "font-family": FONT,
            },
        )
        ET.SubElement(self.root, "title").text = self.title

    def add(self, name: str, **attributes: str | float) -> ET.Element:
        """An element; an underscore in an attribute's name stands for a hyphen."""
        return ET.SubElement(self.root, name, {k.replace("_", "-"): _text(v) for k, v in attributes.items()})

    def line(
        self, start: tuple[float, float], end: tuple[float, float], colour: str = INK, width: float = 1, dash: str = ""
    ) -> None:
        """A straight line between two points."""
        element = self.add("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=colour, stroke_width=width)
        if dash:
            element.set("stroke-dasharray", dash)

    def band(self, x: float, y: float, width: float, height: float, colour: str = INK, opacity: float = 0.16) -> None:
        """A filled rectangle, see-through so that both grounds carry it."""
        size = {"width": max(width, 0), "height": max(height, 0)}
        self.add("rect", x=x, y=y, **size, fill=colour, fill_opacity=opacity)

    def dot(self, x: float, y: float, colour: str = CONTENDER, radius: float = 4, *, hollow: bool = False) -> None:
        """A round mark."""
        if hollow:
            self.add("circle", cx=x, cy=y, r=radius, fill="none", stroke=colour, stroke_width=1.6)
        else:
            self.add("circle", cx=x, cy=y, r=radius, fill=colour)

    def cross(self, x: float, y: float, colour: str = BAD, reach: float = 4) -> None:
        """A mark for what was refused: told from a dot without its colour."""
        self.line((x - reach, y - reach), (x + reach, y + reach), colour, 2.4)
        self.line((x - reach, y + reach), (x + reach, y - reach), colour, 2.4)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        size: float = 11,
        bold: bool = False,
        fill: str = INK,
    ) -> None:
        """Some words; `anchor` is start, middle or end."""
        element = self.add("text", x=x, y=y, font_size=size, fill=fill, text_anchor=anchor)
        if bold:
            element.set("font-weight", "600")
        element.text = visible(words)

    def xml(self) -> str:
        """The file's text."""
        return ET.tostring(self.root, encoding="unicode") + "\n"


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Scale:
    """A straight line from values to places on the canvas."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value lies; what is outside the domain is drawn at its edge."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, about: int = 4) -> list[float]:
        """Round values inside the domain, about so many."""
        raw = (self.high - self.low) / max(about, 1)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [round(i * step, 12) for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def fit(values: Sequence[float | None], start: float, end: float, margin: float = 0.08) -> Scale:
    """A scale that holds all these values with some air; values that are missing or infinite do not count."""
    known = [v for v in values if v is not None and math.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    span = (high - low) or abs(high) or 1.0
    return Scale(low - margin * span, high + margin * span, start, end)


def label_ticks(ticks: Sequence[float]) -> list[str]:
    """The ticks in words, all with as many decimals as the finest step needs."""
    steps = [b - a for a, b in pairwise(ticks)]
    finest = min(steps, default=abs(ticks[0]) if ticks and ticks[0] else 1.0)
    places = max(0, min(6, -math.floor(math.log10(finest) + 1e-9)))
    if round(finest * 10**places, 6) % 1:
        places += 1
    return [number(tick, places) for tick in ticks]


def draw_axis(canvas: Canvas, scale: Scale, y: float, top: float, about: int = 4) -> None:
    """A horizontal axis with its labels at `y` and hair lines up to `top`."""
    ticks = scale.ticks(about)
    for tick, words in zip(ticks, label_ticks(ticks), strict=True):
        canvas.add("line", x1=scale(tick), y1=top, x2=scale(tick), y2=y - 12, stroke=INK, stroke_opacity=0.22)
        canvas.text(scale(tick), y, words, anchor="middle", size=10.5)
