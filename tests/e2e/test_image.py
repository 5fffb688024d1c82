"""Images by a real Docker daemon and registry: built, proved, pushed once, small, shut in, pruned."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.errors import Broken, Refused
from delivery.images.building import LABEL, build_image, open_builder, read_sealed, recipe_of
from delivery.images.pruning import prune_images
from delivery.settings import Settings
from tests.e2e.images import MODEL, docker, project, pull, registry_of, release_for
from tests.e2e.shut_in import answer_shut_in

pytestmark = [pytest.mark.slow, pytest.mark.engines]
ADDED_BYTES_AT_MOST = 60_000_000


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A project of this file alone."""
    with project(tmp_path_factory.mktemp("project")) as settings:
        yield settings


@pytest.fixture(scope="module")
def release(settings: Settings) -> Path:
    return release_for(settings, "first")


@pytest.fixture(scope="module")
def built(settings: Settings, release: Path) -> str:
    """The first release's image, built and pushed: its reference by digest."""
    image = build_image(settings, release, print)
    assert image.pushed
    return image.reference


def pushed_bytes(settings: Settings, release: Path) -> list[tuple[str, int]]:
    """Digest and compressed size of every layer of a release's image, as the registry holds them."""
    registry, repository = registry_of(settings)
    manifest = registry.manifest(repository, read_sealed(release).identity)
    return [(layer["digest"], layer["size"]) for layer in manifest["layers"]]


def test_the_digest_travels_and_a_second_call_does_nothing(settings, release, built):
    assert re.fullmatch(rf"{settings.registry}/{settings.name}/{MODEL}@sha256:[0-9a-f]{{64}}", built)
    again = build_image(settings, release, lambda what: pytest.fail(f"something was done: {what}"))
    assert (again.reference, again.pushed) == (built, False)


def test_the_image_says_who_it_is_and_how_it_runs(release, built):
    [image] = json.loads(docker("image", "inspect", built))
    config, info = image["Config"], read_sealed(release)
    assert config["Labels"][f"{LABEL}.version"] == info.identity
    assert config["Labels"][f"{LABEL}.revision"] == info.commit
    assert config["Labels"][f"{LABEL}.title"] == MODEL
    assert config["User"] == "10001:10001"
    assert config["WorkingDir"] == "/release"
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert list(config["ExposedPorts"]) == ["8080/tcp"]


def test_the_image_holds_what_answers_and_nothing_else(release, built):
    listed = docker("run", "--rm", "--network", "none", built, "find", "/release", "-type", "f", "-printf", "%P %m\n")
    found = dict(line.rsplit(" ", 1) for line in listed.splitlines())
    assert set(found) == {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    assert set(found.values()) == {"644"}
    packages = docker("run", "--rm", "--network", "none", built, "ls", "/packages").split()
    assert "flask" in packages
    assert not {"sklearn", "numpy", "pandas"} & set(packages)
    assert "gcc" not in docker("run", "--rm", "--network", "none", built, "ls", "/usr/bin").split()


def test_what_we_add_is_small(settings, built):
    size = json.loads(docker("image", "inspect", built))[0]["Size"]
    base = json.loads(docker("image", "inspect", settings.base_image))[0]["Size"]
    print(f"image {size / 1e6:.1f} MB, of it ours {(size - base) / 1e6:.1f} MB")
    assert size - base <= ADDED_BYTES_AT_MOST


def test_a_second_release_pushes_its_last_layer_alone(settings, release, built):
    second = release_for(settings, "second", intercept=0.2)
    begun = time.monotonic()
    assert build_image(settings, second, print).pushed
    first, now = pushed_bytes(settings, release), pushed_bytes(settings, second)
    print(f"second release: {time.monotonic() - begun:.1f} s, pushed {now[-1][1]} bytes of {sum(n for _, n in now)}")
    assert now[:-1] == first[:-1]
    assert now[-1] != first[-1]


def test_it_answers_shut_in_and_stops_when_told_to(built):
    found = answer_shut_in(built)
    print(found)
    assert (found.predictions, found.exit_code, found.killed) == (2, 0, False)


def test_wrong_answers_are_refused_and_not_pushed(settings, tmp_path):
    lies = "\n_true = create_app\ndef create_app():\n    import os\n    os.environ['MODEL_FAULTS'] = 'wrong:1'\n"
    lies += "    os.environ['FAULTS_ALLOWED'] = 'yes'\n    return _true()\n"
    folder = release_for(settings, "wrong", extra=lies)
    with pytest.raises(Refused, match="otherwise than sealed"):
        build_image(settings, folder, print)
    assert_not_pushed(settings, folder)


def test_a_release_that_crashes_is_refused_with_what_it_wrote(settings):
    folder = release_for(settings, "crash", extra="\nraise RuntimeError('the wheels came off')\n")
    with pytest.raises(Refused, match=r"(?s)does not answer.*the wheels came off"):
        build_image(settings, folder, print)
    assert_not_pushed(settings, folder)


def assert_not_pushed(settings: Settings, folder: Path) -> None:
    registry, repository = registry_of(settings)
    assert registry.digest_of(repository, read_sealed(folder).identity) is None


def test_a_push_that_fails_is_an_error(settings, monkeypatch):
    registry, repository = registry_of(settings)
    with open_builder(registry) as builder, pytest.raises(Broken, match="could not be pushed"):
        builder.push(f"{registry.name_of(repository)}:nothing-of-that-name")
    monkeypatch.setenv("REGISTRY_PASSWORD", "wrong")
    with pytest.raises(Broken, match=settings.registry), open_builder(registry_of(settings)[0]):
        pytest.fail("the login was taken")


def test_pruning_leaves_what_is_needed(settings, release, built):
    registry, repository = registry_of(settings)
    needed = read_sealed(release).identity
    for step in range(4):
        folder = release_for(settings, f"old-{step}", intercept=1.0 + step)
        recipe = recipe_of(settings.root / "Dockerfile", folder, read_sealed(folder), registry.name_of(repository))
        with open_builder(registry) as builder:
            builder.build(recipe)
            builder.push(recipe.tag)
    before = set(registry.tags(repository))
    with open_builder(registry) as builder:
        gone = prune_images(settings, MODEL, {needed}, builder)
        assert not set(gone) & set(builder.releases(registry.name_of(repository)))
    assert gone
    assert needed not in gone
    assert set(registry.tags(repository)) == before - set(gone)
    pull(settings, built)
