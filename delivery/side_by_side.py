"""Several models at once: one process each, their lines behind the model's name."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, cast

from rich.console import Console
from rich.text import Text

from delivery.targets.processes import die_with_parent

COLOURS = ("cyan", "magenta", "green", "yellow", "blue")


def run_side_by_side(commands: Mapping[str, Sequence[str]], folder: Path) -> dict[str, int]:
    """Runs each command in `folder` and returns the exit codes by name; an interruption ends all of them."""
    width = max(map(len, commands))
    running: dict[str, subprocess.Popen[str]] = {}
    relays: list[threading.Thread] = []
    try:
        for number, (name, command) in enumerate(commands.items()):
            prefix = (f"{name:{width}} | ", COLOURS[number % len(COLOURS)])
            process = running[name] = start(command, folder)
            for lines, to in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
                relays.append(relay(cast(IO[str], lines), prefix, to))
        return {name: process.wait() for name, process in running.items()}
    finally:
        end(running.values())
        for thread in relays:
            thread.join()


def start(command: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """A process whose lines come through pipes; it ends when this one is killed."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        text=True,
        encoding="utf-8",
        errors="replace",
        preexec_fn=partial(die_with_parent, os.getpid()),
    )


def relay(lines: IO[str], prefix: tuple[str, str], to: IO[str]) -> threading.Thread:
    """Passes lines on, each behind the prefix and in one write, until the process closes its end."""
    console = Console(file=to, highlight=False, soft_wrap=True)

    def pass_on() -> None:
        with lines:
            for line in lines:
                console.print(Text.assemble(prefix, line.rstrip("\n")))
                to.flush()

    thread = threading.Thread(target=pass_on)
    thread.start()
    return thread


def end(processes: Collection[subprocess.Popen[str]]) -> None:
    """Ends what still runs, as Ctrl-C would, and waits for it."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        process.wait()
