"""`check`: what must hold of the rows before anything is learned from them."""

from __future__ import annotations

import argparse
import hashlib
import json
from typing import Any

from delivery.champions import note_refusal, present_champion
from delivery.errors import Refused
from delivery.junit import Case, write_junit
from delivery.progress import tell
from delivery.rows import fetch_rows
from delivery.work import Work
from model.checks import check_dataset
from model.data import DataError, load
from model.training import key_of


def check(work: Work, _call: argparse.Namespace) -> None:
    """Fetches the rows where project.toml says so, checks them and leaves check.json."""
    source = fetch_rows(work)
    champion = champion_data(work)
    key = key_of_check(work, source, champion)
    document = work.find("check.json")
    if document is None or key is None or document.get("key") != key:
        report = check_dataset(work.spec, work.root, champion["profile"] if champion else None, source)
        before, document = failures(document or {"checks": []}), {**report.document(), "key": key}
        if (failed := failures(document)) and failed != before:
            note_refusal(work.settings, work.name, None, f"check: {'; '.join(one['sentence'] for one in failed)}")
        work.leave("check.json", document)
        tell(f"check: {report_line(document)}")
    else:
        tell(f"check: nothing new, {report_line(document)}")
    write_junit(work.root / "build", "check", work.name, cases_of(document))
    require_passed(work, document)


def champion_data(work: Work) -> dict[str, Any] | None:
    """The hash and the profile of the rows that the champion was trained on; None where there is no champion."""
    champion = present_champion(work.settings, work.name)
    if champion is None:
        return None
    release = json.loads((champion.folder / "release.json").read_text(encoding="utf-8"))
    data: dict[str, Any] = release["data"]
    return data


def key_of_check(work: Work, source: Any, champion: dict[str, Any] | None) -> str | None:
    """What the checks depend on: rows, code, the model's files, lock, the champion's profile; None for unreadable rows.

    A champion of these very rows has nothing to say of them: its promotion is no reason to check them again.
    """
    try:
        data = load(work.spec, work.root, source)
    except DataError:
        return None
    profile = champion["profile"] if champion and champion["sha256"] != data.sha256 else None
    rows_and_code = key_of(work.root, work.spec, data)
    return hashlib.sha256((rows_and_code + json.dumps(profile, sort_keys=True)).encode()).hexdigest()


def report_line(document: dict[str, Any]) -> str:
    """How many checks hold, of how many rows."""
    held = sum(one["passed"] for one in document["checks"])
    rows = document["rows"]
    counted = f" ({rows['train']:,} rows to learn from, {rows['holdout']:,} held out)" if rows else ""
    return f"{held} of {len(document['checks'])} checks hold{counted}"


def cases_of(document: dict[str, Any]) -> list[Case]:
    """A JUnit case a check."""
    return [
        Case(one["name"], None if one["passed"] else one["sentence"], properties={"places": "; ".join(one["places"])})
        for one in document["checks"]
    ]


def failures(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks that say no."""
    return [one for one in document["checks"] if not one["passed"]]


def require_passed(work: Work, document: dict[str, Any]) -> None:
    """Refused where a check failed; each failed one is told with its places."""
    failed = failures(document)
    for one in failed:
        tell(f"check: no: {one['sentence']}" + "".join(f"\n  {place}" for place in one["places"]))
    if failed:
        names = ", ".join(one["name"] for one in failed)
        raise Refused(f"{work.name}: check refused the rows: {names} (build/{work.name}/check.json)")
