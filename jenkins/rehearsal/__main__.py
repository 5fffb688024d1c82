"""`python -m jenkins.rehearsal [SITUATION ...]`: the Jenkinsfile with this repository's real commands, on this machine.

Everything happens in build/rehearsal/: a copy of the checkout with a production of its own on free ports. `make test`
is the check of the Jenkinsfile alone there, for the tests run by themselves. What happened in each situation and its
log stay beside the copy.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jenkins.rehearsal.listening import listening
from jenkins.rehearsal.plays import PLAYS, Play
from jenkins.rehearsal.running import NoGroovy, Rehearsal, Situation, read_log, rehearse
from jenkins.rehearsal.telling import tell_story
from jenkins.rehearsal.workspace import ROOT, git, holding, models_of, set_up

MARKED = {name: f"marked-secret-of-{name}" for name in ("deployer", "registry", "webhook")}
"""What each credential holds here, so that a search finds it wherever it shows."""
BESIDE = ("approve", "audit", "update")


def main(names: list[str]) -> int:
    """Plays each situation and prints how it ended; 1 where one ended otherwise than it should."""
    unknown = [name for name in names if name not in PLAYS]
    if unknown:
        print(f"rehearsal: {unknown[0]} is no situation, wanted some of: {', '.join(PLAYS)}", file=sys.stderr)
        return 2
    folder = set_up(ROOT / "build" / "rehearsal")
    try:
        with listening(MARKED["webhook"]) as (webhook, received):
            secrets = MARKED | {"webhook": webhook}
            wrong = [name for name in names or PLAYS if not played(name, folder, secrets, received)]
    except NoGroovy as problem:
        print(f"rehearsal: {problem}", file=sys.stderr)
        return 3
    finally:
        subprocess.run(["make", "stop"], cwd=folder, check=False)
    return 1 if wrong else 0


def played(name: str, folder: Path, secrets: Mapping[str, Any], received: list[dict[str, Any]]) -> bool:
    """One situation, told in three lines; whether it ended as it should."""
    what = PLAYS[name]
    if len(models_of(folder)) < what.models:
        print(f"--  {name:19} not played: it takes {what.models} models", flush=True)
        return True
    before = len(received)
    seen = play(name, what, folder, secrets)
    way = [stage for stage in seen.ran if stage not in BESIDE]
    leaks = [secret for secret in MARKED.values() if secret in seen.log or any(holding(folder, secret))]
    right = seen.result == what.ends and way[-1:] == [what.last] and not leaks
    print(f"{'ok ' if right else 'NOT'} {name:19} {seen.result:8} {' '.join(way)}", flush=True)
    print(f"    {seen.events[-1].get('description')}", flush=True)
    for told in received[before:]:
        print(f"    webhook: {told['text']}", flush=True)
    for secret in leaks:
        print(f"    {secret} SHOWS in the log or in a file that a verb left", flush=True)
    return right


def play(name: str, what: Play, folder: Path, secrets: Mapping[str, Any]) -> Rehearsal:
    """One situation, with its change to the copy; the story and the log of it stay."""
    git(folder, "checkout", "-q", ".")
    what.changes(folder)
    there = {"ml": str(folder), "deploy": str(folder)}
    situation = Situation(name, there, secrets, keep=tuple(os.environ), **what.asked)
    log = rehearse(folder / "Jenkinsfile", [situation], folder.parent)
    seen = next(read_log(log), Rehearsal(name, [{"result": "broken"}], log))
    story = f"{tell_story(seen)}\n{'-' * 30} the log\n{log}"
    (folder.parent / f"{name.replace(' ', '-')}.log").write_text(story, encoding="utf-8")
    return seen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
