"""What was right after all, in a file: CSV with the columns `id` and `actual`, or JSON lines with these members."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from delivery.errors import WrongSetting

COLUMNS = {"id", "actual"}
SHOWN = 10
"""So many wrong lines are told one by one."""

Entry = tuple[int, Any]
"""A line's number and what stands there: a mapping, or a sentence of what is wrong with it."""


@dataclass(frozen=True)
class Label:
    """One line: the id of a prediction, and its right answer."""

    line: int
    id: str
    actual: str | float


def read_labels(path: Path, names: Sequence[str]) -> list[Label]:
    """All labels of a file; `names` are a classifier's labels, empty for a regression.

    WrongSetting names every wrong line, or the first ones of many.
    """
    read = {".csv": csv_entries, ".jsonl": json_entries, ".ndjson": json_entries}.get(path.suffix.lower())
    if read is None:
        raise WrongSetting(f"{path.name}: wanted a .csv file, or .jsonl with one JSON object a line")
    labels, wrong = [], []
    for line, entry in entries(path, read):
        try:
            labels.append(label_of(line, entry, names, from_text=path.suffix.lower() == ".csv"))
        except ValueError as problem:
            wrong.append(f"line {line}: {problem}")
    if wrong:
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise WrongSetting(f"{path.name}: {'; '.join(wrong[:SHOWN])}{more}; nothing was sent")
    if not labels:
        raise WrongSetting(f"{path.name}: no labels, wanted lines with an id and its actual answer")
    return labels


def entries(path: Path, read: Callable[[TextIO], Iterator[Entry]]) -> list[Entry]:
    """The file's lines, as its kind is read; WrongSetting where it is none of that kind."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(read(file))
    except FileNotFoundError:
        raise WrongSetting(f"{path}: no such file") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise WrongSetting(f"{path.name}: cannot be read: {problem}; nothing was sent") from None


def csv_entries(file: TextIO) -> Iterator[Entry]:
    """Rows under a header."""
    reader = csv.DictReader(file, strict=True)
    if set(reader.fieldnames or ()) != COLUMNS:
        saw = ", ".join(reader.fieldnames or ()) or "none"
        raise WrongSetting(f"{Path(file.name).name}: line 1: wanted the columns id, actual, saw {saw}")
    for row in reader:
        whole = None not in row and None not in row.values()
        yield reader.line_num, row if whole else "wanted two fields, id and actual"


def json_entries(file: TextIO) -> Iterator[Entry]:
    """One object a line; empty lines are none."""
    for number, line in enumerate(file, start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, "no JSON"


def label_of(line: int, entry: Any, names: Sequence[str], from_text: bool) -> Label:
    """An entry as a label; ValueError says what is wrong with it."""
    if isinstance(entry, str):
        raise ValueError(entry)
    if not isinstance(entry, dict) or entry.keys() != COLUMNS:
        raise ValueError('wanted {"id": ..., "actual": ...}')
    if not isinstance(entry["id"], str) or not entry["id"]:
        raise ValueError("wanted the id of a prediction")
    return Label(line, entry["id"], actual_of(entry["actual"], names, from_text))


def actual_of(value: Any, names: Sequence[str], from_text: bool) -> str | float:
    """A label's name, or a number."""
    if names:
        if value not in names:
            raise ValueError(f"actual is {value!r}, wanted one of {', '.join(names)}")
        return str(value)
    try:
        number = float(value) if from_text or (isinstance(value, int | float) and value is not True) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or value is False:
        raise ValueError(f"actual is {value!r}, wanted a number")
    return number
