"""Every relative link of every Markdown file leads to a file, and to a heading where it names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
OUTSIDE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def dead_links(file: Path, root: Path) -> Iterator[str]:
    """Links that lead nowhere, as `file: link`."""
    for link in LINK.findall(prose(file)):
        if OUTSIDE.match(link):
            continue
        path, _, heading = unquote(link).partition("#")
        target = (file.parent / path).resolve() if path else file
        lost = not target.exists() or (heading and target.suffix == ".md" and heading not in headings(target))
        if lost:
            yield f"{file.relative_to(root)}: {link}"


def prose(file: Path) -> str:
    """The text without its code blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", file.read_text(encoding="utf-8")))


def headings(file: Path) -> set[str]:
    """The anchors that a forge makes of the headings."""
    titles = re.findall(r"^#+\s+(.+?)\s*#*$", FENCE.sub("", file.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere(repository):
    documents = [path for path in repository.files if path.suffix == ".md"]
    assert documents
    assert [link for path in documents for link in dead_links(path, repository.root)] == []


def test_a_dead_link_is_seen(tmp_path):
    (tmp_path / "there.md").write_text("# A heading, `code` and all\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md) [b](gone.md) [c](there.md#a-heading-code-and-all) [d](there.md#other)\n"
        "[e](https://example.org/x) `[f](no-link)`\n```\n[g](no-link)\n```\n"
    )
    assert list(dead_links(page, tmp_path)) == ["page.md: gone.md", "page.md: there.md#other"]
