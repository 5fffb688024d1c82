"""Where the text of a ledger lies: in a file on this machine, or wherever else it can be read and added to."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from delivery.files import exclusive
from delivery.journal import Write, visible


class Lines(Protocol):
    """A text that grows by whole lines; its `str` is its name in sentences."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else adds lines meanwhile."""

    def text(self) -> str:
        """All lines, each ended by a line feed, but perhaps the last."""

    def append(self, line: str) -> None:
        """Add a line, durable when this returns."""

    def cut_half(self, line: str) -> int:
        """Remove what a killed writer left of this line at the end, and nothing else; how many bytes that were."""


@dataclass(frozen=True)
class FileLines:
    """Lines in a file, safe against other processes of this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def alone(self) -> AbstractContextManager[None]:
        """Holds a lock file beside the file."""
        return exclusive(self.path.with_suffix(".lock"))

    def text(self) -> str:
        """The file; bytes that are no UTF-8 are shown as such, for `verify` to find."""
        return self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""

    def append(self, line: str) -> None:
        """Writes in two parts, so that a test can kill the process between them."""
        data = line.encode()
        with self.path.open("ab", buffering=0) as file:
            file.write(data[: len(data) // 2])
            visible(Write.LEDGER_HALF_WRITTEN)
            file.write(data[len(data) // 2 :])
            os.fsync(file.fileno())
        visible(Write.LEDGER_APPENDED)

    def cut_half(self, line: str) -> int:
        """Truncates the file where its unfinished last line is the beginning of `line`."""
        data = self.path.read_bytes() if self.path.exists() else b""
        rest = data[data.rfind(b"\n") + 1 :]
        if not rest or not line.encode().startswith(rest):
            return 0
        with self.path.open("r+b") as file:
            file.truncate(len(data) - len(rest))
            os.fsync(file.fileno())
        return len(rest)
