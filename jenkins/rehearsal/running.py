"""Starts the Groovy runtime on situations and reads its events."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MARK = "### "
Event = Mapping[str, Any]


class NoGroovy(RuntimeError):
    """There is no groovy on this machine."""


@dataclass(frozen=True)
class Situation:
    """A build as Jenkins would start it. `workspaces` are folders by agent label, `keep` names variables to pass on."""

    name: str
    workspaces: Mapping[str, str]
    credentials: Mapping[str, Any]
    """By id: a text, or {user, password}."""
    branch: str = "main"
    change: str | None = None
    cause: str = "BranchEventCause"
    approve: bool = True
    approver: str = "ada"
    previous: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    """What a trigger contributes to the build."""
    keep: Sequence[str] = ("HOME", "LANG")
    path: str = field(default_factory=lambda: os.environ["PATH"])
    """Where the shells look for programs."""


@dataclass
class Rehearsal:
    """What happened: the events in their order, and everything that was printed."""

    name: str
    events: list[Event] = field(default_factory=list)
    log: str = ""

    def values(self, key: str) -> list[Any]:
        """Every event's value of a key, in order."""
        return [event[key] for event in self.events if key in event]

    @property
    def result(self) -> str:
        """How the build ended; `broken` where the runtime did not come to its end."""
        return str(self.events[-1].get("result", "broken")) if self.events else "broken"

    @property
    def ran(self) -> list[str]:
        """Stages that ran a command, in order."""
        stages = [event["stage"] for event in self.events if "sh" in event]
        return list(dict.fromkeys(stage for stage in stages if not stage.startswith("(")))


def rehearse(jenkinsfile: Path, situations: Sequence[Situation], scratch: Path) -> str:
    """Runs each situation in turn, in one Groovy, and returns the log; raises NoGroovy where there is none."""
    groovy = shutil.which("groovy")
    if groovy is None:
        raise NoGroovy("no groovy here; on Debian and Ubuntu: apt-get install groovy")
    files = [scratch / f"{at}.json" for at in range(len(situations))]
    for file, situation in zip(files, situations, strict=True):
        file.write_text(json.dumps(asdict(situation)), encoding="utf-8")
    command = [groovy, "-cp", str(HERE), str(HERE / "rehearse.groovy"), str(jenkinsfile), *map(str, files)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout


def read_log(log: str) -> Iterator[Rehearsal]:
    """The rehearsals of a log; what was printed before the first belongs to none."""
    now: Rehearsal | None = None
    for line in log.splitlines():
        event = json.loads(line.removeprefix(MARK)) if line.startswith(MARK) else None
        if event and "situation" in event:
            if now:
                yield now
            now = Rehearsal(event["situation"])
        elif now:
            now.events += [event] if event else []
        if now:
            now.log += line + "\n"
    if now:
        yield now
