"""Rows of a model: every cell typed by the spec, the model's population, and the split by hash of the group."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.cells import Cells, DataError, UnreadableFile, WrongRows, first_places, place, read_cells
from model.release.schema import Field, days_of
from model.spec import Dataset, ModelSpec

__all__ = ["Data", "DataError", "Part", "UnreadableFile", "WrongRows", "load", "normal_form", "row_keys", "split_of"]

SIDES = ("train", "holdout")


@dataclass(frozen=True)
class Part:
    """Some rows of a data set. The index of `rows` and `features` is the line of the file on which a row starts."""

    rows: pd.DataFrame
    """Every column: fields typed as in `features`, the target as its class or number, the rest text (None: empty)."""
    features: pd.DataFrame
    """What a pipeline is given: the spec's fields in order, numbers and dates float64, all else object with None."""
    target: npt.NDArray[Any]
    """int64 position in the spec's `label_values`, or the float64 value of a regression."""
    groups: npt.NDArray[np.object_]

    @property
    def lines(self) -> npt.NDArray[np.int64]:
        """The line of the file on which each row starts."""
        return np.asarray(self.rows.index, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: npt.NDArray[Any]) -> Part:
        """The rows of a mask, or of positions."""
        return Part(self.rows.iloc[chosen], self.features.iloc[chosen], self.target[chosen], self.groups[chosen])


@dataclass(frozen=True)
class Data:
    """A loaded data set: `all` rows of the file, and of the population those to learn from and those held out."""

    file: str
    sha256: str
    all: Part
    train: Part
    holdout: Part

    @property
    def population(self) -> Part:
        """Training and holdout rows together, in the order of the file."""
        inside = self.all.rows.index.isin([*self.train.rows.index, *self.holdout.rows.index])
        return self.all.take(np.asarray(inside))


def load(spec: ModelSpec, root: Path, source: Path | None = None) -> Data:
    """Read the model's rows from `source` (fetched), or else from its own file. Raises DataError, naming the line."""
    file = source or root / spec.folder / spec.dataset.file
    shown = _shown(file, root)
    cells = read_cells(file, shown)
    _require_columns(cells, spec, shown)
    every = _typed(cells, spec, shown)
    chosen, sides = _population(every, spec.dataset, shown), _sides(every, cells, spec.dataset, shown)
    parts = {side: every.take(chosen & (sides == side)) for side in SIDES}
    for side, part in parts.items():
        if not len(part):
            raise WrongRows("rows", f"{spec.name}: no {side} row among {len(every):,} rows ({shown})")
    return Data(shown, cells.sha256, every, **parts)


def split_of(group: str, salt: str, share: float) -> str:
    """`train` or `holdout`: a pure function of the group, so that no row changes sides when others come or go."""
    first_32_bits = int(hashlib.sha256(f"{salt}:{group}".encode()).hexdigest()[:8], 16)
    return "holdout" if first_32_bits / 2**32 < share else "train"


@lru_cache(maxsize=2**16)
def normal_form(text: str) -> str:
    """Lower case, words parted by one blank, nothing else: two texts of one normal form are the same text."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def row_keys(features: pd.DataFrame) -> list[str]:
    """One string a row; rows with equal features (texts in normal form) have the same."""
    columns = [[_key(value) for value in features[name].tolist()] for name in features]
    return ["\x1f".join(row) for row in zip(*columns, strict=True)]


def _key(value: str | float | None) -> str:
    # A text of nothing but signs has no normal form; it stands for itself then.
    return normal_form(value) or value if isinstance(value, str) else str(value)


def _shown(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _require_columns(cells: Cells, spec: ModelSpec, shown: str) -> None:
    dataset = spec.dataset
    special = [dataset.target, dataset.id, dataset.group, dataset.split]
    wanted = [field.name for field in (*spec.features, *dataset.columns)] + [name for name in special if name]
    missing = [name for name in dict.fromkeys(wanted) if name not in cells.columns]
    if missing:
        header = f"its header is {', '.join(cells.columns)} ({shown})"
        sentence = f"{spec.name}: the file has no column {', '.join(missing)}; {header}"
        raise WrongRows("columns", sentence, [place(1, name) for name in missing])


def _typed(cells: Cells, spec: ModelSpec, shown: str) -> Part:
    fields = {field.name: field for field in (*spec.dataset.columns, *spec.features)}
    parsers = {name: _parser(field) for name, field in fields.items()}
    parsers |= {name: _present for name in (spec.dataset.id, spec.dataset.group) if name and name not in parsers}
    parsers |= {spec.dataset.target: _target_parser(spec)}
    wrong: list[tuple[int, str, str]] = []
    columns = {}
    for name, texts in cells.columns.items():
        parsed = [_parsed(parsers.get(name, _text), text) for text in texts]
        numbered = zip(cells.lines, parsed, strict=True)
        wrong += [(line, name, str(each)) for line, each in numbered if isinstance(each, ValueError)]
        columns[name] = parsed
    _refuse_wrong(wrong, spec, shown)
    rows = pd.DataFrame({name: _series(values, cells.lines) for name, values in columns.items()})
    features = rows[[field.name for field in spec.features]]
    return Part(rows, features, _target(rows[spec.dataset.target], spec), _groups(rows, features, spec.dataset))


def _series(values: list[Any], lines: list[int]) -> pd.Series[Any]:
    # dtype=object explicitly: pandas 3 would make Arrow strings of it, which cross-validation cannot index.
    dtype = np.float64 if all(type(value) is float for value in values) else object
    return pd.Series(values, index=lines, dtype=dtype)


Parser = Callable[[str], Any]


def _parsed(parser: Parser, text: str) -> Any:
    try:
        return parser(text)
    except ValueError as error:
        return error


def _parser(field: Field) -> Parser:
    return {"number": _number, "date": _date}.get(field.kind, _text)


def _text(cell: str) -> str | None:
    return cell or None


def _present(cell: str) -> str:
    if not cell:
        raise ValueError("the cell is empty")
    return cell


def _number(cell: str) -> float:
    if not cell:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in cell:
        raise ValueError(f"{cell!r} is not a number")
    return value


def _date(cell: str) -> float:
    try:
        return days_of(cell) if cell else math.nan
    except ValueError:
        raise ValueError(f"{cell!r} is not an ISO day such as 2026-07-27") from None


def _target_parser(spec: ModelSpec) -> Parser:
    classes = {str(value): value for value in spec.label_values}

    def read(cell: str) -> Any:
        if not cell:
            raise ValueError("the target is missing")
        if spec.task == "regression":
            return _number(cell)
        if cell not in classes:
            raise ValueError(f"{cell!r} is none of the classes {', '.join(classes)}")
        return classes[cell]

    return read


def _refuse_wrong(wrong: Sequence[tuple[int, str, str]], spec: ModelSpec, shown: str) -> None:
    if not wrong:
        return
    in_order = sorted(wrong, key=lambda each: each[0])
    line, column, why = in_order[0]
    others = f" ({len(wrong) - 1:,} more such cells)" if len(wrong) > 1 else ""
    sentence = f"{spec.name}: {place(line, column)}: {why}{others} ({shown})"
    kind = "target" if all(each[1] == spec.dataset.target for each in wrong) else "types"
    raise WrongRows(kind, sentence, first_places([place(line, column) for line, column, _ in in_order]))


def _target(column: pd.Series[Any], spec: ModelSpec) -> npt.NDArray[Any]:
    if spec.task == "regression":
        return np.asarray(column, dtype=np.float64)
    position = {value: index for index, value in enumerate(spec.label_values)}
    return np.array([position[value] for value in column], dtype=np.int64)


def _groups(rows: pd.DataFrame, features: pd.DataFrame, dataset: Dataset) -> npt.NDArray[np.object_]:
    groups = rows[dataset.group].tolist() if dataset.group else map(_digest, row_keys(features))
    return np.array([str(group) for group in groups], dtype=object)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _population(every: Part, dataset: Dataset, shown: str) -> npt.NDArray[np.bool_]:
    if dataset.population is None:
        return np.ones(len(every), dtype=bool)
    try:
        return np.asarray(dataset.population(every.rows), dtype=bool)
    except KeyError as error:
        raise WrongRows("columns", f"{shown}: no column {error}, which the population asks for", [place(1)]) from None


def _sides(every: Part, cells: Cells, dataset: Dataset, shown: str) -> npt.NDArray[np.object_]:
    if not dataset.split:
        sides = [split_of(group, dataset.split_salt, dataset.holdout_share) for group in every.groups]
        return np.array(sides, dtype=object)
    sides = cells.columns[dataset.split]
    odd = [place(line, dataset.split) for line, side in zip(cells.lines, sides, strict=True) if side not in SIDES]
    if odd:
        raise WrongRows("split", f"{shown}: {odd[0]}: wanted train or holdout", first_places(odd))
    return np.array(sides, dtype=object)
