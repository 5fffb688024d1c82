"""Images by buildah, beside Docker: one digest from two builds, and build arguments that leave nothing in either's."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delivery.images.buildah_builder import run
from delivery.images.building import LABEL, build_image, open_builder, read_sealed, recipe_of
from delivery.settings import Settings
from tests.e2e.images import docker, project, pull, registry_of, release_for, require, succeeds

pytestmark = [pytest.mark.slow, pytest.mark.engines]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A project of this file alone."""
    with project(tmp_path_factory.mktemp("project")) as settings:
        yield settings


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Configurations of two stores of buildah in which nothing is; they grow to gigabytes and go afterwards."""
    stores = [empty_store(tmp_path_factory.mktemp("store")) for _ in range(2)]
    yield stores
    for store in stores:
        shutil.rmtree(store.parent)


def empty_store(folder: Path) -> Path:
    """buildah's configuration for a store in this folder."""
    settings = f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'
    (folder / "storage.conf").write_text(settings)
    return folder / "storage.conf"


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, stores: list[Path]) -> Callable[..., None]:
    """`use("buildah", store=1)` chooses an engine, and the second store of buildah."""

    def choose(builder: str, store: int = 0) -> None:
        if builder == "buildah":
            require(succeeds("buildah", "version"), "buildah")
        monkeypatch.setenv("BUILDAH_ISOLATION", "chroot")
        monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(stores[store]))
        monkeypatch.setenv("IMAGE_BUILDER", builder)

    return choose


def test_two_buildah_builds_have_one_digest(settings, use):
    release = release_for(settings, "twice")
    info = read_sealed(release)
    name = registry_of(settings)[0].name_of(f"{settings.name}/twice")
    recipe = recipe_of(settings.root / "Dockerfile", release, info, name)
    digests = []
    for store in range(2):
        use("buildah", store)
        with open_builder(registry_of(settings)[0]) as builder:
            builder.build(recipe)
            digests.append(builder.push(recipe.tag))
    print(digests[0])
    assert digests[0] == digests[1]


def test_buildah_proves_and_pushes_like_docker(settings, use):
    folder = release_for(settings, "by-buildah", intercept=0.7)
    use("buildah")
    image = build_image(settings, folder, print)
    assert image.pushed
    pull(settings, image.reference)
    [config] = json.loads(docker("image", "inspect", "--format", "[{{json .Config}}]", image.reference))
    assert config["Labels"][f"{LABEL}.version"] == read_sealed(folder).identity


@pytest.mark.parametrize("builder", ["docker", "buildah"])
def test_build_arguments_leave_nothing_in_the_image(settings, tmp_path, monkeypatch, use, builder):
    mark = f"mark{secrets.token_hex(8)}"
    authorities = sorted(Path("/usr/local/share/ca-certificates").glob("*.crt"))
    if authorities:
        (tmp_path / "ca.pem").write_text(f"# {mark}\n" + "".join(path.read_text() for path in authorities))
        monkeypatch.setenv("BUILD_CA_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("PIP_INDEX_URL", f"https://user:{mark}@pypi.org/simple/")
    monkeypatch.setenv("PIP_TRUSTED_HOST", f"{mark}.invalid")
    monkeypatch.setenv("NO_PROXY", f"{mark}.invalid")
    folder = release_for(settings, f"marked-{builder}", intercept=0.3)
    recipe = recipe_of(
        settings.root / "Dockerfile", folder, read_sealed(folder), f"localhost/{settings.name}-{builder}"
    )
    assert any(mark in value for value in recipe.arguments.values())
    use(builder)
    with open_builder(registry_of(settings)[0]) as engine:
        engine.build(recipe)
        whole, history = exported(builder, recipe.tag, tmp_path)
        engine.remove(recipe.tag)
    assert b"release/scorer.json" in whole or len(whole) > 1_000_000
    assert "gunicorn" in history
    assert mark.encode() not in whole
    assert mark not in history


def exported(builder: str, tag: str, folder: Path) -> tuple[bytes, str]:
    """All bytes of an image with its configuration, layers uncompressed, and its history."""
    if builder == "docker":
        whole = subprocess.run(["docker", "save", tag], capture_output=True, check=True).stdout
        return whole, docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", tag)
    path = folder / "image"
    run(["push", "--disable-compression", tag, f"dir:{path}"], tag)
    inspected = run(["inspect", "--type", "image", tag], tag)
    return b"".join(file.read_bytes() for file in path.iterdir()), inspected.decode()
