"""What images need, for `doctor`: an engine that builds, a registry that takes them, and the base image."""

from __future__ import annotations

import os
import shutil
import subprocess

import docker  # type: ignore[import-untyped]
import docker.errors  # type: ignore[import-untyped]

from delivery.images.building import CHOICE, repository_of
from delivery.images.registry import Registry
from delivery.settings import FILE, Settings

Answer = tuple[bool, str, str]


def builder() -> Answer:
    """The engine that IMAGE_BUILDER chooses, docker where it is not set."""
    if os.environ.get(CHOICE) == "buildah":
        if shutil.which("buildah") is None:
            return False, "no buildah here", "install buildah, or unset IMAGE_BUILDER"
        said = subprocess.run(["buildah", "--version"], capture_output=True, text=True, check=False)
        return said.returncode == 0, said.stdout.strip() or said.stderr.strip(), "mend buildah"
    try:
        client = docker.from_env()
        found = client.version()["Version"]
        client.close()
    except docker.errors.DockerException as problem:
        return False, f"no Docker daemon: {problem}", "start docker, set DOCKER_HOST, or set IMAGE_BUILDER=buildah"
    return True, f"docker {found}", ""


def registry(settings: Settings, models: list[str]) -> Answer:
    """Whether an image could be pushed: an upload is begun and nothing is sent."""
    there, repository = Registry.open(settings.registry, os.environ), repository_of(settings, models[0])
    there.begin_upload(repository)
    user = there.login.user if there.login else "nobody"
    return True, f"{there.host} takes images of {user}", ""


def base_image(settings: Settings) -> Answer:
    """By its digest: a tag may name another one tomorrow."""
    mend = f"`docker pull {settings.base_image}` prints its digest: base_digest in {FILE}"
    if not settings.base_digest:
        return False, f"{settings.base_image} has no digest", mend
    name = (
        settings.base_image.rpartition(":")[0] if ":" in settings.base_image.rpartition("/")[2] else settings.base_image
    )
    host, _, repository = name.partition("/")
    if not repository or not ("." in host or ":" in host or host == "localhost"):
        host, repository = "docker.io", name if "/" in name else f"library/{name}"
    found = Registry.open(host, os.environ).digest_of(repository, settings.base_digest)
    return found is not None, f"{name}@{settings.base_digest[:19]} {'is there' if found else 'is not there'}", mend
