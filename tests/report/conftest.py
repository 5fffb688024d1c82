"""A build folder with a model for each way a delivery can end, and the report written from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from report import render
from tests.report import stories
from tests.report.pages import Html, read_html

Write = Callable[..., Path]


@dataclass(frozen=True)
class Written:
    """A report on the disk."""

    out: Path
    files: list[Path]

    def html(self, name: str) -> Html:
        """A page, parsed."""
        return read_html(self.text(f"{name}.html"))

    def text(self, name: str) -> str:
        """A file's text."""
        return (self.out / name).read_text(encoding="utf-8")


def write_build(build: Path, models: Mapping[str, Mapping[str, Any]]) -> Path:
    """Every document of every model into its folder."""
    for model, documents in models.items():
        for path, document in documents.items():
            file = build / model / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return build


def write_ledger(path: Path, entries: list[dict[str, Any]]) -> Path:
    """The ledger as JSON lines."""
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of all stories, with a verified ledger."""
    root = tmp_path_factory.mktemp("report")
    build = write_build(root / "build", {name: story() for name, story in stories.STORIES.items()})
    (build / "ledger.json").write_text('{"schema": 1, "verified": true, "sentence": "4 entries, head as recorded"}')
    (build / "dora.json").write_text(json.dumps(stories.keys()))
    ledger = write_ledger(root / "ledger.jsonl", stories.ledger())
    return Written(root / "out", render(build, ledger, root / "out", project="Acme models"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Written]:
    """Writes the report of one model of one's own making."""

    def _write(
        files: Mapping[str, Any], name: str = "sentiment", entries: list[dict[str, Any]] | None = None
    ) -> Written:
        build = write_build(tmp_path / "build", {name: files})
        ledger = None if entries is None else write_ledger(tmp_path / "ledger.jsonl", entries)
        return Written(tmp_path / "out", render(build, ledger, tmp_path / "out", project="Acme models"))

    return _write
