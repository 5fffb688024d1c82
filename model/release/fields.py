"""One input field, and how a JSON value becomes the value that a scorer sees."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["text", "category", "number", "date"]
Unknown = Literal["refuse", "accept"]
Value = str | float | None
Row = dict[str, Value]
"""An instance after the schema read it: every field present, numbers and dates as float, missing as None."""

Reader = Callable[[Any], Value]

KINDS = ("text", "category", "number", "date")
EPOCH = date(1970, 1, 1).toordinal()
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SHOWN_CHARS = 40


class Refused(Exception):
    """A value does not fit its field; the message says what was wanted and what was seen."""


@dataclass(frozen=True)
class Field:
    """One field of the input, as it stands in schema.json.

    `minimum` and `maximum` are inclusive, of a date in days since 1970-01-01 (see `days_of`). A category refuses values
    outside `choices`, or accepts them (`unknown="accept"`) where the scorer can answer for a category never seen.
    """

    name: str
    kind: Kind
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    integer: bool = False
    choices: tuple[str, ...] = ()
    unknown: Unknown = "refuse"
    max_chars: int | None = None
    unit: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse a field that contradicts itself (ValueError)."""
        for contradiction, holds in _contradictions(self):
            if holds:
                raise ValueError(f"field {self.name!r}: {contradiction}")


def _contradictions(field: Field) -> list[tuple[str, bool]]:
    measured = field.kind in ("number", "date")
    bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
    return [
        ("a name is wanted", not field.name),
        (f"kind {field.kind!r}, wanted one of {', '.join(KINDS)}", field.kind not in KINDS),
        (f"unknown={field.unknown!r}, wanted refuse or accept", field.unknown not in ("refuse", "accept")),
        ("only a number or a date has a minimum or maximum", bool(bounds) and not measured),
        ("minimum and maximum must be finite", not all(map(math.isfinite, bounds))),
        ("the minimum is above the maximum", len(bounds) == 2 and bounds[0] > bounds[1]),
        ("only a number can be an integer", field.integer and field.kind != "number"),
        ("only a category has choices", bool(field.choices) and field.kind != "category"),
        ("a category that refuses unknown values needs choices", _lacks_choices(field)),
        ("a choice stands there twice", len(set(field.choices)) != len(field.choices)),
        ("max_chars is for text and categories, and above 0", _odd_length(field)),
    ]


def _lacks_choices(field: Field) -> bool:
    return field.kind == "category" and field.unknown == "refuse" and not field.choices


def _odd_length(field: Field) -> bool:
    return field.max_chars is not None and (field.kind not in ("text", "category") or field.max_chars < 1)


def days_of(day: str) -> float:
    """Days from 1970-01-01 to an ISO day such as 2026-07-27; ValueError for anything else."""
    if not _ISO_DAY.fullmatch(day):
        raise ValueError(f"not an ISO day: {day!r}")
    return float(date.fromisoformat(day).toordinal() - EPOCH)


def day_of(days: float) -> str:
    """The ISO day that lies so many days after 1970-01-01: the inverse of `days_of`."""
    return date.fromordinal(int(days) + EPOCH).isoformat()


def reader_of(field: Field) -> Reader:
    """The function that reads this field's JSON value, or raises Refused. It does not answer for a field left out."""
    reader = _READERS[field.kind](field)
    return _nullable(reader) if field.nullable else reader


def shown(value: object) -> str:
    """A JSON value as an error message quotes it: short, one line, always encodable."""
    if isinstance(value, str):
        quoted = repr(value[:_SHOWN_CHARS]).encode("utf-8", "backslashreplace").decode()
        return quoted + "..." if len(value) > _SHOWN_CHARS else quoted
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return f"{value:g}" if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**_SHOWN_CHARS else "a number of more than 40 digits"
    return "a list" if isinstance(value, list) else "an object"


def _nullable(reader: Reader) -> Reader:
    def read(value: Any) -> Value:
        return None if value is None else reader(value)

    return read


def _number_reader(field: Field) -> Reader:
    # Comparing before converting keeps NaN, the infinities and integers too large for a float out in one step.
    low = -sys.float_info.max if field.minimum is None else field.minimum
    high = sys.float_info.max if field.maximum is None else field.maximum
    wanted = _wanted_number(field)

    def read(value: Any) -> Value:
        if (type(value) is float or type(value) is int) and low <= value <= high:
            return float(value)
        raise Refused(f"{wanted}, saw {shown(value)}")

    def read_integer(value: Any) -> Value:
        if type(value) is int or (type(value) is float and value.is_integer()):
            return read(value)
        raise Refused(f"{wanted}, saw {shown(value)}")

    return read_integer if field.integer else read


def _wanted_number(field: Field) -> str:
    kind = "a whole number" if field.integer else "a number"
    unit = f" ({field.unit})" if field.unit else ""
    return f"wanted {kind}{_range(field, lambda bound: f'{bound:.15g}')}{unit}"


def _range(field: Field, spell: Callable[[float], str]) -> str:
    if field.minimum is not None and field.maximum is not None:
        return f" from {spell(field.minimum)} to {spell(field.maximum)}"
    if field.minimum is not None:
        return f" of at least {spell(field.minimum)}"
    return f" of at most {spell(field.maximum)}" if field.maximum is not None else ""


def _date_reader(field: Field) -> Reader:
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    wanted = f"wanted an ISO day such as 2026-07-27{_range(field, day_of)}"

    def read(value: Any) -> Value:
        try:
            days = days_of(value)
        except (TypeError, ValueError):
            raise Refused(f"{wanted}, saw {shown(value)}") from None
        if low <= days <= high:
            return days
        raise Refused(f"{wanted}, saw {shown(value)}")

    return read


def _text_reader(field: Field) -> Reader:
    longest = sys.maxsize if field.max_chars is None else field.max_chars

    def read(value: Any) -> Value:
        if type(value) is not str:
            raise Refused(f"wanted text, saw {shown(value)}")
        if len(value) > longest:
            raise Refused(f"wanted at most {longest} characters, saw {len(value)}")
        if not value.isascii():
            _refuse_surrogates(value)
        return value

    return read


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"wanted text, saw half a character (a lone surrogate) at position {error.start}") from None


def _category_reader(field: Field) -> Reader:
    choices = frozenset(field.choices)
    read_text = _text_reader(field)
    wanted = f"wanted one of {', '.join(field.choices)}"

    def read_known(value: Any) -> Value:
        if type(value) is str and value in choices:
            return value
        raise Refused(f"{wanted}, saw {shown(value)}")

    return read_known if field.unknown == "refuse" else read_text


_READERS: dict[Kind, Callable[[Field], Reader]] = {
    "text": _text_reader,
    "category": _category_reader,
    "number": _number_reader,
    "date": _date_reader,
}
