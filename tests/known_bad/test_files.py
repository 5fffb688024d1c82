"""Edits of what travels in a contender do what they say, or say that they cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prove.files import appended, in_code, stricter, unbounded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    field = {"name": "area", "minimum": 10, "maximum": 90}
    (tmp_path / "schema.json").write_text(json.dumps({"api": 1, "fields": [field]}))
    (tmp_path / "text.py").write_text("def lower(text):\n    return text.lower()\n")
    return tmp_path


def schema(folder: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads((folder / "schema.json").read_text())
    return document


def test_a_line_of_code_is_exchanged(folder: Path) -> None:
    in_code("text.py", "text.lower()", "text")(folder)
    assert (folder / "text.py").read_text().endswith("return text\n")


def test_a_line_that_is_gone_is_said(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"text.py: the line that this commit edits is not there any more"):
        in_code("text.py", "text.upper()", "text")(folder)


def test_a_field_loses_its_range(folder: Path) -> None:
    unbounded("area")(folder)
    assert schema(folder) == {"api": 1, "fields": [{"name": "area", "minimum": None, "maximum": None}]}


def test_a_stricter_field_is_announced(folder: Path) -> None:
    stricter("area", 40)(folder)
    assert schema(folder) == {"api": 2, "fields": [{"name": "area", "minimum": 40, "maximum": 90}]}


def test_a_comment_is_appended(folder: Path) -> None:
    appended("text.py", "# said\n")(folder)
    assert (folder / "text.py").read_text().endswith("# said\n")
