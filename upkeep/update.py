"""`update`: what newer versions would change, as a diff to look at and to apply; the locks stay as they are."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from delivery.errors import Broken
from delivery.files import replace_file
from upkeep.locks import LOCKS

SOURCES = ("Makefile", *LOCKS, *(lock.replace(".txt", ".in") for lock in LOCKS))
PIN = re.compile(r"(?m)^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)")
DIFF = Path("build") / "update" / "locks.diff"


def update(root: Path) -> str:
    """Locks anew in a copy by `make lock UPGRADE=1`; leaves build/update/locks.diff and says what would change."""
    copy = root / "build" / "upkeep" / "locks"
    copied(root, copy)
    lock_anew(copy)
    moves = sorted({move for lock in LOCKS for move in moved(text(root, lock), text(copy, lock))})
    replace_file(root / DIFF, "".join(part for lock in LOCKS for part in diff(root, copy, lock)))
    if not moves:
        return "update: nothing newer"
    print("\n".join(moves))
    newer = f"{len(moves)} newer version{'s' if len(moves) > 1 else ''}"
    return f"update: {newer}; on a branch: git apply {DIFF}, then push"


def text(folder: Path, lock: str) -> str:
    """A lock's text."""
    return (folder / lock).read_text(encoding="utf-8")


def copied(root: Path, copy: Path) -> None:
    """What `make lock` reads, and the environment it runs with, in a folder of its own."""
    shutil.rmtree(copy, ignore_errors=True)
    for source in SOURCES:
        (copy / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / source, copy / source)
    (copy / ".venv").symlink_to((root / ".venv").resolve())


def lock_anew(copy: Path) -> None:
    """`make lock UPGRADE=1` there; the environment counts as set up."""
    make = ["make", "-C", str(copy), "--assume-old=.venv/ready", "lock", "UPGRADE=1"]
    done = subprocess.run(make, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = next((line.strip() for line in done.stderr.splitlines() if line.strip()), "it said nothing")
        raise Broken(f"update: the locks could not be compiled anew ({reason}); the package registry is needed for it")


def moved(before: str, after: str) -> Iterator[str]:
    """`flask 3.1.3 -> 3.2.0`, a package that comes, a package that goes."""
    old, new = dict(PIN.findall(before)), dict(PIN.findall(after))
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"


def diff(root: Path, copy: Path, lock: str) -> Iterator[str]:
    """One lock's change as `git apply` reads it."""
    before, after = (text(folder, lock).splitlines(keepends=True) for folder in (root, copy))
    yield from difflib.unified_diff(before, after, f"a/{lock}", f"b/{lock}")
