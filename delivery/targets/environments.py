"""The Python environment that a release's server runs in, made from the release's own lock."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from delivery.errors import Broken
from delivery.files import exclusive, replace_file
from delivery.journal import Write, visible

WHOLE = "whole"
"""This file in an environment says that every package is in it: an environment cannot be moved, so it cannot be
built elsewhere and renamed."""


@dataclass(frozen=True)
class Environments:
    """`var/environments/<hash of lock and Python>/`; `interpreter` replaces them all (tests need no packages)."""

    var: Path
    interpreter: Path | None = None

    def python(self, release: Path) -> Path:
        """The interpreter for a release folder, which may not be there yet (`make`)."""
        return self.interpreter or self._folder(release / "requirements.txt") / "bin" / "python"

    def make(self, release: Path) -> Path:
        """Build the environment unless it is there; Broken gives the installer's last lines."""
        lock = release / "requirements.txt"
        if self.interpreter:
            return self.interpreter
        folder = self._folder(lock)
        with exclusive(folder.with_suffix(".lock")):
            if not (folder / WHOLE).exists():
                _build(folder, lock)
                replace_file(folder / WHOLE, "")
                visible(Write.ENVIRONMENT_BUILT)
        return folder / "bin" / "python"

    def prune(self, releases: Iterable[Path]) -> None:
        """Delete the environments that none of these releases needs."""
        needed = {self._folder(release / "requirements.txt") for release in releases}
        for folder in (self.var.absolute() / "environments").glob("*/"):
            if folder not in needed:
                with exclusive(folder.with_suffix(".lock")):
                    (folder / WHOLE).unlink(missing_ok=True)
                    shutil.rmtree(folder)

    def _folder(self, lock: Path) -> Path:
        about = f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}"
        digest = hashlib.sha256(lock.read_bytes() + about.encode()).hexdigest()
        return self.var.absolute() / "environments" / digest[:16]


def _build(folder: Path, lock: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    if importlib.util.find_spec("uv"):
        _run([sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(folder)], lock)
        # Byte code now: a server never writes any, and would compile its packages at every start.
        install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode"]
        install += ["--python", str(python)]
    else:
        _run([sys.executable, "-m", "venv", str(folder)], lock)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*install, "--require-hashes", "-r", str(lock)], lock)


def _run(command: list[str], lock: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        raise Broken(
            f"{lock}: its environment cannot be made ({' '.join(command[1:4])} ended with {done.returncode}):\n{lines}"
        )
