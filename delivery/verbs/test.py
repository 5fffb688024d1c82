"""`test`: lint, format, types, Jenkinsfile, tests. All of them run, so that one call shows everything wrong."""

from __future__ import annotations

import argparse
import subprocess
import sys

from delivery.errors import Refused
from delivery.progress import tell
from delivery.settings import Settings

QUICK = "not slow and not engines"
STEPS = {
    "lint": ["ruff", "check", "--no-cache", "."],
    "format": ["ruff", "format", "--check", "--no-cache", "."],
    "types": ["mypy"],
    "jenkinsfile": ["jenkins.checking", "Jenkinsfile", "jenkins/respond.Jenkinsfile"],
    "tests": [
        "pytest",
        "--quiet",
        "--numprocesses=2",
        "-m",
        "not slow and not engines",
        "--junitxml=build/junit/test.xml",
    ],
}


def test(settings: Settings, _call: argparse.Namespace) -> None:
    """Runs each step; Refused names those that failed."""
    failed = [name for name, words in STEPS.items() if not passes(settings, name, words)]
    if failed:
        raise Refused(f"test: {' and '.join(failed)} failed; the lines above say where")


def passes(settings: Settings, name: str, words: list[str]) -> bool:
    """One tool, its output as it comes."""
    tell(f"test: {name}")
    return subprocess.call([sys.executable, "-m", *words], cwd=settings.root) == 0
