"""Names, sentences and cases that want to be markup come out as text: in HTML, in SVG, in Markdown."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from report.markdown import escape
from tests.report import stories
from tests.report.test_structure import against_policy

EVIL = "<script>alert(1)</script>|![x](data:,)\x00\u202e\ud800`\"'&amp;"
NAME = "<img src=x onerror=alert(1)>"
KEYS = {"schema", "decision", "verb"}


def poison(value: Any, key: str = "") -> Any:
    """The document with every piece of free text replaced or extended."""
    if isinstance(value, dict):
        return {k: poison(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poison(each, key) for each in value]
    free = {
        "sentence",
        "reason",
        "why",
        "who",
        "where",
        "input",
        "answered",
        "expected",
        "name",
        "term",
        "places",
        "labels",
        "summary",
    }
    return EVIL if isinstance(value, str) and key in free else value


@pytest.fixture
def hostile(write):
    """The report of a model whose every text is hostile, its own name too."""
    files = {
        path: poison(document) if isinstance(document, dict) else document
        for path, document in stories.promoted().items()
    }
    files["training.json"]["winner"] = EVIL
    files["release/card.md"] = (
        f"# {EVIL}\n\n- **{EVIL}**\n\n| a |\n|---|\n| {EVIL.split('|')[0]} |\n\n[x](javascript:alert(1))\n"
    )
    files["release/reference.json"]["features"][EVIL] = files["release/reference.json"]["features"].pop("words")
    files["release/card.md"] = files["release/card.md"].replace("\ud800", "")
    entries = [
        {**entry, "model": NAME, "why": EVIL, "who": EVIL, "evidence": poison(entry["evidence"])}
        for entry in stories.ledger()
    ]
    return write(files, NAME, entries)


def test_html_shows_it_as_text(hostile) -> None:
    [page] = [path for path in hostile.files if path.suffix == ".html" and path.name != "index.html"]
    text = page.read_text(encoding="utf-8")
    assert against_policy(text) == []
    assert "<script>alert(1)</script>" in hostile.html(page.stem).text
    assert {image["src"].split("/")[0] for image in hostile.html(page.stem).all("img")} == {"charts"}
    assert [a["href"][0] for a in hostile.html(page.stem).all("a") if a["href"] != "index.html"] == ["#"] * 17
    assert "⟨U+202E⟩" in text
    assert "\x00" not in text


def test_svg_shows_it_as_text(hostile) -> None:
    charts = [path for path in hostile.files if path.suffix == ".svg"]
    roots = [ET.fromstring(path.read_text(encoding="utf-8")) for path in charts]
    assert all(not element.tag.endswith("script") for root in roots for element in root.iter())
    assert any("<script>alert" in (element.text or "") for root in roots for element in root.iter())


def test_markdown_shows_it_as_text(hostile) -> None:
    for path in hostile.files:
        if path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
            assert "<" not in text
            assert not re.search(r"(?<!\\)\]\((data|javascript):", text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("<b>", "&lt;b&gt;"),
        ("tfidf_logreg", "tfidf_logreg"),
        ("_so_", r"\_so\_"),
        ("**x**", r"\*\*x\*\*"),
        ("# no heading", r"\# no heading"),
        ("1. no list", r"1\. no list"),
        ("- no list", r"\- no list"),
        ("[x](y)", r"\[x\](y)"),
        ("a\n\nb", "a b"),
        ("0.815 [0.801, 0.830]", r"0.815 \[0.801, 0.830\]"),
    ],
)
def test_markdown_escapes(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_very_long_case_is_cut_and_counted(write) -> None:
    files = stories.promoted()
    files["evaluation.json"]["cases"] = [
        {"input": "x" * 100_000, "kind": "long", "expected": "a", "answered": "b", "passed": False}
    ]
    report = write(files)
    assert "(100,000 characters)" in report.text("sentiment.html")
    assert len(report.text("sentiment.html")) < 100_000
