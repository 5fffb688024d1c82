"""The copy of the checkout in which a rehearsal runs: committed, on free ports, with what was learned here already."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from jenkins.rehearsal.standing_in import stand_in

ROOT = Path(__file__).resolve().parents[2]


def models_of(folder: Path) -> list[str]:
    """The models of a checkout."""
    return sorted(path.parent.name for path in folder.glob("model/library/*/spec.py"))


def edit(path: Path, pattern: str, by: str) -> None:
    """The first place of a file that matches."""
    text, count = re.subn(pattern, by, path.read_text(encoding="utf-8"), count=1)
    if count != 1:
        raise SystemExit(f"rehearsal: {path} has no {pattern}")
    path.write_text(text, encoding="utf-8")


def add(path: Path, text: str) -> None:
    """Lines at the end of a file."""
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")


def git(folder: Path, *words: str) -> None:
    """A git command in the copy, which has to go well."""
    who = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


def set_up(scratch: Path, settings: str = "") -> Path:
    """The copy; `settings` are lines for its project.toml."""
    folder = scratch / "workspace"
    if (folder / "Makefile").exists():
        subprocess.run(["make", "stop"], cwd=folder, check=False)
    shutil.rmtree(scratch, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    edit(folder / "project.toml", r"(?m)^base_port = \d+", "base_port = 0")
    add(folder / "project.toml", settings)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    shorten(folder)
    git(folder, "init", "-q", "-b", "main")
    (folder / ".git" / "info" / "exclude").write_text(".venv\n")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "rehearsed")
    for model in models_of(folder):
        if (ROOT / "build" / model / "training.json").exists():
            shutil.copytree(ROOT / "build" / model / "fitted", folder / "build" / model / "fitted")
            shutil.copy(ROOT / "build" / model / "training.json", folder / "build" / model)
    return folder


def shorten(folder: Path) -> None:
    """`test` checks the Jenkinsfile alone, the auditor asks nobody, and the environment is this checkout's."""
    edit(folder / "Makefile", r"(\ntest:.*\n\t@)\$\(DELIVERY\) test", r"\g<1>$(RUN) jenkins.checking Jenkinsfile")
    makefile = folder / "Makefile"
    makefile.write_text(makefile.read_text(encoding="utf-8").replace(": .venv/ready", ":"), encoding="utf-8")
    stand_in(folder)


def holding(folder: Path, secret: str) -> Iterator[Path]:
    """Files that the verbs left and in which a secret shows."""
    for top in ("build", "var"):
        for path in (folder / top).rglob("*"):
            if path.is_file() and not path.is_symlink() and secret.encode() in path.read_bytes():
                yield path
