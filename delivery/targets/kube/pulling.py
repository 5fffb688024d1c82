"""A release's folder out of its image, with pull rights alone: how a champion is asked again by another machine."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from delivery.errors import Broken
from delivery.targets.sealed import verify_sealed

FOLDER = "release"
"""Where the Dockerfile puts the release."""


def pull_release(reference: str, release: str, into: Path) -> Path:
    """`into`/RELEASE, taken from the image `name@sha256:...` unless it is there already; verified byte by byte."""
    there = into / release
    if not there.exists():
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".arriving-", dir=into) as arriving:
            _extract(reference, Path(arriving))
            found = Path(arriving) / FOLDER
            verify_sealed(found)
            if not there.exists():
                shutil.move(found, there)
    verify_sealed(there)
    if json.loads((there / "release.json").read_text(encoding="utf-8"))["identity"] != release:
        raise Broken(f"{reference} does not hold release {release}")
    return there


def _extract(reference: str, into: Path) -> None:
    """The image's layers, last first, until one holds the release."""
    from delivery.images.registry import Registry  # here: it brings an engine's client, and few verbs pull

    name, _, digest = reference.partition("@")
    host, _, repository = name.partition("/")
    registry = Registry.open(host, os.environ)
    for layer in reversed(registry.manifest(repository, digest)["layers"]):
        with tarfile.open(fileobj=io.BytesIO(registry.blob(repository, layer["digest"]))) as archive:
            members = [member for member in archive if Path(member.name).parts[:1] == (FOLDER,)]
            if any(member.isfile() for member in members):
                return archive.extractall(into, members, filter="data")
    raise Broken(f"{reference}: no layer of it holds a release; was it built from this Dockerfile?")
