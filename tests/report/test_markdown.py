"""Markdown and HTML tell the same facts: decisions, tables, charts, sentences."""

from __future__ import annotations

import html
import re
from itertools import pairwise

import pytest

from tests.report.conftest import Written
from tests.report.pages import NARROW
from tests.report.stories import STORIES

UNESCAPE = re.compile(r"\\([\\`*\[\]|~$_#+=.)-])")


def plain(markdown: str) -> str:
    """Markdown's text without its escapes and marks."""
    without_marks = re.sub(r"(?<!\\)\*+", "", markdown)
    return html.unescape(UNESCAPE.sub(r"\1", without_marks)).replace(NARROW, " ").strip()


def tables(markdown: str) -> list[list[list[str]]]:
    """Tables as rows of cell texts, an image as its alt text; the facts at the head are no table in the HTML."""
    found: list[list[list[str]]] = []
    inside = False
    for line in markdown.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
        inside = True
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not all(re.fullmatch(r"-+:?", cell) for cell in cells):
            found[-1].append([plain(re.sub(r"^!\[(.*)\]\(charts/[^)]*\)$", r"\1", cell)) for cell in cells])
    return [table for table in found if table[0] != ["", ""]]


@pytest.mark.parametrize("name", STORIES)
def test_the_same_tables(written: Written, name: str) -> None:
    in_html = [[[cell.strip() for cell in row] for row in table] for table in written.html(name).tables]
    assert tables(written.text(f"{name}.md")) == in_html
    assert in_html


@pytest.mark.parametrize("name", [*STORIES, "index"])
def test_the_same_sentences_and_charts(written: Written, name: str) -> None:
    page, markdown = written.html(name), written.text(f"{name}.md")
    whole = re.sub(r"\s+", " ", plain(markdown))
    told = [re.sub(r"\s+", " ", text).strip(" :.") for text in page.texts[1:]]  # the first is the window's title
    assert [text for text in told if text not in whole] == []
    assert set(re.findall(r"\]\((charts/[^)]*)\)", markdown)) == {image["src"] for image in page.all("img")}


def test_links_of_the_index_resolve(written: Written) -> None:
    links = re.findall(r"\]\(([^)]*)\)", written.text("index.md"))
    assert len(links) == len(STORIES)
    assert all((written.out / link).is_file() for link in links)


def test_no_block_runs_into_the_next(written: Written) -> None:
    lines = written.text("sentiment.md").splitlines()
    for before, line in pairwise(lines):
        if line.startswith(("#", "|")) and not before.startswith("|"):
            assert before == "", line
