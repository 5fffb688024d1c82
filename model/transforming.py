"""A model's own transformer code (`runtime.py` in its folder), applied to training rows as its release applies it.

`TRANSFORMERS` is a dict of name -> function(row) -> row; a server runs them on every row before its scorer, so training
runs the same functions on the same rows. Without the file nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd

from model.data import Data, Part
from model.references import rows_of
from model.release.loading import load_transformers
from model.release.schema import Field, Row
from model.spec import ModelSpec


@dataclass(frozen=True)
class Inputs:
    """The data as pipelines are given them, and the fields of those columns."""

    data: Data
    fields: tuple[Field, ...]

    @property
    def population(self) -> pd.DataFrame:
        """The columns of training and holdout rows together."""
        return pd.concat([self.data.train.features, self.data.holdout.features])


def inputs_of(spec: ModelSpec, root: Path, data: Data) -> Inputs:
    """The inputs of a model's pipelines: its features, transformed where it brings code of its own."""
    transformers = load_transformers(root / spec.folder / "runtime.py")
    if not transformers:
        return Inputs(data, spec.features)

    def changed(part: Part) -> Part:
        rows = [reduce(lambda row, step: step(row), transformers, dict(row)) for row in rows_of(spec, part)]
        return replace(part, features=_frame(rows, part.rows.index))

    transformed = replace(data, train=changed(data.train), holdout=changed(data.holdout))
    columns = transformed.train.features
    return Inputs(transformed, tuple(_field(name, columns[name], spec) for name in columns))


def _frame(rows: Sequence[Row], index: pd.Index[Any]) -> pd.DataFrame:
    return pd.DataFrame({name: _column([row[name] for row in rows], index) for name in rows[0]}, index=index)


def _column(values: list[Any], index: pd.Index[Any]) -> pd.Series[Any]:
    numbers = all(value is None or isinstance(value, float | int) for value in values)
    return pd.Series(values, index=index, dtype=float if numbers else object)


def _field(name: str, column: pd.Series[Any], spec: ModelSpec) -> Field:
    known = {field.name: field for field in spec.features}
    if name in known:
        return known[name]
    if column.dtype == float:
        return Field(name, "number", nullable=True)
    return Field(name, "category", nullable=True, unknown="accept")
