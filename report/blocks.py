"""The nouns of a page. Built once, then written as HTML and as Markdown, so that both tell the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Tone = Literal["", "good", "bad", "warn", "quiet"]
Style = Literal["", "strong", "em", "code"]


@dataclass(frozen=True)
class Span:
    """A run of text in one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True)
class Figure:
    """A chart: its file relative to the page, its size in CSS pixels, and what it shows in words."""

    path: str
    width: int
    height: int
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a table. A tone is never alone: its text says the same."""

    text: str
    tone: Tone = ""
    code: bool = False
    figure: Figure | None = None


@dataclass(frozen=True)
class Table:
    """A table with its caption. Columns named in `numeric` stand right, digit under digit."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[str] = frozenset()
    stacked: bool = False
    """On a phone each row becomes a small block of its own: for tables that are too wide to scroll."""


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    kind: ClassVar[str] = "paragraph"
    spans: tuple[Span, ...]
    tone: Tone = ""


@dataclass(frozen=True)
class Bullets:
    """A list; each item is a line of text."""

    kind: ClassVar[str] = "bullets"
    items: tuple[tuple[Span, ...], ...]
    tone: Tone = ""


@dataclass(frozen=True)
class Heading:
    """A heading inside a section; levels 3 and 4 (1 is the page's, 2 the section's)."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 3


@dataclass(frozen=True)
class Gallery:
    """Charts side by side: `wide` ones fill half a page, `small` ones are small multiples."""

    kind: ClassVar[str] = "gallery"
    figures: tuple[Figure, ...]
    size: Literal["wide", "small"] = "wide"


Block = Table | Paragraph | Bullets | Heading | Gallery


@dataclass(frozen=True)
class Section:
    """A part of a page, with an anchor."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Absent:
    """A part that this build does not have, and why not."""

    title: str
    why: str


def say(text: str, tone: Tone = "") -> Paragraph:
    """A paragraph of plain text."""
    return Paragraph((Span(text),), tone)


def bullets(lines: Iterable[str], tone: Tone = "") -> Bullets:
    """A list of plain lines."""
    return Bullets(tuple((Span(line),) for line in lines), tone)


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Cell]],
    *,
    numeric: Iterable[str] = (),
    stacked: bool = False,
) -> Table:
    """A table of plain strings and cells."""
    cells = tuple(tuple(c if isinstance(c, Cell) else Cell(c) for c in row) for row in rows)
    return Table(caption, tuple(columns), cells, frozenset(numeric), stacked)
