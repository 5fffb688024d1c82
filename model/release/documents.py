"""The JSON files of a release: read strictly, written crash-safe, hashed in one canonical form."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.release.errors import BadDocument, UnknownSchemaVersion

VERSION = 1
"""The `schema` number that every document carries."""

Document = dict[str, Any]


def read_document(path: Path, each: Callable[[Document], Any] | None = None) -> Document:
    """The JSON object in a file; BadDocument where it is none, or of another version.

    `each` may put something else in the place of every object inside, as soon as it is read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text, parse_constant=_refuse_constant, object_hook=each)
    except FileNotFoundError:
        raise BadDocument(str(path), "no such file") from None
    except (ValueError, RecursionError) as error:
        raise BadDocument(str(path), f"not JSON: {error}") from None
    return check_version(document, str(path))


def check_version(document: Any, where: str) -> Document:
    """The document itself, once it is an object of the version this code reads."""
    if not isinstance(document, dict):
        raise BadDocument(where, f"a JSON object is wanted, saw {type(document).__name__}")
    if document.get("schema") != VERSION:
        raise UnknownSchemaVersion(where, document.get("schema"), VERSION)
    return document


def take(document: Document, key: str, where: str) -> Any:
    """The value of a key that must be there."""
    if key not in document:
        raise BadDocument(where, f"{key} is missing")
    return document[key]


def write_document(path: Path, document: Document) -> None:
    """Write a document as `rendered`, in one step."""
    replace_content(path, rendered(document))


def replace_content(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def rendered(document: Document) -> bytes:
    """A document as its file holds it, for people's eyes: one line a value, UTF-8."""
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def canonical(document: Document) -> bytes:
    """The one spelling of a document that hashes are taken of: sorted keys, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
