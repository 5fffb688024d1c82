"""A clone of this repository in a folder of its own: what a newcomer has, and the commands they type there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.missing import require

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"MAKE|MFLAGS|PYTEST_|COVERAGE|DELIVERY_|MODEL|VIRTUAL_ENV$|PYTHON(?!UNBUFFERED)")
"""Variables that whoever runs the tests may have set and a newcomer has not."""
AUTHOR = ("-c", "user.name=A person", "-c", "user.email=person@example.org", "-c", "commit.gpgsign=false")
CALL_SECONDS = 900


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit code and all that it printed."""

    code: int
    said: str


def hear_ctrl_c() -> None:
    """What a shell starts in the background ignores SIGINT, and all that it starts does so too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Checkout:
    """A clone whose models answer on free ports."""

    folder: Path

    def start(self, *command: str, cwd: Path | None = None, **variables: str) -> subprocess.Popen[str]:
        """A command in the clone, its output in one pipe."""
        kept = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        return subprocess.Popen(
            command,
            cwd=cwd or self.folder,
            env=kept | {"PYTHON": sys.executable} | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=hear_ctrl_c,
        )

    def call(self, *command: str, wanted: int | None = 0, cwd: Path | None = None, **variables: str) -> Done:
        """A command run to its end; no traceback may ever show, whatever the exit code."""
        process = self.start(*command, cwd=cwd, **variables)
        said = process.communicate(timeout=CALL_SECONDS)[0]
        assert wanted in (None, process.returncode), f"{command} ended with {process.returncode}:\n{said}"
        assert "Traceback" not in said, said
        return Done(process.returncode, said)

    def make(self, *words: str, wanted: int | None = 0, **variables: str) -> str:
        """`make WORDS`; what it printed. Whatever fails, make itself ends with 2."""
        return self.call("make", *words, wanted=wanted, **variables).said

    def deliver(self, *words: str, wanted: int | None = 0, **variables: str) -> str:
        """`python -m delivery WORDS`, whose exit codes mean something; what it printed."""
        return self.call(".venv/bin/python", "-m", "delivery", *words, wanted=wanted, **variables).said

    def git(self, *words: str) -> str:
        """`git WORDS`."""
        return self.call("git", *AUTHOR, *words).said

    def commit(self, why: str) -> None:
        """All that has changed, as a commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", why)

    def patch_server(self, comment: str) -> None:
        """A harmless commit that makes another release of every model: a comment in the code that answers."""
        with (self.folder / "serving" / "__init__.py").open("a", encoding="utf-8") as file:
            file.write(f"\n# {comment}\n")
        self.commit(comment)

    def read(self, file: str) -> Any:
        """A JSON document of the clone."""
        return json.loads((self.folder / file).read_text(encoding="utf-8"))

    def champion(self, model: str) -> str | None:
        """The release that production should run."""
        state = self.read("var/target.json")["models"].get(model)
        return state["stable"] if state else None

    def url(self, model: str) -> str:
        """Where the model answers."""
        return f"http://127.0.0.1:{self.read('var/target.json')['models'][model]['port']}"

    def ledger(self) -> list[dict[str, Any]]:
        """The ledger's entries, oldest first."""
        lines = (self.folder / "var" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


@contextmanager
def cloned(folder: Path) -> Iterator[Checkout]:
    """A clone of what is committed here; whatever it started is ended afterwards."""
    require(shutil.which("git") is not None, "git is not installed")
    require((ROOT / ".git").exists(), f"{ROOT} is no git repository, so there is nothing to clone")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True, capture_output=True)
    checkout = Checkout(folder)
    settings = folder / "project.toml"
    settings.write_text(re.sub(r"(?m)^base_port *= *\d+", "base_port = 0", settings.read_text()))
    checkout.commit("Any free port")
    link_environment(folder)
    with ended(checkout):
        yield checkout


@contextmanager
def copied(source: Checkout, folder: Path) -> Iterator[Checkout]:
    """A copy of a clone with all that it built, but nothing in production."""
    shutil.copytree(source.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("var", "demo"))
    checkout = Checkout(folder)
    with ended(checkout):
        yield checkout


@contextmanager
def ended(checkout: Checkout) -> Iterator[None]:
    """Production is stopped at the end, and nothing that runs from the folder is left."""
    try:
        yield
    finally:
        checkout.call(".venv/bin/python", "-m", "delivery", "stop", wanted=None)


def link_environment(folder: Path) -> None:
    """The environment that is here already, where it was made from the same lock; else make sets one up."""
    ready = ROOT / ".venv" / "ready"
    lock = hashlib.sha256((folder / "requirements.txt").read_bytes()).hexdigest()
    mark = f"{lock} {sys.version_info[0]}.{sys.version_info[1]}\n"
    if ready.exists() and ready.read_text() == mark:
        (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
