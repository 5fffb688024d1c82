"""What the project is called stands in project.toml and nowhere else, so that a fork renames it with one edit."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path


def places_of(name: str, root: Path, files: tuple[Path, ...]) -> list[str]:
    """Paths and lines that hold the name as a word."""
    word = re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", re.IGNORECASE)
    found = [f"{path.relative_to(root)}: its path" for path in files if word.search(str(path.relative_to(root)))]
    for path in files:
        lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
        found += [f"{path.relative_to(root)}:{at}" for at, line in enumerate(lines, 1) if word.search(line)]
    return found


def test_the_name_stands_in_project_toml_only(repository):
    name = tomllib.loads((repository.root / "project.toml").read_text())["name"]
    [place] = places_of(name, repository.root, repository.files)
    assert place.startswith("project.toml:")


def test_a_second_place_is_seen(tmp_path):
    (tmp_path / "metrics.py").write_text("x = 1\nTOTAL = 'floodgate_requests_total'\n")
    (tmp_path / "floodgate.md").write_text("")
    files = tuple(sorted(tmp_path.iterdir()))
    assert places_of("floodgate", tmp_path, files) == ["floodgate.md: its path", "metrics.py:2"]
