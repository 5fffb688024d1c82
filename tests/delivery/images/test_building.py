"""What is built, and all that is refused before an engine is asked."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from delivery.errors import Refused, WrongSetting
from delivery.images import ImageReference
from delivery.images.building import base_of, build_image, labels_of, read_sealed, recipe_of
from delivery.settings import Settings, load_settings
from tests.delivery.images.releases import seal_for

ROOT = Path(__file__).parents[3]
DOCKERFILE = b"ARG BASE\nFROM ${BASE}\n"


@pytest.fixture
def settings(tmp_path, shelf) -> Settings:
    """The project's settings for the small registry, with a Dockerfile of its own."""
    (tmp_path / "Dockerfile").write_bytes(DOCKERFILE)
    here = load_settings(ROOT / "project.toml")
    return dataclasses.replace(here, name="shop", registry=shelf.address, root=tmp_path)


@pytest.fixture
def release(tmp_path) -> Path:
    """A release made for that Dockerfile."""
    return seal_for(tmp_path / "release", dockerfile_sha256=hashlib.sha256(DOCKERFILE).hexdigest())


def test_what_the_registry_holds_is_not_built_again(settings, release, shelf):
    digest = shelf.add(read_sealed(release).identity, {})
    reference = build_image(settings, release, lambda what: None)
    assert reference == ImageReference(f"{shelf.address}/shop/mood@{digest}", pushed=False)


def test_a_recipe_holds_the_release_its_base_and_its_labels(settings, release):
    info = read_sealed(release)
    recipe = recipe_of(settings.root / "Dockerfile", release, info, "localhost:5000/shop/mood")
    assert recipe.tag == f"localhost:5000/shop/mood:{info.identity}"
    assert recipe.arguments["BASE"] == "python@sha256:" + "1" * 64
    assert b"release/scorer.json" in recipe.context
    assert {key.rpartition("image.")[2]: value for key, value in recipe.labels.items()} == {
        "title": "mood", "version": info.identity, "revision": "0" * 40, "created": "2026-01-01T00:00:00+00:00",
        "base.name": "python:3.13-slim", "base.digest": "sha256:" + "1" * 64,
    }  # fmt: skip
    assert labels_of(info) == recipe.labels


def test_a_base_image_keeps_its_registry_and_port(tmp_path):
    folder = seal_for(tmp_path / "one", base="localhost:5000/python:3.13@sha256:" + "1" * 64)
    assert base_of(read_sealed(folder)) == "localhost:5000/python@sha256:" + "1" * 64


def test_a_base_image_without_a_digest_is_a_wrong_setting(tmp_path):
    folder = seal_for(tmp_path / "one", base="python:3.13-slim")
    with pytest.raises(WrongSetting, match=r"base_digest is empty.*saw 'python:3\.13-slim'"):
        base_of(read_sealed(folder))


def test_a_release_made_for_another_dockerfile_is_refused(settings, release):
    (settings.root / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(Refused, match="was made for a Dockerfile"):
        recipe_of(settings.root / "Dockerfile", release, read_sealed(release), "name")


def test_what_is_not_sealed_becomes_no_image(settings, release):
    (release / "release.json").unlink()
    with pytest.raises(Refused, match="no image is made of it"):
        build_image(settings, release, lambda what: None)


def test_what_was_changed_becomes_no_image(settings, release):
    (release / "scorer.json").write_text("{}")
    with pytest.raises(Refused, match=r"scorer\.json"):
        build_image(settings, release, lambda what: None)


def test_an_unknown_builder_is_a_wrong_setting(settings, release, monkeypatch):
    monkeypatch.setenv("IMAGE_BUILDER", "kaniko")
    with pytest.raises(WrongSetting, match="IMAGE_BUILDER is 'kaniko', wanted one of docker, buildah"):
        build_image(settings, release, lambda what: None)
