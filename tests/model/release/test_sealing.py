"""Sealing, and the refusal of a release of which one byte differs."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from model.release.documents import canonical, rendered
from model.release.errors import BadDocument, Foreign, Tampered, Unsealed
from model.release.sealing import PROVENANCE, answering_files, identity_of, seal, verify


def paths_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_sealed_release_is_verified(mood: Path, provenance: dict[str, Any]) -> None:
    info = seal(mood, provenance)
    assert verify(mood) == info
    assert (info.model, info.task, info.api, info.candidate) == ("mood", "binary", 1, "linear")
    assert len(info.identity) == 12
    assert sorted(info.document["files"]) == [path for path in paths_of(mood) if path != "release.json"]
    assert info.document["lock_sha256"] == hashlib.sha256((mood / "requirements.txt").read_bytes()).hexdigest()


def test_the_identity_is_what_the_contract_says() -> None:
    files = {"b": "2" * 64, "a": "1" * 64, "card.md": "3" * 64}
    text = f"a\0{'1' * 64}\nb\0{'2' * 64}\nDockerfile\0{'4' * 64}\nbase image\0sha256:{'5' * 64}\n"
    wanted = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert identity_of(files, "4" * 64, "python@sha256:" + "5" * 64) == wanted
    assert identity_of(files, "4" * 64, "mirror/python:3@sha256:" + "5" * 64) == wanted


def test_the_identity_changes_with_all_that_answers_and_with_nothing_else(
    mood: Path, provenance: dict[str, Any]
) -> None:
    identity = seal(mood, provenance).identity
    for key, value in {"commit": "f" * 40, "created": "2027-01-01", "figures": {}, "candidate": "vote"}.items():
        assert seal(mood, {**provenance, key: value}).identity == identity
    (mood / "card.md").write_text("Another card\n")
    assert seal(mood, provenance).identity == identity
    assert identity_of(answering_files(mood), "2" * 64, "python@sha256:" + "1" * 64) == identity
    for key, value in {"base_image": "python@sha256:" + "9" * 64, "dockerfile_sha256": "9" * 64}.items():
        assert seal(mood, {**provenance, key: value}).identity != identity
    (mood / "serving/app.py").write_text('"""Serves, patched."""\n')
    assert seal(mood, provenance).identity != identity


def test_one_byte_changed_in_any_file_is_refused_by_its_name(sealed: Path) -> None:
    for name in paths_of(sealed):
        path = sealed / name
        content = path.read_bytes()
        for place in {0, len(content) // 2, len(content) - 1} if content else set():
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            with pytest.raises(Tampered, match=name) as refusal:
                verify(sealed)
            assert refusal.value.path == name
        path.write_bytes(content + b"\n")
        with pytest.raises(Tampered, match=name):
            verify(sealed)
        path.write_bytes(content)
    assert verify(sealed).model == "mood"


def test_any_byte_of_release_json_counts(sealed: Path) -> None:
    path = sealed / "release.json"
    content = path.read_bytes()
    for place in range(0, len(content), 31):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(Tampered, match=r"release\.json"):
            verify(sealed)


def test_a_missing_file_is_refused_by_its_name(sealed: Path) -> None:
    for name in paths_of(sealed):
        (sealed / name).rename(sealed.parent / "away")
        with pytest.raises(Unsealed if name == "release.json" else Tampered, match=name):
            verify(sealed)
        (sealed.parent / "away").rename(sealed / name)


def test_a_file_that_is_not_listed_is_refused_by_its_name(sealed: Path) -> None:
    (sealed / "model/release/__pycache__").mkdir()
    (sealed / "model/release/__pycache__/errors.pyc").write_bytes(b"")
    with pytest.raises(Tampered, match=r"model/release/__pycache__/errors\.pyc: not listed"):
        verify(sealed)


def test_a_link_in_a_release_is_refused(sealed: Path) -> None:
    shutil.move(sealed / "card.md", sealed.parent / "card.md")
    (sealed / "card.md").symlink_to(sealed.parent / "card.md")
    with pytest.raises(Foreign, match=r"card\.md: a link"):
        verify(sealed)
    (sealed / "card.md").unlink()
    shutil.move(sealed / "serving", sealed.parent / "serving")
    (sealed / "serving").symlink_to(sealed.parent / "serving")
    with pytest.raises(Foreign, match="serving: a link"):
        verify(sealed)


def test_a_wrong_identity_is_refused_even_under_a_right_seal(sealed: Path) -> None:
    document = json.loads((sealed / "release.json").read_text())
    del document["seal"]
    document["identity"] = "0" * 12
    document["seal"] = hashlib.sha256(canonical(document)).hexdigest()
    (sealed / "release.json").write_bytes(rendered(document))
    with pytest.raises(Tampered, match="identity 000000000000, the files make"):
        verify(sealed)


def test_a_folder_without_a_seal_is_refused(mood: Path) -> None:
    with pytest.raises(Unsealed, match="not sealed"):
        verify(mood)


@pytest.mark.parametrize(
    "foreign",
    [
        "serving/__pycache__/app.pyc",
        "model/release/.hidden",
        "notes.txt",
        "model/training.py",
        "delivery/image.py",
        ".env",
    ],
)
def test_foreign_files_are_not_sealed(mood: Path, provenance: dict[str, Any], foreign: str) -> None:
    (mood / foreign).parent.mkdir(exist_ok=True)
    (mood / foreign).write_text("x")
    with pytest.raises(Foreign, match=foreign) as refusal:
        seal(mood, provenance)
    assert refusal.value.path == foreign
    assert not (mood / "release.json").exists()


@pytest.mark.parametrize("name", ["scorer.json", "card.md", "requirements.txt", "model/release/__init__.py"])
def test_half_a_release_is_not_sealed(mood: Path, provenance: dict[str, Any], name: str) -> None:
    (mood / name).unlink()
    with pytest.raises(BadDocument, match=f"{name}: missing"):
        seal(mood, provenance)


def test_provenance_is_told_whole(mood: Path, provenance: dict[str, Any]) -> None:
    for key in PROVENANCE:
        with pytest.raises(BadDocument, match="provenance: wanted candidate"):
            seal(mood, {name: value for name, value in provenance.items() if name != key})
    with pytest.raises(BadDocument, match="provenance"):
        seal(mood, {**provenance, "weather": "fine"})
    with pytest.raises(BadDocument, match="wanted text or null, saw 5"):
        seal(mood, {**provenance, "base_image": 5})
    assert seal(mood, {**provenance, "base_image": None, "dockerfile_sha256": None}).model == "mood"
