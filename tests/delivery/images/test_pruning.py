"""What is removed, and above all what is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from delivery.errors import Broken
from delivery.images.building import LABEL
from delivery.images.pruning import Held, prune_images, removable
from delivery.settings import Settings, load_settings

ROOT = Path(__file__).parents[3]
DAYS = {"r1": 1, "r2": 2, "r3": 3, "r4": 4, "r5": 5, "r6": 6}


class Engine:
    """The tags that an engine holds."""

    name = "engine"

    def __init__(self, *releases: str) -> None:
        self.held = list(releases)
        self.names: list[str] = []

    def releases(self, name: str) -> list[str]:
        self.names.append(name)
        return list(self.held)

    def remove(self, tag: str) -> None:
        self.held.remove(tag.rpartition(":")[2])


@pytest.fixture
def settings(shelf) -> Settings:
    """The project's settings, for the small registry with six releases in it."""
    for release, day in DAYS.items():
        shelf.add(release, labels("mood", release, day))
    return dataclasses.replace(load_settings(ROOT / "project.toml"), name="shop", registry=shelf.address)


def labels(model: str, release: str, day: int) -> dict[str, str]:
    """The labels of a release that was sealed on a day."""
    return {f"{LABEL}.title": model, f"{LABEL}.version": release, f"{LABEL}.created": f"2026-01-0{day}T00:00:00+00:00"}


def test_what_is_neither_needed_nor_new_goes(shelf, settings):
    assert prune_images(settings, "mood", {"r2"}) == ["r1", "r3"]
    assert sorted(shelf.tags) == ["r2", "r4", "r5", "r6"]
    assert prune_images(settings, "mood", {"r2"}) == []


def test_the_engine_forgets_the_same_and_keeps_what_is_on_its_way(settings):
    engine = Engine("r1", "r2", "r6", "r7-not-pushed-yet")
    prune_images(settings, "mood", {"r2"}, engine)
    assert engine.held == ["r2", "r6", "r7-not-pushed-yet"]
    assert engine.names == [f"{settings.registry}/shop/mood"]


def test_where_nothing_is_known_to_be_needed_nothing_goes(shelf, settings):
    assert prune_images(settings, "mood", set()) == []
    assert len(shelf.tags) == len(DAYS)


def test_a_needed_release_that_is_not_there_stops_it(shelf, settings):
    with pytest.raises(Broken, match="does not hold r9, which is in use"):
        prune_images(settings, "mood", {"r2", "r9"})
    assert len(shelf.tags) == len(DAYS)


def test_what_is_not_ours_stays(shelf, settings):
    shelf.add("latest", labels("mood", "r1", 1))
    shelf.add("cache", {})
    shelf.add("other", labels("price", "other", 1))
    assert prune_images(settings, "mood", {"r6"}) == ["r2", "r3"]
    assert set(shelf.tags) == {"r1", "r4", "r5", "r6", "latest", "cache", "other"}


def test_an_image_that_a_needed_tag_shares_stays():
    shared = [Held(f"r{day}", digest, True, f"{day}") for day, digest in enumerate(["one", "one", "two"])]
    assert removable(shared, {"r1"}, keep_newest=0) == [shared[2]]
    assert removable(shared, {"r2"}, keep_newest=0) == shared[:2]
