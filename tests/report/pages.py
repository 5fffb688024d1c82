"""A page as a browser reads it: elements with their attributes, text, tables, headings."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

NARROW = "\N{NARROW NO-BREAK SPACE}"
VOID = {"meta", "link", "img", "br", "hr"}


@dataclass
class Html(HTMLParser):
    """What stands in a page; `tables` are rows of cell texts (the alt text where a cell is an image)."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
        elif tag in ("h1", "h2", "h3", "h4"):
            self.headings.append((tag, ""))
        elif tag == "img" and "td" in self.open:
            self.tables[-1][-1][-1] += attributes["alt"].replace(NARROW, " ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        data = data.replace(NARROW, " ")
        if not data.strip():
            return
        self.texts.append(data.strip())
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data
        elif {"h1", "h2", "h3", "h4"} & set(self.open):
            self.headings[-1] = (self.headings[-1][0], self.headings[-1][1] + data.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every element of this kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(self.texts)


def read_html(text: str) -> Html:
    """A page, every element closed."""
    page = Html()
    page.feed(text)
    page.close()
    assert page.open == [], f"left open: {page.open}"
    return page
