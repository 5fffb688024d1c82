"""One release folder in, the digest of its image in the registry out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from delivery.errors import Broken, Refused, WrongSetting
from delivery.images import Builder, ImageReference, Recipe
from delivery.images.arguments import build_arguments
from delivery.images.buildah_builder import BuildahBuilder
from delivery.images.context import context_of
from delivery.images.docker_builder import DockerBuilder
from delivery.images.login import Login
from delivery.images.proving import prove
from delivery.images.registry import Registry
from delivery.progress import Progress
from delivery.settings import FILE, Settings
from model.release.errors import ReleaseError
from model.release.sealing import ReleaseInfo, verify

BUILDERS: Mapping[str, Callable[[str, Login | None], DockerBuilder | BuildahBuilder]] = {
    "docker": DockerBuilder,
    "buildah": BuildahBuilder,
}
CHOICE = "IMAGE_BUILDER"
"""The variable that chooses one: what an agent has is a matter of the agent, not of the project."""
LABEL = "org.opencontainers.image"


def build_image(settings: Settings, folder: Path, report: Progress) -> ImageReference:
    """The image of a sealed release, in the registry: built, asked its samples, pushed, unless it is there already.

    WrongSetting where the base image has no digest, Refused where the release was sealed for another Dockerfile or its
    image answers otherwise, Broken where an engine or the registry fails.
    """
    info = read_sealed(folder)
    registry = Registry.open(settings.registry, os.environ)
    repository = repository_of(settings, info.model)
    name = registry.name_of(repository)
    digest = registry.digest_of(repository, info.identity)
    if digest:
        return ImageReference(f"{name}@{digest}", pushed=False)
    recipe = recipe_of(settings.root / "Dockerfile", folder, info, name)
    with open_builder(registry) as builder:
        report(f"{builder.name} builds {recipe.tag}")
        builder.build(recipe)
        report(f"asking {recipe.tag} its samples")
        with builder.start(recipe.tag) as started:
            prove(started, folder)
        report(f"pushing {recipe.tag}")
        digest = builder.push(recipe.tag)
    if registry.digest_of(repository, info.identity) != digest:
        raise Broken(f"{recipe.tag}: pushed as {digest}, but the registry holds another image under that tag")
    return ImageReference(f"{name}@{digest}", pushed=True)


def repository_of(settings: Settings, model: str) -> str:
    """Where a model's images lie in the registry."""
    return f"{settings.name}/{model}"


def read_sealed(folder: Path) -> ReleaseInfo:
    """Who the release is; Refused where it is not sealed, or changed since."""
    try:
        return verify(folder)
    except ReleaseError as error:
        raise Refused(f"{folder}: no image is made of it: {error}") from None


@contextmanager
def open_builder(registry: Registry) -> Iterator[Builder]:
    """The engine that IMAGE_BUILDER names, docker where it is not set, logged in to the registry."""
    choice = os.environ.get(CHOICE) or "docker"
    if choice not in BUILDERS:
        raise WrongSetting(f"{CHOICE} is {choice!r}, wanted one of {', '.join(BUILDERS)}")
    builder = BUILDERS[choice](registry.host, registry.login)
    try:
        yield builder
    finally:
        builder.close()


def recipe_of(dockerfile: Path, folder: Path, info: ReleaseInfo, name: str) -> Recipe:
    """What is built: exactly what the release's identity was made of."""
    found, sealed = hashlib.sha256(dockerfile.read_bytes()).hexdigest(), info.document["dockerfile_sha256"]
    if found != sealed:
        raise Refused(
            f"{info.model}: release {info.identity} was made for a Dockerfile {str(sealed)[:12]}, "
            f"saw {found[:12]}; `train` makes one for this Dockerfile"
        )
    return Recipe(
        tag=f"{name}:{info.identity}",
        context=context_of(dockerfile, folder),
        arguments=build_arguments(os.environ, base_of(info)),
        labels=labels_of(info),
    )


def base_of(info: ReleaseInfo) -> str:
    """The base image as `name@sha256:...`, without its tag: the digest decides."""
    base = str(info.document["base_image"] or "")
    tagged, _, digest = base.partition("@")
    if not digest.startswith("sha256:"):
        raise WrongSetting(
            f"{FILE}: base_digest is empty, so release {info.identity} of {info.model} names no base image by digest "
            f"(saw {base!r}); `docker pull` prints the digest of an image"
        )
    path, slash, last = tagged.rpartition("/")
    return f"{path}{slash}{last.partition(':')[0]}@{digest}"


def labels_of(info: ReleaseInfo) -> dict[str, str]:
    """The OCI's own labels (image-spec, annotations.md)."""
    base, _, digest = str(info.document["base_image"]).partition("@")
    values = {
        "title": info.model,
        "version": info.identity,
        "revision": info.commit,
        "created": str(info.document["created"]),
        "base.name": base,
        "base.digest": digest,
    }
    return {f"{LABEL}.{key}": value for key, value in values.items()}
