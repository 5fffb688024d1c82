"""One column of a preprocessed table, computed from one field: impute, scale, encode, as a list of steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from model.release.numerics import FUNCTIONS

Value = str | float | None
Step = list[Any]
"""The name of a step and its numbers, see STEPS."""
Cell = Callable[[Any], Any]


def is_missing(value: Any) -> bool:
    """None, or the one number that differs from itself."""
    return value is None or value != value


def _numeric(function: Callable[[float], float]) -> Cell:
    return lambda x: math.nan if x is None else function(x)


def _fill(by: Value) -> Cell:
    return lambda x: by if is_missing(x) else x


def _indicate() -> Cell:
    return lambda x: 1.0 if is_missing(x) else 0.0


def _look_up(keys: Sequence[Value], values: Sequence[float], missing: float | None, unknown: float | None) -> Cell:
    absent = math.nan if missing is None else missing
    unseen = math.nan if unknown is None else unknown
    look_up = {**dict(zip(keys, values, strict=True)), None: absent}.get
    return lambda x: look_up(x, unseen) if x == x else absent


def _clip(low: float, high: float) -> Cell:
    # Not min(max(...)): a missing value has to stay missing.
    return _numeric(lambda x: low if x < low else high if x > high else x)


STEPS: dict[str, Callable[..., Cell]] = {
    "fill": _fill,
    "missing": _indicate,
    "table": _look_up,
    "subtract": lambda by: _numeric(lambda x: x - by),
    "add": lambda by: _numeric(lambda x: x + by),
    "multiply": lambda by: _numeric(lambda x: x * by),
    "divide": lambda by: _numeric(lambda x: x / by),
    "clip": _clip,
    "apply": lambda name: _numeric(FUNCTIONS[name]),
}
"""What a step does. `table` holds keys, values, the value of a missing key and of an unknown one (None: refused)."""


def program(steps: Sequence[Step]) -> Callable[[Value], float]:
    """The column's number for a value of its field; NaN where it is missing, or refused by a table."""
    cells = [STEPS[name](*numbers) for name, *numbers in steps]
    if len(cells) == 1 and steps[0][0] == "table":
        return cells[0]

    def run(value: Value) -> float:
        x: Any = value
        for cell in cells:
            x = cell(x)
        return math.nan if x is None else x

    return run
