"""The champion as a tag in the registry, `champion-<environment>`: what a build with pull rights alone can read."""

from __future__ import annotations

import os

from delivery.errors import Broken
from delivery.images.building import LABEL, repository_of
from delivery.images.registry import Registry
from delivery.settings import Settings


def tag_of(environment: str) -> str:
    """The tag that follows an environment's production."""
    return f"champion-{environment}"


def publish_image(reference: str, environment: str) -> None:
    """Let the environment's tag name the image `registry/repository@sha256:...`."""
    name, _, digest = reference.partition("@")
    host, _, repository = name.partition("/")
    Registry.open(host, os.environ).tag(repository, digest, tag_of(environment))


def published_image(settings: Settings, model: str) -> tuple[str, str] | None:
    """The release that the environment's tag names, and its image by digest; None where nothing was ever promoted."""
    registry, repository = Registry.open(settings.registry, os.environ), repository_of(settings, model)
    digest = registry.digest_of(repository, tag_of(settings.environment))
    if digest is None:
        return None
    release = registry.labels_of(repository, digest).get(f"{LABEL}.version")
    if release is None:
        raise Broken(f"{registry.name_of(repository)}:{tag_of(settings.environment)} says no release")
    return release, f"{registry.name_of(repository)}@{digest}"
