"""Processes known by number and start time: a number alone may belong to somebody else by now."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.05
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
# Loaded here: between fork and exec nothing should be imported any more.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def started(pid: int) -> str | None:
    """When the process began, in whatever unit the system counts; None when it is gone or a zombie."""
    if sys.platform == "linux":
        try:
            # The name in parentheses may hold anything; the fields after it are fixed: state, ..., start time (22nd).
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, begun = shown.stdout.strip().partition(" ")
    return begun.strip() if begun and not state.startswith("Z") else None


def alive(pid: int, begun: str) -> bool:
    """Whether that very process still runs."""
    return started(pid) == begun


def end(pid: int, begun: str, patience_seconds: float) -> None:
    """Ask the process to end, wait, then kill its whole group."""
    if not alive(pid, begun):
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    while alive(pid, begun) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if alive(pid, begun):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def die_with_parent(parent: int) -> None:
    """In a child between fork and exec: end by SIGTERM when the parent dies, where the system can do that (Linux)."""
    if LIBC is not None:
        LIBC.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
