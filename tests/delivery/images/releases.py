"""A small sealed release with true samples, made for a base image and a Dockerfile."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.asking import Answering
from model.release.sealing import seal
from tests.serving.releases import PROVENANCE, TEXT, write_release

BASE = "python:3.13-slim@sha256:" + "1" * 64


def seal_for(
    folder: Path,
    *,
    base: str = BASE,
    dockerfile_sha256: str = "2" * 64,
    intercept: float = 0.1,
    extra: str = "",
    parts: Mapping[str, Any] = TEXT,
    **provenance: Any,
) -> Path:
    """The release; another `intercept` makes another one, `extra` is code that its server runs at start."""
    parts = copy.deepcopy(dict(parts))
    parts["scorer.json"]["scorer"]["intercepts"] = [intercept]
    write_release(folder, parts)
    (folder / "release.json").unlink()
    with (folder / "serving" / "app.py").open("a", encoding="utf-8") as file:
        file.write(extra)
    with Answering(folder) as answering:
        answers = answering.ask(parts["instances"])["answers"]
    samples = {"schema": 1, "instances": parts["instances"], "predictions": answers}
    (folder / "samples.json").write_text(json.dumps(samples))
    seal(folder, {**PROVENANCE, "dockerfile_sha256": dockerfile_sha256, "base_image": base, **provenance})
    return folder
