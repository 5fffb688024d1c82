"""`python -m jenkins.rehearsal [SITUATION ...]`: the Jenkinsfile with this repository's real commands, on this machine.

Everything happens in build/rehearsal/: a copy of the checkout with a production of its own on free ports. `make test`
is the check of the Jenkinsfile alone there, for the tests run by themselves. The log of each situation stays beside
the copy.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jenkins.rehearsal.running import NoGroovy, Rehearsal, Situation, read_log, rehearse

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {name: f"marked-secret-of-{name}" for name in ("deployer", "registry")} | {"webhook": ""}
KILLED = "stable_serving"
"""After which visible write of a promotion the killed delivery dies (delivery/journal.py)."""


@dataclass(frozen=True)
class Play:
    """A situation: how the build is asked for, what the commit changed, how it has to end and where."""

    ends: str
    last: str
    """The last verb of the way that runs."""
    changes: Callable[[Path], None] = lambda folder: None
    asked: Mapping[str, Any] = field(default_factory=dict)


def edit(path: Path, pattern: str, by: str) -> None:
    """The first place of a file that matches."""
    text, count = re.subn(pattern, by, path.read_text(encoding="utf-8"), count=1)
    if count != 1:
        raise SystemExit(f"rehearsal: {path} has no {pattern}")
    path.write_text(text, encoding="utf-8")


def refused(*models: str) -> Callable[[Path], None]:
    """A floor that nobody reaches, in the specs of these models."""

    def change(folder: Path) -> None:
        for model in models:
            floor = r'(Gate\("floor", "(?:accuracy|r2)", at_least=)[\d.]+'
            edit(folder / "model" / "library" / model / "spec.py", floor, r"\g<1>0.999")

    return change


def patched(folder: Path) -> None:
    """A patched server: another release of every model."""
    with (folder / "serving" / "__init__.py").open("a", encoding="utf-8") as code:
        code.write(f"\n# Patched for {folder.name}.\n")


def killed(folder: Path) -> None:
    """A new release whose promotion is killed once it serves."""
    patched(folder)
    edit(folder / "Makefile", r"(\npromote:.*\n\t@)", rf"\g<1>DELIVERY_KILL_AFTER={KILLED} ")


def asking(folder: Path) -> None:
    """Another release, and a policy that wants a person's yes."""
    with (folder / "serving" / "__init__.py").open("a", encoding="utf-8") as code:
        code.write("\n# Patched, and to be approved.\n")
    edit(folder / "project.toml", r'(?m)^policy = "never"', 'policy = "always"')


BOTH = ("house_price", "sentiment")
PLAYS = {
    "main": Play("SUCCESS", "promote"),
    "pull request": Play("SUCCESS", "release", asked={"change": "12"}),
    "gate refused": Play("FAILURE", "gate", refused(*BOTH)),
    "one of two refused": Play("UNSTABLE", "promote", refused("house_price")),
    "deploy failing": Play("FAILURE", "promote", killed),
    "approval refused": Play("ABORTED", "image", asking, {"approve": False}),
    "approval given": Play("SUCCESS", "promote", asking),
    "scheduled": Play("SUCCESS", "promote", asked={"cause": "TimerTrigger"}),
}


def main(names: list[str]) -> int:
    """Plays each situation and prints how it ended; 1 where one ended otherwise than it should."""
    unknown = [name for name in names if name not in PLAYS]
    if unknown:
        print(f"rehearsal: {unknown[0]} is no situation, wanted some of: {', '.join(PLAYS)}", file=sys.stderr)
        return 2
    folder = set_up(ROOT / "build" / "rehearsal")
    wrong = 0
    try:
        for name in names or PLAYS:
            seen = play(name, PLAYS[name], folder)
            way = [stage for stage in seen.ran if stage != "approve"]
            right = seen.result == PLAYS[name].ends and way[-1] == PLAYS[name].last and not leaks(seen)
            wrong += not right
            print(f"{'ok ' if right else 'NOT'} {name:19} {seen.result:8} {' '.join(way)}", flush=True)
            print(f"    {seen.events[-1].get('description')}", flush=True)
    except NoGroovy as problem:
        print(f"rehearsal: {problem}", file=sys.stderr)
        return 3
    finally:
        subprocess.run(["make", "stop"], cwd=folder, check=False)
    return 1 if wrong else 0


def leaks(seen: Rehearsal) -> list[str]:
    """Credentials that show in the log."""
    return [name for name, secret in SECRETS.items() if secret and secret in seen.log]


def set_up(scratch: Path) -> Path:
    """The copy, committed, on free ports, with what was learned here already."""
    folder = scratch / "workspace"
    if (folder / "Makefile").exists():
        subprocess.run(["make", "stop"], cwd=folder, check=False)
    shutil.rmtree(scratch, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    git(folder, "init", "-q", "-b", "main")
    (folder / ".git" / "info" / "exclude").write_text(".venv\n")
    edit(folder / "project.toml", r"(?m)^base_port = \d+", "base_port = 0")
    edit(folder / "Makefile", r"(\ntest:.*\n\t@)\$\(DELIVERY\) test", r"\g<1>$(RUN) jenkins.checking Jenkinsfile")
    # The environment is this checkout's, and nothing in the copy may make it anew.
    makefile = folder / "Makefile"
    makefile.write_text(makefile.read_text(encoding="utf-8").replace(": .venv/ready", ":"), encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "rehearsed")
    for model in BOTH:
        if (ROOT / "build" / model / "training.json").exists():
            shutil.copytree(ROOT / "build" / model / "fitted", folder / "build" / model / "fitted")
            shutil.copy(ROOT / "build" / model / "training.json", folder / "build" / model)
    return folder


def git(folder: Path, *words: str) -> None:
    """A git command in the copy, which has to go well."""
    who = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


def play(name: str, what: Play, folder: Path) -> Rehearsal:
    """One situation, with its change to the copy."""
    git(folder, "checkout", "-q", ".")
    what.changes(folder)
    there = {"ml": str(folder), "deploy": str(folder)}
    situation = Situation(name, there, SECRETS, keep=tuple(os.environ), **what.asked)
    log = rehearse(folder / "Jenkinsfile", [situation], folder.parent)
    (folder.parent / f"{name.replace(' ', '-')}.log").write_text(log, encoding="utf-8")
    return next(read_log(log), Rehearsal(name, [{"result": "broken"}], log))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
