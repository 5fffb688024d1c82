"""A built image has to answer its release's samples exactly, and to stop when told to, before it is pushed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from delivery.errors import Broken, Refused
from delivery.images import Started
from delivery.staging import differing

INSIDE = Path(__file__).with_name("inside.py")
READY_SECONDS = 60.0
SHOWN, LAST_LINES = 3, 12


def prove(started: Started, folder: Path) -> str:
    """Ask a started image the samples of the sealed release in `folder`, then stop it; Refused says what was wrong."""
    release = _read(folder / "release.json")
    who = f"{release['model']}: the image of release {release['identity']}"
    answer = _ask(started, who)
    if answer["release"] != release["identity"]:
        raise Refused(f"{who} answers as release {answer['release']}")
    samples, labels = _read(folder / "samples.json"), _read(folder / "schema.json")["labels"]
    wrong = differing(samples["predictions"], answer["predictions"], labels)
    count = len(samples["instances"])
    if wrong:
        shown = "; ".join(wrong[:SHOWN])
        raise Refused(f"{who} answers its {count} samples otherwise than sealed, {len(wrong)} differences: {shown}")
    code = started.stop()
    if code != 0:
        raise Refused(f"{who} ended with exit code {code} on SIGTERM, wanted 0; it wrote last:\n{_tail(started)}")
    return f"{who} answers its {count} samples exactly, and stops when told to"


def _ask(started: Started, who: str) -> dict[str, Any]:
    try:
        printed = started.execute(["python", "-c", INSIDE.read_text(encoding="utf-8"), str(READY_SECONDS)])
        answer: dict[str, Any] = json.loads(printed)
    except (Broken, ValueError) as problem:
        raise Refused(f"{who} does not answer: {problem}; it wrote last:\n{_tail(started)}") from None
    return answer


def _tail(started: Started) -> str:
    return "\n".join(started.log().strip().splitlines()[-LAST_LINES:])


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
