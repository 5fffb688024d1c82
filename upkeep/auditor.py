"""pip-audit in an environment of its own, made from upkeep/requirements.txt: once, and again when that lock changes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from delivery.errors import Broken
from delivery.files import replace_file
from delivery.progress import tell

LOCK = Path("upkeep") / "requirements.txt"


def auditor(root: Path) -> Path:
    """The program; its mark is written last, so that an interrupted setup never counts as done."""
    folder = root / "build" / "upkeep" / "environment"
    mark, wanted = folder / "ready", hashlib.sha256((root / LOCK).read_bytes()).hexdigest() + "\n"
    if not mark.exists() or mark.read_text() != wanted:
        tell(f"audit: setting up pip-audit from {LOCK} (once)")
        shutil.rmtree(folder, ignore_errors=True)
        uv("venv", "--python", sys.executable, str(folder))
        uv("pip", "install", "--python", str(folder), "--require-hashes", "--requirement", str(root / LOCK))
        replace_file(mark, wanted)
    return folder / "bin" / "pip-audit"


def uv(*words: str) -> None:
    """A uv command that has to go well."""
    done = subprocess.run([sys.executable, "-m", "uv", *words, "--quiet"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Broken(f"audit: pip-audit could not be set up ({reason}); the package registry is needed for it")
