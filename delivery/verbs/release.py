"""`release`: the contender that passed its gates, sealed. `image`: what the target runs it from."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.errors import WrongSetting
from delivery.files import replace_file
from delivery.progress import progress, tell
from delivery.settings import Settings
from delivery.waiting import waiting_release
from delivery.work import Work
from model.card import whole
from model.contender import open_contender, seal_release
from model.library import load_spec

COMMIT = re.compile(r"[0-9a-f]{40,64}")


def release(work: Work, _call: argparse.Namespace) -> None:
    """Seals the contender under its identity, with the verdicts that let it pass."""
    verdicts, contender = work.read("verdicts.json"), open_contender(work.build).identity
    if verdicts["contender"] != contender:
        raise WrongSetting(f"{work.name}: the gates judged {verdicts['contender']}, not {contender}; `gate` has to run")
    sealed, evaluation = work.find("release/release.json"), work.read("evaluation.json")
    same = sealed is not None and sealed["identity"] == contender
    if sealed is not None and same and tells(sealed, evaluation, verdicts):
        tell(f"release: nothing new, {contender} is sealed")
        return
    info = seal_release(work.spec, work.build, commit_of(work.root), evaluation, verdicts)
    anew = "anew, its gates said something else, " if same else ""
    tell(f"release: sealed {anew}as {info.identity} (build/{work.name}/release)")


def tells(sealed: Mapping[str, Any], evaluation: Mapping[str, Any], verdicts: Mapping[str, Any]) -> bool:
    """Whether a sealed release has the figures and verdicts of these gates: they may change where it does not."""
    figures, said = sealed["figures"], sealed["verdicts"]
    return bool(figures == whole(evaluation["measurements"]) and said == verdicts["verdicts"])


def afterwards(settings: Settings, verb: str, codes: Mapping[str, int]) -> None:
    """After `image`: build/waiting.txt, a line for each release that waits for a person."""
    if verb != "image":
        return
    works = [Work(load_spec(model), settings) for model, code in codes.items() if code == 0]
    found = [(work.name, *waiting) for work in works if (waiting := waiting_release(work))]
    lines = [f"{model} {release}: {reason}\n" for model, release, reason in found]
    replace_file(settings.root / "build" / "waiting.txt", "".join(lines))


def commit_of(root: Path) -> str:
    """The commit that is built, with `+` where files differ from it; `unknown` outside of git."""
    head = git(root, "rev-parse", "HEAD")
    return head + ("+" if git(root, "status", "--porcelain") else "") if head else "unknown"


def committed_at(root: Path, commit: str) -> str | None:
    """When a commit was made, ISO 8601; None where git does not know it, or the files were no commit's."""
    return git(root, "show", "--no-patch", "--format=%cI", commit) or None if COMMIT.fullmatch(commit) else None


def git(root: Path, *words: str) -> str:
    """What git prints; empty where there is no repository, or no git."""
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def image(work: Work, _call: argparse.Namespace) -> None:
    """A container image for a cluster; processes on this machine run the release folder itself: image.json says so."""
    identity = work.read("release/release.json")["identity"]
    if work.settings.cluster:
        return push_image(work, identity)
    folder = f"build/{work.name}/release"
    work.leave("image.json", {"release": identity, "builder": "local", "reference": folder})
    tell(f"image: nothing to build, this machine runs {identity} from its folder")
    return None


def push_image(work: Work, identity: str) -> None:
    """The image of the sealed release, in the registry, by digest."""
    from delivery.images.building import CHOICE, build_image  # here: it brings an engine's client

    with progress("image") as report:
        built = build_image(work.settings, work.build / "release", report)
    builder = os.environ.get(CHOICE) or "docker"
    work.leave("image.json", {"release": identity, "builder": builder, "reference": built.reference})
    tell(f"image: {'pushed' if built.pushed else 'nothing to do, the registry holds'} {built.reference}")
