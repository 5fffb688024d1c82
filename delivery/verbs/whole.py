"""`run`, the whole way on this machine, and `stop`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from delivery.commands import WAY
from delivery.opening import open_local, open_target
from delivery.performing import perform
from delivery.progress import tell
from delivery.settings import Settings
from delivery.verbs.moves import require_traffic
from delivery.work import Work


def run(work: Work, call: argparse.Namespace) -> None:
    """Every verb from check to promote; the first refusal ends it. What should serve already comes up first."""
    require_traffic(work.settings)
    open_target(work.settings).open()
    call.again, call.why = False, None
    for verb in WAY:
        if verb.name != "test":
            perform(verb.name, work, call)


def stop(settings: Settings, _call: argparse.Namespace) -> None:
    """Ends all servers, each after its last request; what should run is remembered for the next `run`."""
    ended = open_local(settings).close()
    tell("stop: production is stopped; `run` starts it again" if ended else "stop: nothing was running")


def afterwards(settings: Settings, _verb: str, codes: Mapping[str, int]) -> None:
    """What a person can do now: where each model answers, what to send, where the report lies."""
    target = open_target(settings)
    tell("")
    for model in codes:
        champion = target.current(model)
        if champion is None or champion.url is None:
            tell(f"{model}: {f'{champion.release} in production, stopped' if champion else 'nothing in production'}")
            continue
        url = target.public_url(model)
        tell(f"{model}: {champion.release} in production at {url}/ (open it, or:)")
        tell(f"  curl -s {url}/predict -H 'Content-Type: application/json' -d '{row_of(champion.folder)}'")
    tell(f"\nreport:  {settings.root / 'build' / 'report' / 'index.html'}")
    tell("history: make history   back: make rollback MODEL=...   end: make stop")


def row_of(release: Path) -> str:
    """The shortest of the release's own sample rows, as a request fit for single quotes."""
    samples = json.loads((release / "samples.json").read_text(encoding="utf-8"))["instances"]
    shortest = min((json.dumps({"instances": [one]}) for one in samples), key=len)
    return shortest.replace("'", "\\u0027")
