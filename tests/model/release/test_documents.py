"""JSON files: read strictly, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.release.documents import canonical, read_document, rendered, take, write_document
from model.release.errors import BadDocument, UnknownSchemaVersion


def test_what_is_written_is_read(tmp_path: Path) -> None:
    document = {"schema": 1, "words": ["é", "😀"], "share": 0.1}
    write_document(tmp_path / "a.json", document)
    assert read_document(tmp_path / "a.json") == document
    assert (tmp_path / "a.json").read_bytes() == rendered(document)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[1]", "a JSON object is wanted, saw list"),
        ('{"schema": 1, "x": NaN}', "NaN is no JSON number"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(BadDocument, match=why):
        read_document(tmp_path / "a.json")


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"schema": 1, "x": "\xff"}')
    with pytest.raises(BadDocument, match="not JSON"):
        read_document(tmp_path / "a.json")
    with pytest.raises(BadDocument, match="no such file"):
        read_document(tmp_path / "b.json")


def test_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"x": 1}')
    with pytest.raises(UnknownSchemaVersion, match="schema version None"):
        read_document(tmp_path / "a.json")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_document(tmp_path / "a.json", {"schema": 1})
    with pytest.raises(ValueError, match="Out of range"):
        write_document(tmp_path / "a.json", {"schema": 1, "x": float("nan")})
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(OSError, match=r"folder\.json"):
        write_document(tmp_path / "folder.json", {"schema": 1})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "folder.json"]
    assert read_document(tmp_path / "a.json") == {"schema": 1}


def test_a_key_that_must_be_there_is_named() -> None:
    assert take({"a": None}, "a", "here") is None
    with pytest.raises(BadDocument, match="here: b is missing"):
        take({"a": 1}, "b", "here")


def test_the_canonical_form_knows_no_order() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
