"""Writing the report: pages in HTML and Markdown, one style sheet, charts as files of their own."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from report import markdown
from report.pages import write_index, write_page
from report.reading import read_build
from report.text import visible

HERE = Path(__file__).parent


def render(build: Path, ledger: Path | None, out: Path, *, project: str) -> list[Path]:
    """Write the report of every model under `build` into `out`; returns the files written.

    `ledger` is the ledger's JSON lines, or None for pages without a history. Nothing is written unless everything
    could be read. Raises ReportError with the file that is broken.
    """
    pages = [write_page(model) for model in read_build(build, ledger)]
    index = write_index(project, pages)
    html = environment()
    files = {"report.css": (HERE / "report.css").read_text(encoding="utf-8")}
    for page in pages:
        files |= page.charts
        files[f"{page.stem}.html"] = html.get_template("model.html").render(project=project, page=page)
        files[f"{page.stem}.md"] = markdown.write_page(project, page)
    files["index.html"] = html.get_template("index.html").render(project=project, index=index)
    files["index.md"] = markdown.write_index(index)
    return [_write(out / path, text) for path, text in files.items()]


def environment() -> Environment:
    """Jinja with every value escaped and nothing undefined; `visible` spells out characters that would hide."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


def _write(path: Path, text: str) -> Path:
    """Write beside the file and put it in its place, so that no reader meets half a page.

    Without fsync: a report that a power failure takes is written anew from the same files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.partial")
    beside.write_text(text, encoding="utf-8", errors="replace")
    beside.replace(path)
    return path
