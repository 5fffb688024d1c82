"""Odd rows, on which a scorer that was compiled carelessly would differ: one field at a time, then all at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from model.release.schema import Field, Row, Value

NUMBERS = (None, 0.0, -0.0, -1.0, 0.5, 1.0, 1e-300, -1e12, 1e12, 3.5e38, 1e300, -1e300)
CATEGORIES = (None, "", " ", "never seen", "Ünïcödé ☃", "\uff21\uff42", "x" * 5000, "\U0001f600", "nan", "None", "0")
TEXTS = (
    None,
    "",
    " ",
    "\n\t",
    "!?",
    "zzyzzx qwrtpl zzyzzx",
    "good " * 2000,
    "Ünïcödé naïve café ÅNGSTRÖM straße İstanbuL ﬁne",
    "ｆｕｌｌ ｗｉｄｔｈ ｔｅｘｔ",
    "so\u200b go\u200bod\ufeff",
    "e\u0301te\u0301 \u0130 \u212b",
    "&amp; &lt;b&gt; &#x27;quoted&#x27; &nbsp; https://example.org/a?b=c www.example.org @someone",
    "it’s ‘good’ can't won't",
    "漢字 かな 한국어 русский текст العربية हिन्दी",
    "😀 👩‍👩‍👧 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐐷 good",
    "1 22 333 4_4 a b c I",
    "nul\x00byte \x1b[0m",
    "aaaaaaaaaa" * 10_000,
)
ODD: dict[str, tuple[Value, ...]] = {"number": NUMBERS, "date": NUMBERS, "category": CATEGORIES, "text": TEXTS}
BASES = 3


def rows_of(frame: pd.DataFrame, fields: Sequence[Field]) -> list[Row]:
    """The rows of a feature frame as a scorer takes them: missing as None, numbers as float."""
    columns = [_cells(frame[field.name].tolist(), field) for field in fields]
    names = [field.name for field in fields]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _cells(values: list[Any], field: Field) -> list[Value]:
    measured = field.kind in ("number", "date")
    return [None if value is None or value != value else float(value) if measured else value for value in values]


def frame_of(rows: Sequence[Row], fields: Sequence[Field]) -> pd.DataFrame:
    """The inverse of `rows_of`: numbers as float64 with NaN, all else as objects with None."""
    return pd.DataFrame(
        {
            field.name: pd.Series(
                [row[field.name] for row in rows], dtype=float if field.kind in ("number", "date") else object
            )
            for field in fields
        }
    )


def probe_rows(rows: Sequence[Row], fields: Sequence[Field]) -> Iterator[Row]:
    """Some of the rows with each field in turn missing, unseen, empty, huge or in Unicode, and with all missing."""
    bases = [rows[i * (len(rows) - 1) // max(BASES - 1, 1)] for i in range(BASES)]
    for field in fields:
        bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
        for value in itertools.chain(ODD[field.kind], bounds, field.choices):
            for base in bases if len(fields) > 1 else bases[:1]:
                yield {**base, field.name: value}
    yield {field.name: None for field in fields}
    longest = max(len(ODD[field.kind]) for field in fields)
    for i in range(longest):
        yield {field.name: ODD[field.kind][i % len(ODD[field.kind])] for field in fields}
