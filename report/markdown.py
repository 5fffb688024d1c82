"""The pages as Markdown (CommonMark with tables): the same blocks as the HTML, every piece of text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from report.blocks import Absent, Block, Bullets, Cell, Figure, Gallery, Heading, Paragraph, Span, Table
from report.pages import Index, Page
from report.text import visible

MARKS = {"": "", "strong": "**", "em": "*", "code": ""}


def escape(text: object) -> str:
    """Text that stays text: no HTML, no table edge, no link, no emphasis, no heading or list by accident."""
    shown = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = re.sub(r"([\\`*\[\]|~$])|((?<!\w)_|_(?!\w))", r"\\\1\2", shown)
    return re.sub(r"^(\s*)(?:([#+=-])|(\d+)([.)]))(?=\s|$|[#=-])", _guard, shown)


def _guard(found: re.Match[str]) -> str:
    space, sign, digits, stop = found.groups()
    return f"{space}\\{sign}" if sign else f"{space}{digits}\\{stop}"


def write_index(index: Index) -> str:
    """index.md."""
    lines = [f"# {escape(index.project)}", "", escape(index.summary), ""]
    for page in index.pages:
        decided = page.outcome
        lines += [f"## [{escape(page.name)}]({page.stem}.md)", ""]
        lines += [f"**{decided.sign} {decided.word}** {escape(decided.sentence)}", "", *list(_facts(page))[:6], ""]
    return _join(lines)


def write_page(project: str, page: Page) -> str:
    """<model>.md."""
    decided = page.outcome
    lines = [f"[{escape(project)}](index.md)", "", f"# {escape(page.name)}", ""]
    lines += [f"**{decided.sign} {decided.word}** {escape(decided.sentence)}", ""]
    lines += [*(f"- {escape(reason)}" for reason in decided.reasons), ""]
    lines += [escape(" · ".join(f"{stage.verb}: {stage.state}" for stage in page.stages)), ""]
    lines += [f"{escape(note)}\n" for note in page.notes]
    lines += [*_facts(page), ""]
    for section in page.sections:
        lines += [f"## {escape(section.title)}", ""]
        lines += [line for block in section.blocks for line in (*_write(block), "")]
    return _join([*lines, *_absent(page.absent)])


def _facts(page: Page) -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    yield from (f"| {escape(name)} | {escape(fact)} |" for name, fact in page.facts.items())


def _absent(absent: Sequence[Absent]) -> list[str]:
    lines = [f"- **{escape(part.title)}**: {escape(part.why)}." for part in absent]
    return ["## Not in this build", "", *lines] if lines else []


def _write(block: Block) -> Iterable[str]:
    match block:
        case Table():
            return _table(block)
        case Paragraph():
            return [_spans(block.spans)]
        case Bullets():
            return [f"- {_spans(item)}" for item in block.items]
        case Heading():
            return [f"{'#' * block.level} {escape(block.text)}"]
        case Gallery():
            return [_with_caption(figure) for figure in block.figures]


def _table(block: Table) -> Iterator[str]:
    if block.caption:
        yield from (f"*{escape(block.caption)}*", "")
    yield _row(escape(column) for column in block.columns)
    yield _row("---:" if column in block.numeric else "---" for column in block.columns)
    for row in block.rows:
        yield _row(_cell(cell) for cell in row)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return _figure(cell.figure) if cell.figure else escape(cell.text)


def _figure(figure: Figure) -> str:
    return f"![{escape(figure.alt)}]({figure.path})"


def _with_caption(figure: Figure) -> str:
    return f"{_figure(figure)} *{escape(figure.caption)}*" if figure.caption else _figure(figure)


def _spans(spans: Sequence[Span]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    """Marks go around the words, not around the spaces at their ends: `**a: **` would stay plain."""
    mark, words = MARKS[span.style], span.text
    if not mark or not words.strip():
        return escape(words)
    inner = words.strip()
    before, after = words[: words.index(inner)], words[words.index(inner) + len(inner) :]
    return f"{before}{mark}{escape(inner)}{mark}{after}"


def _join(lines: Sequence[str]) -> str:
    """One empty line between blocks, never two."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
