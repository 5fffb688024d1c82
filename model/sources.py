"""Fetch a model's rows anew: from a command, an SQL query or a URL, kept by the hash of their content.

SourceError          a source gave no rows; what was fetched before stays as it was
└── SourceSettings   the settings name no source, or more than one
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import os
import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import urllib3

from model.cells import unpack
from model.release.documents import replace_content

LATEST = "latest.json"
_BLANK = re.compile(r"\$\{(\w+)\}")


class SourceError(Exception):
    """A source failed; the message says which and how. `exit_code` is what the CLI answers."""

    exit_code: ClassVar[int] = 3


class SourceSettings(SourceError):
    """The settings of a source make no sense."""

    exit_code = 2


@dataclass(frozen=True)
class Source:
    """Where rows come from: exactly one of command, query (with its database) and url.

    `${NAME}` in a command, database or url is filled in from the environment, so that no secret stands in a setting.
    """

    model: str
    command: tuple[str, ...] = ()
    query: str = ""
    database: str = ""
    """What the driver's `connect` is given; a path for sqlite3."""
    driver: str = "sqlite3"
    """The import name of a DB-API 2.0 module."""
    url: str = ""
    """file://, http:// or https://"""
    timeout_seconds: float = 600.0
    root: Path = field(default_factory=Path)
    """Where a command runs and relative paths begin."""


@dataclass(frozen=True)
class Fetched:
    """Rows as a CSV in the cache; `new` is false where the source gave what it gave the last time."""

    path: Path
    sha256: str
    new: bool


def read_source(model: str, table: Mapping[str, Any], root: Path) -> Source | Path:
    """What `[data.<model>]` of the settings says: a Source, or the path of a file."""
    kinds = [kind for kind in ("file", "command", "query", "url") if table.get(kind)]
    if len(kinds) != 1:
        saw = " and ".join(kinds) or "none of them"
        raise SourceSettings(f"[data.{model}]: saw {saw}, wanted exactly one of file, command, query and url")
    allowed = {kinds[0], "timeout_seconds"} | ({"database", "driver"} if kinds == ["query"] else set())
    for key, value in table.items():
        _refuse_odd_setting(f"[data.{model}] {key}", key, value, allowed)
    if kinds == ["query"] and not table.get("database"):
        raise SourceSettings(f"[data.{model}]: a query needs the database it asks")
    if kinds == ["file"]:
        return root / str(table["file"])
    settings: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Source(model, root=root, **settings)


def fetch(source: Source, cache: Path) -> Fetched:
    """Ask the source, and keep what it gives as `<sha256>.csv` in `cache`, a folder of this model's own.

    Raises SourceError; the cache is then as it was.
    """
    content = _unpacked(_ask(source), source)
    if content.strip().count(b"\n") < 1:
        raise SourceError(f"{source.model}: {_origin(source)} gave no rows, wanted a CSV with a header and rows")
    sha256 = hashlib.sha256(content).hexdigest()
    before = latest(cache)
    path = cache / f"{sha256}.csv"
    if not path.exists():
        replace_content(path, content)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    document = {"schema": 1, "sha256": sha256, "from": _origin(source), "at": at}
    replace_content(cache / LATEST, json.dumps(document, indent=1).encode())
    return Fetched(path, sha256, new=before is None or before.sha256 != sha256)


def latest(cache: Path) -> Fetched | None:
    """What was fetched last, or None where nothing was."""
    note = cache / LATEST
    if not note.exists():
        return None
    sha256 = json.loads(note.read_text())["sha256"]
    path = cache / f"{sha256}.csv"
    return Fetched(path, sha256, new=False) if path.exists() else None


def _refuse_odd_setting(where: str, key: str, value: Any, allowed: set[str]) -> None:
    if key not in allowed:
        raise SourceSettings(f"{where}: unknown here, wanted one of {', '.join(sorted(allowed))}")
    if key == "command":
        fits, wanted = isinstance(value, list) and all(isinstance(word, str) for word in value), "a list of words"
    elif key == "timeout_seconds":
        fits, wanted = isinstance(value, int | float) and not isinstance(value, bool) and value > 0, "seconds above 0"
    else:
        fits, wanted = isinstance(value, str), "text"
    if not fits:
        raise SourceSettings(f"{where}: saw {value!r}, wanted {wanted}")


def _unpacked(content: bytes, source: Source) -> bytes:
    try:
        return unpack(content)
    except (OSError, EOFError, zlib.error) as error:
        raise _failed(source, f"what it gave cannot be unpacked ({error})") from None


def _ask(source: Source) -> bytes:
    if source.command:
        return _run(source)
    return _query(source) if source.query else _download(source)


def _origin(source: Source) -> str:
    """The source as messages name it: as it stands in the settings, its `${BLANKS}` not filled in."""
    if source.command:
        return f"the command {' '.join(source.command)}"
    return f"the query of {source.database}" if source.query else source.url


def _failed(source: Source, why: str) -> SourceError:
    """An error that quotes no value of the environment: a driver's message may repeat a password."""
    for name in _BLANK.findall(" ".join([*source.command, source.database, source.url])):
        why = why.replace(os.environ.get(name) or f"${{{name}}}", f"${{{name}}}")
    return SourceError(f"{source.model}: {_origin(source)} failed: {why}; what was fetched before is kept")


def _filled(source: Source, setting: str) -> str:
    def value_of(blank: re.Match[str]) -> str:
        if not os.environ.get(blank[1]):
            raise SourceError(f"{source.model}: {_origin(source)} needs {blank[1]} in the environment")
        return os.environ[blank[1]]

    return _BLANK.sub(value_of, setting)


def _run(source: Source) -> bytes:
    command = [_filled(source, word) for word in source.command]
    try:
        done = subprocess.run(command, cwd=source.root, capture_output=True, timeout=source.timeout_seconds, check=True)
    except subprocess.TimeoutExpired:
        raise _failed(source, f"no end after {source.timeout_seconds:g} s") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(source, f"exit code {error.returncode}, {said[-1] if said else 'nothing said'}") from None
    except OSError as error:
        raise _failed(source, error.strerror or str(error)) from None
    return done.stdout


def _query(source: Source) -> bytes:
    try:
        with closing(_connect(source)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(source.query)
            names = [column[0] for column in cursor.description or ()]
            # A query without ORDER BY answers in any order; sorted, the same rows have the same hash.
            rows = sorted([_cell(value) for value in row] for row in cursor.fetchall())
    except SourceError:
        raise
    except ImportError:
        raise _failed(source, f"the driver {source.driver} is not installed") from None
    except Exception as error:  # each driver has an exception tree of its own
        raise _failed(source, str(error).strip()) from None
    return _as_csv([names, *rows] if names else [])


def _connect(source: Source) -> Any:
    database = _filled(source, source.database)
    if source.driver != "sqlite3":
        return importlib.import_module(source.driver).connect(database)
    # Read-only, since sqlite3 would make an empty database of a mistyped path.
    return sqlite3.connect(f"{(source.root / database).absolute().as_uri()}?mode=ro", uri=True)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_csv(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _download(source: Source) -> bytes:
    url = _filled(source, source.url)
    parts = urlsplit(url)
    if parts.scheme == "file":
        return _read(source, Path(unquote(parts.path)))
    if parts.scheme not in ("http", "https"):
        raise SourceSettings(f"{source.model}: {source.url}: wanted file://, http:// or https://")
    try:
        answer = urllib3.request("GET", url, timeout=source.timeout_seconds, retries=3)
    except urllib3.exceptions.HTTPError as error:
        raise _failed(source, str(error)) from None
    if answer.status != 200:
        raise _failed(source, f"status {answer.status}, wanted 200")
    return answer.data


def _read(source: Source, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _failed(source, error.strerror or str(error)) from None
