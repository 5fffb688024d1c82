"""The engines that this machine has for images, and the project set up for them."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from delivery.images.registry import Registry
from delivery.settings import Settings, load_settings
from tests.delivery.images.releases import seal_for
from tests.e2e.missing import require

MODEL = "mood"
ROOT = Path(__file__).parents[2]
BASES = ("python:3.13-slim-bookworm", "python:3.13-slim-trixie")


def docker(*words: str) -> str:
    """What a docker command prints."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout.strip()


def succeeds(*words: str) -> bool:
    """Whether a command is there and ends well."""
    return shutil.which(words[0]) is not None and subprocess.run(words, capture_output=True).returncode == 0


def require_docker() -> None:
    """A daemon, a registry with a login, a base image."""
    require(succeeds("docker", "info"), "a Docker daemon")
    require(bool(os.environ.get("REGISTRY")), "a registry: REGISTRY, REGISTRY_USER, REGISTRY_PASSWORD")
    require(any(succeeds("docker", "image", "inspect", base) for base in BASES), f"base image {' or '.join(BASES)}")


def base_image(registry: str, folder: Path) -> tuple[str, str]:
    """A base image that the registry holds, by name and digest: one of the engine's is pushed there."""
    source = next(base for base in BASES if succeeds("docker", "image", "inspect", base))
    name, login = f"{registry}/{source}", ["--username", os.environ["REGISTRY_USER"], "--password-stdin", registry]
    config = ["docker", "--config", str(folder)]
    password = os.environ["REGISTRY_PASSWORD"]
    subprocess.run([*config, "login", *login], input=password, text=True, capture_output=True, check=True)
    docker("tag", source, name)
    docker("--config", str(folder), "push", "--quiet", name)
    digest = Registry.open(registry, os.environ).digest_of(*source.split(":"))
    assert digest
    return name, digest


@contextmanager
def project(root: Path) -> Iterator[Settings]:
    """A project with a name of its own; its images go afterwards, from the registry and from the engine."""
    require_docker()
    settings = settings_for(root, f"e2e-{secrets.token_hex(4)}")
    yield settings
    registry, repository = registry_of(settings)
    for digest in {registry.digest_of(repository, tag) for tag in registry.tags(repository)} - {None}:
        registry.delete(repository, str(digest))
    for image in docker("images", "--quiet", "--filter", f"reference={registry.name_of(repository)}").split():
        subprocess.run(["docker", "rmi", "--force", image], capture_output=True, check=False)


def pull(settings: Settings, reference: str) -> None:
    """Fetch an image with the login of this project."""
    docker("--config", str(settings.root), "pull", "--quiet", reference)


def registry_of(settings: Settings) -> tuple[Registry, str]:
    """The registry and the repository of the test's model."""
    return Registry.open(settings.registry, os.environ), f"{settings.name}/{MODEL}"


def settings_for(root: Path, project: str) -> Settings:
    """project.toml's settings for this registry, with the project's own Dockerfile."""
    shutil.copy(ROOT / "Dockerfile", root / "Dockerfile")
    registry = os.environ["REGISTRY"]
    base, digest = base_image(registry, root)
    here = load_settings(ROOT / "project.toml")
    return dataclasses.replace(
        here, name=project, registry=registry, base_image=base, base_digest=digest, root=root
    )  # fmt: skip


def release_for(settings: Settings, name: str, intercept: float = 0.1, extra: str = "", **more: Any) -> Path:
    """A small sealed release made for these settings; `more` is as `seal_for` takes it."""
    dockerfile = hashlib.sha256((settings.root / "Dockerfile").read_bytes()).hexdigest()
    base = f"{settings.base_image}@{settings.base_digest}"
    folder = settings.root / name
    return seal_for(folder, base=base, dockerfile_sha256=dockerfile, intercept=intercept, extra=extra, **more)
