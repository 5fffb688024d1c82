"""What engines say, read: streams of the Docker daemon, commands of buildah that fail."""

from __future__ import annotations

import pytest

from delivery.errors import Broken
from delivery.images.buildah_builder import environment, run
from delivery.images.docker_builder import DockerBuilder, read_stream

SECRET = {"BASE": "b", "PIP_INDEX_URL": "https://me:secret@index/simple"}


def test_the_digest_is_what_a_push_tells_besides_its_log():
    stream = [{"status": "Pushed"}, {"progressDetail": {}, "aux": {"Tag": "1", "Digest": "sha256:1", "Size": 9}}]
    assert read_stream(stream, "shop/mood:1", {})["Digest"] == "sha256:1"


def test_an_error_in_the_stream_is_raised_with_the_last_lines_and_without_secrets():
    stream = [
        {"stream": "Step 1/9 : FROM b\n"}, {"stream": "\n"},
        {"stream": "Looking in https://me:secret@index/simple\nno such package\n"},
        {"errorDetail": {"code": 1}, "error": "pip returned a non-zero code: 1"},
    ]  # fmt: skip
    with pytest.raises(Broken) as caught:
        read_stream(stream, "shop/mood:1: the image could not be built", SECRET)
    assert str(caught.value) == (
        "shop/mood:1: the image could not be built: pip returned a non-zero code: 1\n"
        "Step 1/9 : FROM b\nLooking in ***\nno such package"
    )


def test_a_daemon_that_is_not_there_is_said_so(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(Broken, match="the Docker daemon cannot be used"):
        DockerBuilder("localhost:5000", None)


def test_a_machine_without_buildah_is_told_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Broken, match="there is no buildah on PATH"):
        run(["version"], "buildah version")


def test_a_command_that_fails_tells_its_last_lines_without_secrets(monkeypatch, tmp_path):
    (tmp_path / "buildah").write_text("#!/bin/sh\necho looking in $PIP_INDEX_URL >&2\nexit 125\n")
    (tmp_path / "buildah").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(Broken) as caught:
        run(["build", "-"], "shop/mood:1", b"", SECRET)
    assert str(caught.value) == "shop/mood:1: buildah build ended with 125\nlooking in ***"


def test_buildah_is_not_shown_a_docker_config_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert "DOCKER_CONFIG" not in environment()
    (tmp_path / "config.json").write_text("{}")
    assert environment()["DOCKER_CONFIG"] == str(tmp_path)
