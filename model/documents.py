"""JSON files that one verb leaves for the next: whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from model.release.documents import replace_content


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Replace a file in one step, without blanks: a scorer is megabytes."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    replace_content(path, content.encode())


def find_json(path: Path) -> dict[str, Any] | None:
    """A file's content; None where it is not there."""
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
