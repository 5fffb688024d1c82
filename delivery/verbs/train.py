"""`train`: the candidates cross-validated, the best of them laid out as the contender."""

from __future__ import annotations

import argparse
import hashlib
from typing import Any

from delivery.errors import WrongSetting
from delivery.progress import progress, tell
from delivery.rows import rows_file
from delivery.settings import Settings
from delivery.work import Work
from model.contender import Platform, assemble
from model.data import load
from model.learning import learn


def train(work: Work, _call: argparse.Namespace) -> None:
    """Learns where rows, code, files of the model or lock have changed; leaves training.json and the contender."""
    data = load(work.spec, work.root, rows_file(work))
    if work.read("check.json")["data_sha256"] != data.sha256:
        raise WrongSetting(f"{work.name}: the rows are not those that were checked; `check` has to run first")
    with progress("train") as report:
        trained, anew = learn(work.spec, data, work.root, work.build, report)
        report("laying out the contender")
        contender = assemble(work.spec, data, work.root, work.build, platform_of(work.settings))
    tell(f"train: {'' if anew else 'nothing new, '}{ranking_line(trained)}; contender {contender.identity}")


def platform_of(settings: Settings) -> Platform:
    """What an image adds to the identity: the Dockerfile, where there is one, and the base image by digest."""
    dockerfile = settings.root / "Dockerfile"
    content = dockerfile.read_bytes() if dockerfile.exists() else b""
    digest = f"@{settings.base_digest}" if settings.base_digest else ""
    return Platform(hashlib.sha256(content).hexdigest(), f"{settings.base_image}{digest}")


def ranking_line(trained: dict[str, Any]) -> str:
    """The winner, and how far the others are behind it."""
    ranked = [f"{one['name']} {one['value']:.4g}" for one in trained["candidates"]]
    return f"{trained['measure']} in cross-validation: {', '.join(ranked)}"
