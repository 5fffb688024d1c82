"""One delivery at a time on a model: a lock that tells who holds it and that a killed holder frees by itself.

Beside it lies a second one, for who is in a hurry: a canary that sees it held gives way.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from delivery.errors import Busy

POLL_SECONDS = 0.1


@contextmanager
def delivery_lock(var: Path, model: str, verb: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold `var/delivery-<model>.lock` for a verb; Busy names the holder when it is not free in time."""
    var.mkdir(parents=True, exist_ok=True)
    path = var / f"delivery-{model}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(handle, path, model, wait_seconds)
        _write_holder(handle, verb)
        yield
    finally:
        os.close(handle)


@contextmanager
def in_a_hurry(var: Path, model: str) -> Iterator[None]:
    """While this is held, a canary of the model gives way; several may hold it, who is killed holds nothing."""
    handle = _open_hurry(var, model)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def hurried(var: Path, model: str) -> bool:
    """Whether somebody is in a hurry."""
    handle = _open_hurry(var, model)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _open_hurry(var: Path, model: str) -> int:
    var.mkdir(parents=True, exist_ok=True)
    return os.open(var / f"hurry-{model}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _acquire(handle: int, path: Path, model: str, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy(f"{model}: another delivery is at work ({_holder(path)}); wait for it or end it") from None
            time.sleep(POLL_SECONDS)


def _write_holder(handle: int, verb: str) -> None:
    holder = {"pid": os.getpid(), "verb": verb, "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(holder).encode(), 0)


def _holder(path: Path) -> str:
    # The holder may be between taking the lock and writing its name: then there is nothing to read yet.
    text = path.read_text(encoding="utf-8")
    if not text:
        return "it has just begun"
    holder = json.loads(text)
    return f"{holder['verb']}, process {holder['pid']}, since {holder['since']}"
