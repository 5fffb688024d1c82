"""The image of a release: built, asked, pushed, and removed when nothing could need it any more.

build_image (building.py)      one release folder in, `name@sha256:...` out
prune_images (pruning.py)      old images out of the registry and the engine
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class ImageReference:
    """An image in the registry."""

    reference: str
    """`name@sha256:...`: what travels, never a tag."""
    pushed: bool
    """False where the registry held it already."""


@dataclass(frozen=True)
class Recipe:
    """All that an engine needs to build an image."""

    tag: str
    """`registry/repository:release`."""
    context: bytes
    """A tar archive with the Dockerfile and the release."""
    arguments: Mapping[str, str] = field(repr=False)
    """Build arguments; they may hold passwords."""
    labels: Mapping[str, str]


class Started(Protocol):
    """A container of an image, running its own command."""

    def execute(self, command: Sequence[str]) -> str:
        """What a command inside prints; Broken where it fails or the container has ended."""

    def stop(self) -> int:
        """The exit code after SIGTERM; killed (137) where it does not end in time."""

    def log(self) -> str:
        """What it has written so far."""


class Builder(Protocol):
    """An engine that makes images. Every method raises Broken where the engine fails."""

    name: str

    def build(self, recipe: Recipe) -> None:
        """Make the image and name it by the recipe's tag."""

    def start(self, tag: str) -> AbstractContextManager[Started]:
        """A container without rights or network of its own making; gone when the block ends."""

    def push(self, tag: str) -> str:
        """The digest under which the registry took it."""

    def releases(self, name: str) -> list[str]:
        """The tags that this engine holds of `registry/repository`."""

    def remove(self, tag: str) -> None:
        """Forget an image; layers that others use stay."""
