"""Outcomes outlive the run: one that was interrupted goes on where it was, one without a change tries nothing again."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model.documents import find_json, write_json
from prove.commits import Commit, Outcome, Refusal

ROOMS = ("model", "serving", "prove")
NO_CODE = (".pyc", ".skops")


def key_of(root: Path) -> str:
    """What an outcome depends on: every file of the rooms that it runs, data included, and the lock."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    files = sorted(path for room in ROOMS for path in (root / room).rglob("*") if path.is_file())
    for path in files:
        if not path.name.endswith(NO_CODE):
            digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def remember(outcome: Outcome, key: str, scratch: Path) -> None:
    """Leave it, unless the commit could not even be tried."""
    if not any(each.kind == "broken" for each in outcome.refusals):
        write_json(_file(outcome.name, scratch), {"schema": 1, "key": key, "outcome": asdict(outcome)})


def recall(commit: Commit, key: str, scratch: Path) -> Outcome | None:
    """What was said of the commit the last time, where nothing has changed since."""
    known = find_json(_file(commit.name, scratch))
    return _outcome(known["outcome"]) if known and known["key"] == key else None


def _outcome(document: dict[str, Any]) -> Outcome:
    refusals, alone = document["refusals"], document["without_champion"]
    return Outcome(
        document["name"],
        tuple(Refusal(**each) for each in refusals),
        None if alone is None else tuple(Refusal(**each) for each in alone),
        document["gated"],
        document["seconds"],
    )


def _file(name: str, scratch: Path) -> Path:
    return scratch / "outcomes" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"
