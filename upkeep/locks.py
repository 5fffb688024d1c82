"""The locks that `make lock` makes, in its order."""

from __future__ import annotations

from pathlib import Path

LOCKS = (
    "serving/requirements.txt",
    "serving/requirements-fallback.txt",
    "requirements.txt",
    "upkeep/requirements.txt",
)


def part_of(lock: str) -> str:
    """`serving`, `serving-fallback`, `upkeep`; `training` for the one at the top."""
    path = Path(lock)
    return (path.parent.name or "training") + path.stem.removeprefix("requirements")
