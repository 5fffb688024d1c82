"""The champion as a build without a kubeconfig finds it: by a tag in the registry, with pull rights alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from delivery import champions
from delivery.clusters import Cluster
from delivery.errors import Broken
from delivery.images import champion as published
from delivery.settings import Settings, load_settings

CLUSTER = Cluster("models", "models-staging", "http://127.0.0.1:1", ("monitoring",), rollout={"shares": [0.5]})


@pytest.fixture
def settings(shelf, tmp_path: Path) -> Settings:
    """A project whose images lie in the small registry."""
    here = load_settings(Path(__file__).parents[3] / "project.toml")
    environments = {"production": CLUSTER}
    here = dataclasses.replace(here, name="shop", registry=shelf.address, root=tmp_path, environments=environments)
    return here.at("production")


@pytest.fixture(autouse=True)
def no_kubeconfig(monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/none:{tmp_path}/nothing")


def test_a_kubeconfig_decides_who_is_asked(settings, monkeypatch, tmp_path):
    assert champions.sees_target(dataclasses.replace(settings, environment=""))
    assert not champions.sees_target(settings)
    (tmp_path / "here.conf").write_text("")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/none:{tmp_path}/here.conf")
    assert champions.sees_target(settings)


def test_nothing_was_ever_promoted_where_there_is_no_tag(settings, shelf, capsys):
    shelf.add("aaaaaaaaaaaa", {f"{published.LABEL}.version": "aaaaaaaaaaaa"})
    assert champions.present_champion(settings, "mood") is None
    assert "the registry says that nothing is in production" in capsys.readouterr().out
    assert champions.known_approvals(settings, "mood", "aaaaaaaaaaaa") == []


def test_the_tag_follows_the_champion(settings, shelf):
    for release in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        digest = shelf.add(release, {f"{published.LABEL}.version": release})
        published.publish_image(f"{shelf.address}/shop/mood@{digest}", "production")
        assert published.published_image(settings, "mood") == (release, f"{shelf.address}/shop/mood@{digest}")


def test_a_tag_on_something_else_is_an_error(settings, shelf):
    shelf.add("champion-production", {})
    with pytest.raises(Broken, match="champion-production says no release"):
        champions.present_champion(settings, "mood")
