"""Files that survive a crash: replaced whole or not at all, and changed by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from delivery.errors import Broken


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename alone may be lost when the machine stops."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arriving = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        # Not `tempfile`: whoever may read the folder may read what a verb left there.
        with arriving.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        arriving.replace(path)
    except BaseException:
        arriving.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace_json(path: Path, document: Any) -> None:
    """`replace_file` with JSON that people can read."""
    replace_file(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """The document at `path`; Broken names the file and the place when it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise Broken(f"{path}: no JSON ({problem})") from None


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for the lock file and hold it; the kernel frees it when the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
