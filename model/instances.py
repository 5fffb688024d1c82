"""Rows of a data set as instances: the JSON objects that a caller of the interface would send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from model.release.schema import Field, day_of

Instance = dict[str, Any]


def instances_of(features: pd.DataFrame, fields: Sequence[Field]) -> list[Instance]:
    """One instance a row of a feature frame: missing as None, whole numbers as int, dates as ISO days."""
    columns = {field.name: [_json(value, field) for value in features[field.name].tolist()] for field in fields}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _json(value: Any, field: Field) -> Any:
    if value is None or value != value:  # NaN is the one value that differs from itself
        return None
    if field.kind == "date":
        return day_of(value)
    return int(value) if field.integer else value
