"""The charts of one page, collected while it is built and written afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field

from report.blocks import Figure
from report.charts.canvas import Canvas


@dataclass
class Figures:
    """Chart files of one model by their path relative to the report: `charts/<model>-<name>.svg`."""

    stem: str
    files: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, canvas: Canvas, alt: str, caption: str = "") -> Figure:
        """Keep the chart under a name of its own; a name used twice gets a number."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in name)
        path, again = f"charts/{self.stem}-{plain}.svg", 1
        while path in self.files:
            again += 1
            path = f"charts/{self.stem}-{plain}-{again}.svg"
        self.files[path] = canvas.xml()
        return Figure(path, canvas.width, canvas.height, alt, caption)
