"""What every page keeps to: Jenkins' content security policy, files and links that exist, headings, captions, words."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import urldefrag
from xml.etree import ElementTree as ET

import pytest

from tests.report.conftest import Written
from tests.report.pages import read_html
from tests.report.stories import STORIES

PAGES = ("index", *STORIES)
SVG = "{http://www.w3.org/2000/svg}"
ALL_SECTIONS = [
    "Gates", "Candidates", "Against the champion", "Figures on the holdout", "Slices", "Where it errs", "Security",
    "Behaviour", "Identity terms", "Canary", "Corrections", "Data checks", "Drift reference",
    "What changed since the champion", "Model card", "Delivery figures", "History",
]  # fmt: skip


def against_policy(text: str) -> list[str]:
    """What `default-src 'none'; img-src 'self'; style-src 'self'` would block in a page."""
    page = read_html(text)
    found = [
        name for name, _ in page.elements if name in {"script", "style", "iframe", "object", "embed", "form", "base"}
    ]
    for name, attributes in page.elements:
        found += [f"{name} {key}" for key in attributes if key == "style" or key.startswith("on")]
        sources = [attributes.get(key, "") for key in ("src", "href", "srcset")]
        found += [f"{name} {source}" for source in sources if re.match(r"\s*(\w+:|//)", source)]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_under_the_policy(written: Written, name: str) -> None:
    assert against_policy(written.text(f"{name}.html")) == []


@pytest.mark.parametrize(
    "bad", ["<p style='color:red'>", "<script></script>", "<style></style>", "<img src='data:,'>", "<p onclick='x'>"]
)
def test_what_the_policy_blocks_is_seen(bad: str) -> None:
    closed = bad + "</p>" if bad.startswith("<p") else bad
    assert len(against_policy(closed)) == 1


@pytest.mark.parametrize("name", PAGES)
def test_links_and_images_lead_somewhere(written: Written, name: str) -> None:
    page = written.html(name)
    targets = [a["href"] for a in page.all("a")] + [link["href"] for link in page.all("link")]
    assert targets
    for target in [*targets, *(image["src"] for image in page.all("img"))]:
        file, anchor = urldefrag(target)
        assert not file or (written.out / file).is_file(), target
        assert not anchor or f'id="{anchor}"' in written.text(file or f"{name}.html")


@pytest.mark.parametrize("name", PAGES)
def test_pages_can_be_heard(written: Written, name: str) -> None:
    page = written.html(name)
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(image["alt"].strip() for image in page.all("img"))
    assert all({"width", "height"} <= set(image) for image in page.all("img"))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("main")) == 1


def test_every_chart_is_a_plain_svg_file(written: Written) -> None:
    charts = sorted(written.out.glob("charts/*.svg"))
    assert len(charts) > 50
    for chart in charts:
        root = ET.fromstring(chart.read_text(encoding="utf-8"))
        assert root.tag == f"{SVG}svg"
        assert (root.findtext(f"{SVG}title") or "").strip()
        for element in root.iter():
            assert element.tag not in {f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image"}
            assert not {"style", "class", "href"} & set(element.attrib)
            assert "nan" not in "".join(element.attrib.values()).lower()


def test_every_chart_is_shown_and_every_file_is_returned(written: Written) -> None:
    shown = {image["src"] for name in PAGES for image in written.html(name).all("img")}
    assert shown == {f"charts/{chart.name}" for chart in written.out.glob("charts/*.svg")}
    on_disk = {path for path in written.out.rglob("*") if path.is_file()}
    assert set(written.files) == on_disk


@pytest.mark.parametrize("name", STORIES)
def test_every_section_is_there_or_says_why_not(written: Written, name: str) -> None:
    page = written.html(name)
    present = [title for tag, title in page.headings if tag == "h2"]
    for title in ALL_SECTIONS:
        assert title in present or f"{title} :" in page.text, title
    assert ("Not in this build" in present) == (len(set(ALL_SECTIONS) - set(present)) > 0)


def test_the_promoted_model_has_every_section(written: Written) -> None:
    titles = [title for tag, title in written.html("sentiment").headings if tag == "h2"]
    assert titles == ALL_SECTIONS


def test_a_verdict_is_a_word_and_a_sign_not_only_a_colour(written: Written) -> None:
    rows = next(table for table in written.html("house_price").tables if table[0][0] == "Verdict")
    assert [row[0] for row in rows[1:4]] == ["✕ refused", "✕ refused", "✓ passed"]
    assert "p-value" not in written.text("house_price.html")


def test_writing_twice_leaves_the_same_bytes(written: Written, write) -> None:
    files = STORIES["sentiment"]()
    first = {path.name: path.read_bytes() for path in write(files).files}
    again = {path.name: path.read_bytes() for path in write(files).files}
    assert {name for name in first if first[name] != again[name]} == set()
    assert not list(written.out.rglob("*.partial"))
