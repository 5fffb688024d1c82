"""The part of Markdown that model cards use, read into blocks: headings, paragraphs, lists, tables, and three styles.

Whatever else stands in a card (HTML, images, links) comes out as the text it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from report.blocks import Block, Bullets, Cell, Heading, Paragraph, Span, Style, Table

HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)$")
RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*$")
INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|(?<!\w)[*_]([^*_]+)[*_](?!\w)")
STYLES: tuple[Style, ...] = ("code", "strong", "em")


def read_card(text: str) -> list[Block]:
    """The card's blocks; its headings become levels 3 and 4, since the page has levels 1 and 2."""
    return [block for lines in _chunks(text.splitlines()) for block in _read(lines)]


def _chunks(lines: list[str]) -> Iterator[list[str]]:
    """Lines that belong together: up to an empty line or around a heading, or where the kind of line changes."""
    chunk: list[str] = []
    for line in [*lines, ""]:
        if chunk and (not line.strip() or _kind(line) != _kind(chunk[0])) and not _continues(line, chunk):
            yield chunk
            chunk = []
        if line.strip():
            chunk.append(line)
    if chunk:
        yield chunk


def _continues(line: str, chunk: list[str]) -> bool:
    """An indented line goes on with the list item above it."""
    return _kind(chunk[0]) == "item" and line.startswith("  ") and bool(line.strip()) and _kind(line) == "text"


def _kind(line: str) -> str:
    if HEADING.match(line):
        return f"heading {line}"
    if line.lstrip().startswith("|"):
        return "table"
    return "item" if ITEM.match(line) else "text"


def _read(lines: list[str]) -> Iterator[Block]:
    kind = _kind(lines[0])
    if heading := HEADING.match(lines[0]):
        yield Heading(heading[2], 3 if len(heading[1]) <= 2 else 4)
    elif kind == "table" and len(lines) > 1 and RULE.match(lines[1]):
        yield _table(lines)
    elif kind == "item":
        yield Bullets(tuple(read_inline(item) for item in _items(lines)))
    else:
        yield Paragraph(read_inline(" ".join(line.strip() for line in lines)))


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if item := ITEM.match(line):
            items.append(item[1])
        else:
            items[-1] = f"{items[-1]} {line.strip()}"
    return items


def _table(lines: list[str]) -> Table:
    columns, _, *rows = [_split(line) for line in lines]
    width = len(columns)
    padded = [(*row, *[""] * width)[:width] for row in rows]
    return Table("", tuple(columns), tuple(tuple(Cell(text) for text in row) for row in padded))


def _split(line: str) -> list[str]:
    """The cells of a line; `\\|` is a pipe inside a cell."""
    inside = line.strip().removeprefix("|").removesuffix("|")
    cells = (cell.replace(r"\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inside))
    return ["".join(span.text for span in read_inline(cell)) for cell in cells]


def read_inline(text: str) -> tuple[Span, ...]:
    """`code`, **strong** and *emphasis*; everything else is plain."""
    spans: list[Span] = []
    end = 0
    for found in INLINE.finditer(text):
        spans += [Span(text[end : found.start()])] if found.start() > end else []
        place = next(i for i, group in enumerate(found.groups()) if group is not None)
        spans.append(Span(found[place + 1], STYLES[place]))
        end = found.end()
    return (*spans, Span(text[end:])) if end < len(text) or not spans else tuple(spans)
