"""A registry asked over HTTP: digests, tags, labels, deletion, logins, and what goes wrong."""

from __future__ import annotations

import json
import os

import pytest

from delivery.errors import Broken, WrongSetting
from delivery.images.login import Login, login_for
from delivery.images.registry import Registry, is_loopback


@pytest.fixture(params=["basic", "token"])
def registry(request, shelf) -> Registry:
    """The registry, for both ways to log in."""
    shelf.scheme = request.param
    return Registry.open(shelf.address, os.environ)


def test_a_tag_has_a_digest_or_is_not_there(shelf, registry):
    digest = shelf.add("aaa", {})
    assert registry.digest_of("shop/mood", "aaa") == digest
    assert registry.digest_of("shop/mood", "bbb") is None


def test_an_image_gets_another_tag_and_the_tag_moves(shelf, registry):
    first, second = shelf.add("aaa", {"who": "a"}), shelf.add("bbb", {"who": "b"})
    for digest in (first, second):
        registry.tag("shop/mood", digest, "champion")
        assert registry.digest_of("shop/mood", "champion") == digest
    assert shelf.tags == {"aaa": first, "bbb": second, "champion": second}
    with pytest.raises(Broken, match="answered 404"):
        registry.tag("shop/mood", "sha256:none", "champion")


def test_all_pages_of_tags_are_read(shelf, registry):
    for tag in ("a", "b", "c", "d", "e"):
        shelf.add(tag, {"tag": tag})
    assert registry.tags("shop/mood") == ["a", "b", "c", "d", "e"]
    assert registry.tags("shop/unknown") == []


def test_labels_are_read_and_an_image_deleted(shelf, registry):
    digest = shelf.add("aaa", {"who": "me"})
    assert registry.labels_of("shop/mood", digest) == {"who": "me"}
    registry.delete("shop/mood", digest)
    assert registry.digest_of("shop/mood", "aaa") is None


def test_an_index_of_images_has_no_labels(shelf, registry):
    digest = shelf.add("aaa", {})
    shelf.manifests[digest] = json.dumps({"manifests": []}).encode()
    assert registry.labels_of("shop/mood", digest) == {}


def test_a_registry_that_does_not_delete_says_what_to_set(shelf, registry):
    digest, shelf.deletes = shelf.add("aaa", {}), False
    with pytest.raises(Broken, match="answered 405: it does not allow deletion"):
        registry.delete("shop/mood", digest)


def test_a_wrong_login_is_told(shelf, registry):
    registry.login = Login("me", "wrong")
    with pytest.raises(Broken, match="the login"):
        registry.digest_of("shop/mood", "aaa")


def test_no_login_is_told(shelf):
    with pytest.raises(Broken, match=rf"it wants a login; `docker login {shelf.address}`"):
        Registry(shelf.address, None).digest_of("shop/mood", "aaa")


def test_a_registry_that_is_away_is_told():
    with pytest.raises(Broken, match="cannot be reached"):
        Registry("127.0.0.1:1", None).digest_of("shop/mood", "aaa")


def test_only_this_machine_is_spoken_to_without_tls():
    assert all(map(is_loopback, ("localhost:5000", "127.0.0.1:5000", "localhost", "[::1]:5000")))
    assert not any(map(is_loopback, ("registry:5000", "localhost.example", "127.0.0.1.example:5000", "10.0.0.1")))


def test_a_path_in_the_address_comes_before_the_repository():
    registry = Registry("ghcr.io/acme", None)
    assert (registry.host, registry.name_of("shop/mood")) == ("ghcr.io", "ghcr.io/acme/shop/mood")


def test_half_a_login_is_a_wrong_setting():
    with pytest.raises(WrongSetting, match="REGISTRY_PASSWORD is not set, REGISTRY_USER is"):
        login_for("localhost:5000", {"REGISTRY_USER": "me"})


def test_the_login_that_docker_keeps_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert login_for("localhost:5000", {}) is None
    kept = {"auths": {"localhost:5000": {"auth": Login("me", "secret").basic}}}
    (tmp_path / "config.json").write_text(json.dumps(kept))
    assert login_for("localhost:5000", {}) == Login("me", "secret")


def test_a_password_is_not_shown():
    assert "secret" not in repr(Registry("localhost", Login("me", "secret")))
