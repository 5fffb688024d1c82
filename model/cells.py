"""A CSV file as cells of text, each row with the line of the file on which it starts.

DataError
├── UnreadableFile     there is no such file, or its bytes are no text
└── WrongRows          the file can be read and its rows cannot be used; `places` says where
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

PLACES_SHOWN = 5
_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class DataError(Exception):
    """Rows cannot be had; the message is fit for a person. `exit_code` is what the CLI answers."""

    exit_code: ClassVar[int] = 3


class UnreadableFile(DataError):
    """A file is missing, or cannot be unpacked."""


class WrongRows(DataError):
    """The rows of a file cannot be used: `check` is the name under which `check` reports it, `places` says where."""

    exit_code = 1

    def __init__(self, check: str, sentence: str, places: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.check, self.sentence, self.places = check, sentence, list(places)


@dataclass(frozen=True)
class Cells:
    """A table of text: `columns` by name, `lines` the line of the file on which each row starts (the header is 1)."""

    columns: dict[str, list[str]]
    lines: list[int]
    sha256: str
    """Of the content, uncompressed and byte by byte."""


def place(line: int, column: str = "") -> str:
    """Where a cell stands, as every message says it."""
    return f"line {line}, column {column}" if column else f"line {line}"


def first_places(places: Sequence[str]) -> list[str]:
    """The first five places, and how many more there are."""
    more = len(places) - PLACES_SHOWN
    return [*places[:PLACES_SHOWN], *([f"and {more:,} more"] if more > 0 else [])]


def read_cells(file: Path, shown: str) -> Cells:
    """Read a plain or gzipped CSV in UTF-8; `shown` is what messages call the file. Raises DataError."""
    content = read_content(file, shown)
    records = _records(_decode(content, shown), shown)
    if not records:
        raise WrongRows("file", f"{shown}: the file is empty, wanted a header and rows")
    (_, header), *rows = records
    _refuse_odd_header(header, shown)
    if not rows:
        raise WrongRows("file", f"{shown}: the file has a header and no rows")
    _refuse_ragged(rows, header, shown)
    columns = {name: [cells[i] for _, cells in rows] for i, name in enumerate(header)}
    return Cells(columns, [line for line, _ in rows], hashlib.sha256(content).hexdigest())


def read_content(file: Path, shown: str) -> bytes:
    """The bytes of a file, unpacked where they are gzip."""
    try:
        return unpack(file.read_bytes())
    except FileNotFoundError:
        raise UnreadableFile(f"{shown}: there is no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{shown}: cannot be read ({error})") from None


def unpack(content: bytes) -> bytes:
    """The content itself, where it is packed with gzip; else the same bytes."""
    return gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content


def _decode(content: bytes, shown: str) -> str:
    if content.startswith(_UTF16_MARKS):
        raise WrongRows("encoding", f"{shown}: line 1 starts as UTF-16, wanted UTF-8", [place(1)])
    # Spreadsheets put a byte order mark before UTF-8; left there it would become part of the first column's name.
    content = content.removeprefix(_UTF8_MARK)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = error.start - content.rfind(b"\n", 0, error.start)
        saw = f"{shown}: line {line}, byte {byte} is 0x{content[error.start]:02x}, which is not UTF-8"
        raise WrongRows("encoding", f"{saw} (Latin-1 or Windows-1252?); wanted UTF-8", [place(line)]) from None


def _records(text: str, shown: str) -> list[tuple[int, list[str]]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if cells:
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise WrongRows("file", f"{shown}: line {line} is no CSV record ({error})", [place(line)]) from None
    return records


def _refuse_odd_header(header: list[str], shown: str) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise WrongRows("columns", f"{shown}: the header names {', '.join(twice)} twice", [place(1, twice[0])])
    if "" in header:
        nameless = header.index("") + 1
        raise WrongRows("columns", f"{shown}: column {nameless} of the header has no name", [place(1)])


def _refuse_ragged(rows: list[tuple[int, list[str]]], header: list[str], shown: str) -> None:
    ragged = [(line, len(cells)) for line, cells in rows if len(cells) != len(header)]
    if ragged:
        line, count = ragged[0]
        saw = f"{shown}: line {line} has {count} cells, the header has {len(header)}"
        others = f" ({len(ragged) - 1:,} more such lines)" if len(ragged) > 1 else ""
        raise WrongRows("file", saw + others, first_places([place(line) for line, _ in ragged]))
