"""Old images out of the registry and the engine, never one that production, staging or a rollback could need."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

from delivery.errors import Broken
from delivery.images import Builder
from delivery.images.building import LABEL, repository_of
from delivery.images.registry import Registry
from delivery.settings import FILE, Settings

KEEP_NEWEST = 3
"""Besides what is needed: a release that was pushed a moment ago runs nowhere yet."""


@dataclass(frozen=True)
class Held:
    """A tag in the registry and its image."""

    tag: str
    digest: str
    ours: bool
    """Whether its labels say that it is the release of this model that the tag names."""
    created: str
    """When the release was sealed; ISO 8601 in UTC."""


def prune_images(settings: Settings, model: str, needed: Collection[str], builder: Builder | None = None) -> list[str]:
    """Remove a model's images but those of `needed` releases and the newest; returns the releases removed.

    `needed` is every release that an environment runs, stages, weighs or could go back to. Where it is empty nothing
    is removed; Broken, and nothing is removed, where the registry does not hold one of them: then this is not the
    registry that they run from. Tags that are no release of this model stay. With a builder its copies go too.
    """
    if not needed:
        return []
    registry, repository = Registry.open(settings.registry, os.environ), repository_of(settings, model)
    held = tags_held(registry, repository, model)
    missing = sorted(set(needed) - {image.tag for image in held if image.ours})
    if missing:
        raise Broken(
            f"{model}: {registry.name_of(repository)} does not hold {', '.join(missing)}, which is in use; "
            f"is {FILE}'s registry the one that it was pulled from? Nothing is removed"
        )
    gone = removable(held, needed)
    for image in gone:
        registry.delete(repository, image.digest)
    releases = [image.tag for image in gone]
    if builder:
        _forget(builder, registry.name_of(repository), releases)
    return releases


def tags_held(registry: Registry, repository: str, model: str) -> list[Held]:
    """Every tag of a repository."""
    held = []
    for tag in registry.tags(repository):
        digest = registry.digest_of(repository, tag)
        if digest:
            labels = registry.labels_of(repository, digest)
            ours = (labels.get(f"{LABEL}.title"), labels.get(f"{LABEL}.version")) == (model, tag)
            held.append(Held(tag, digest, ours, labels.get(f"{LABEL}.created", "")))
    return held


def removable(held: Collection[Held], needed: Collection[str], keep_newest: int = KEEP_NEWEST) -> list[Held]:
    """Ours that are neither needed nor among the newest, oldest first; nor such whose image has another tag that stays.

    The registry deletes an image, not a tag.
    """
    ours = sorted((image for image in held if image.ours), key=lambda image: (image.created, image.tag))
    old = {image.tag for image in ours[: max(len(ours) - keep_newest, 0)]} - set(needed)
    kept = {image.digest for image in held if image.tag not in old}
    return [image for image in ours if image.digest not in kept]


def _forget(builder: Builder, name: str, releases: Collection[str]) -> None:
    for release in builder.releases(name):
        if release in releases:
            builder.remove(f"{name}:{release}")
