"""Measurements in tables: one a line with its interval, or many at a glance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from report.blocks import Block, Cell, table
from report.reading import Document, ModelBuild
from report.text import count, decimals, interval, number, slice_name, title

COLUMNS = ("Measure", "Value", "Interval", "Rows")


def whole(name: str) -> str:
    """A measurement's name without its slice."""
    return name.partition("@")[0]


def part(name: str) -> str:
    """The slice of a measurement's name, for people."""
    return slice_name(name.partition("@")[2]) or "all rows"


def line(name: str, m: Document) -> list[str | Cell]:
    """A measurement with its interval, under COLUMNS."""
    places = decimals(m["value"], m["low"], m["high"])
    rows = "–" if m["n"] is None else count(m["n"])
    return [name, number(m["value"], places), interval_of(m, places), rows]


def interval_of(m: Document, places: int, *, signed: bool = False) -> str:
    """The interval with its level; what was measured before levels were told has none."""
    return interval(m["low"], m["high"], places, signed=signed, level=m.get("level"))


def judged(model: ModelBuild, found: Iterable[str]) -> list[str]:
    """Of these measures those that a gate judges, also on a slice; all of them where no gate judges any."""
    measures = list(dict.fromkeys(map(whole, found)))
    verdicts = (model.get("verdicts") or {"verdicts": []})["verdicts"]
    gated = {whole(v["measure"]) for v in verdicts if v["measure"] in found}
    return [measure for measure in measures if measure in gated] or measures


def _at_most_four_decimals(value: float | None, signed: bool) -> str:
    return number(value, min(decimals(value), 4), signed=signed)


def at_a_glance(
    caption: str,
    first: str,
    found: Mapping[str, Any],
    row_of: Callable[[str], str],
    column_of: Callable[[str], str],
    *,
    signed: bool = False,
) -> list[Block]:
    """Values alone, a line a row and a column a measure; `first` heads the rows. Nothing where nothing was found."""
    columns = list(dict.fromkeys(map(column_of, found)))
    values = {(row_of(name), column_of(name)): m["value"] for name, m in found.items()}
    rows = [
        [row, *(_at_most_four_decimals(values.get((row, column)), signed) for column in columns)]
        for row in dict.fromkeys(map(row_of, found))
    ]
    head = (first, *map(title, columns))
    return [table(caption, head, rows, numeric=head[1:])] if found else []
