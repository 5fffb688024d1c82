"""The situations: what the commit changed, how its build is asked for, how it has to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jenkins.rehearsal.workspace import add, edit, models_of

KILLED = "stable_serving"
"""After which visible write of a promotion the killed delivery dies (delivery/journal.py)."""
UNREACHED = """
from dataclasses import replace  # noqa: E402

SPEC = replace(SPEC, gates=(*SPEC.gates, Gate("floor", SPEC.gates[0].measure, at_least=1e9, why="rehearsed")))
"""


@dataclass(frozen=True)
class Play:
    """A situation: its result, the last verb of the way that runs, the commit's change, how the build is asked for."""

    ends: str
    last: str
    changes: Callable[[Path], None] = lambda folder: None
    asked: Mapping[str, Any] = field(default_factory=dict)
    models: int = 1
    """How many models it takes."""


def all_refused(folder: Path) -> None:
    """A floor that nobody reaches, for every model."""
    for model in models_of(folder):
        add(folder / "model" / "library" / model / "spec.py", UNREACHED)


def one_refused(folder: Path) -> None:
    """The same for the first model alone."""
    add(folder / "model" / "library" / models_of(folder)[0] / "spec.py", UNREACHED)


def patched(folder: Path, why: str = "Patched.") -> None:
    """A patched server: another release of every model."""
    add(folder / "serving" / "__init__.py", f"# {why}")


def killed(folder: Path) -> None:
    """A new release whose promotion is killed once it serves."""
    patched(folder)
    edit(folder / "Makefile", r"(\npromote:.*\n\t@)", rf"\g<1>DELIVERY_KILL_AFTER={KILLED} ")


def asking(folder: Path) -> None:
    """Another release, and a policy that wants a person's yes."""
    patched(folder, "Patched, and to be approved.")
    edit(folder / "project.toml", r'(?m)^policy = "never"', 'policy = "always"')


PLAYS = {
    "main": Play("SUCCESS", "promote"),
    "pull request": Play("SUCCESS", "release", asked={"change": "12"}),
    "gate refused": Play("FAILURE", "gate", all_refused),
    "one of two refused": Play("UNSTABLE", "promote", one_refused, models=2),
    "deploy failing": Play("FAILURE", "promote", killed),
    "approval refused": Play("ABORTED", "image", asking, {"approve": False}),
    "approval given": Play("SUCCESS", "promote", asking),
    "scheduled": Play("SUCCESS", "promote", asked={"cause": "TimerTrigger"}),
}
