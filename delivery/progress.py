"""How a delivery tells what it does: rich on a terminal, plain lines everywhere else.

The rooms report through one callable, `progress(what)`, which a long step calls for each part of its work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

PLAIN_EVERY_SECONDS = 2.0
"""In CI a line now and then says that work goes on; one a step would bury the rest."""

Progress = Callable[[str], None]


def tell(line: str) -> None:
    """One line for people, at once even into a pipe."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line on standard error."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def progress(verb: str) -> Iterator[Progress]:
    """Shows what is being done while the block runs: one changing line on a terminal, some lines elsewhere."""
    console = Console(highlight=False)
    if not console.is_terminal:
        yield Lines(verb)
        return
    with console.status(verb) as status:
        yield lambda what: status.update(f"{verb}: {what}")


class Lines:
    """Progress as lines, none of them sooner than some seconds after the one before."""

    def __init__(self, verb: str, every_seconds: float = PLAIN_EVERY_SECONDS) -> None:
        self.verb = verb
        self.every_seconds = every_seconds
        self.told_at = time.monotonic()

    def __call__(self, what: str) -> None:
        """Tells what is being done, unless the last line is too recent."""
        now = time.monotonic()
        if now - self.told_at >= self.every_seconds:
            self.told_at = now
            tell(f"{self.verb}: {what}")
