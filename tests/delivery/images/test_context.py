"""The archive that an engine is sent, and the build arguments beside it."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from delivery.errors import WrongSetting
from delivery.images.arguments import CA_BYTES_AT_MOST, build_arguments, hide
from delivery.images.context import context_of

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Dockerfile beside a release with one file in a folder."""
    (tmp_path / "release" / "serving").mkdir(parents=True)
    (tmp_path / "release" / "serving" / "app.py").write_text("app = 1\n")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def pack(folder: Path) -> bytes:
    return context_of(folder / "Dockerfile", folder / "release")


def test_the_archive_holds_the_dockerfile_and_the_release(folder):
    with tarfile.open(fileobj=io.BytesIO(pack(folder))) as archive:
        assert archive.getnames() == ["Dockerfile", "release", "release/serving", "release/serving/app.py"]
        assert archive.extractfile("release/serving/app.py").read() == b"app = 1\n"


def test_neither_times_nor_modes_nor_owners_change_it(folder):
    before = pack(folder)
    path = folder / "release" / "serving" / "app.py"
    path.chmod(0o600)
    os.utime(path, (1, 1))
    assert pack(folder) == before
    with tarfile.open(fileobj=io.BytesIO(before)) as archive:
        assert {(entry.mode, entry.uid, entry.mtime) for entry in archive if entry.isfile()} == {(0o644, 0, 0)}


def test_a_changed_byte_changes_it(folder):
    before = pack(folder)
    (folder / "release" / "serving" / "app.py").write_text("app = 2\n")
    assert pack(folder) != before


def test_arguments_come_from_the_environment_where_they_are_set(tmp_path):
    (tmp_path / "ca.pem").write_text(PEM)
    environment = {"PIP_INDEX_URL": "https://index", "HTTPS_PROXY": "", "HOME": "/root"}
    arguments = build_arguments(environment | {"BUILD_CA_FILE": str(tmp_path / "ca.pem")}, "python@sha256:1")
    assert arguments == {"BASE": "python@sha256:1", "PIP_INDEX_URL": "https://index", "CA_PEM": PEM}


@pytest.mark.parametrize("content", ["no certificate", PEM + "x" * CA_BYTES_AT_MOST, "é"])
def test_an_authority_that_is_none_or_too_long_is_a_wrong_setting(tmp_path, content):
    (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(WrongSetting, match=r"BUILD_CA_FILE: .*ca\.pem"):
        build_arguments({"BUILD_CA_FILE": str(tmp_path / "ca.pem")}, "base")


def test_an_authority_that_is_not_there_is_a_wrong_setting(tmp_path):
    with pytest.raises(WrongSetting, match="cannot be read"):
        build_arguments({"BUILD_CA_FILE": str(tmp_path / "no.pem")}, "base")


def test_values_are_hidden_but_the_base_image_is_not():
    arguments = {"BASE": "python@sha256:1", "PIP_INDEX_URL": "https://me:secret@index/simple"}
    words = "python@sha256:1: cannot reach https://me:secret@index/simple/flask"
    assert hide(words, arguments) == "python@sha256:1: cannot reach ***/flask"
