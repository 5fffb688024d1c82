"""Guess what the columns of a foreign CSV are: the task from the target, a field from each other column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import KFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from model.cells import Cells
from model.release.schema import Field
from model.scaffolding.errors import ScaffoldingError
from model.spec import Task

MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?"})
ROWS_AT_LEAST = 200
CLASS_ROWS_AT_LEAST = 20
CLASSES_AT_MOST = 30
CHOICES_LISTED = 30
CATEGORY_VALUES_AT_MOST = 200
MISSING_AT_MOST = 0.95
LEAKS_FROM = 0.995
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}.*)?", re.ASCII)
_OTHER_DAY = re.compile(r"\d{1,4}[/.]\d{1,2}[/.]\d{1,4}", re.ASCII)


@dataclass(frozen=True)
class Column:
    """A column to learn from: its field, and in words why it became that."""

    field: Field
    why: str


@dataclass(frozen=True)
class Guess:
    """What a CSV seems to be about. `cells` holds the target and the columns kept, missing values empty."""

    target: str
    task: Task
    classes: tuple[str, ...]
    columns: tuple[Column, ...]
    left_out: dict[str, str]
    cells: dict[str, list[str]]
    dropped: dict[str, int]
    """Rows left out, by reason."""


class LeftOut(Exception):
    """A column is not learned from; the message says why."""


def guess(cells: Cells, target: str, shown: str) -> Guess:
    """What to learn from these cells. Raises ScaffoldingError where nothing can be."""
    if target not in cells.columns:
        raise ScaffoldingError(f"{shown}: no column {target!r}, there are {', '.join(cells.columns)}")
    table = {name: [_cleaned(cell) for cell in column] for name, column in cells.columns.items()}
    without = table[target].count("")
    table = _rows_where(table, [bool(cell) for cell in table[target]])
    rows = len(table[target])
    if rows < ROWS_AT_LEAST:
        raise ScaffoldingError(f"{shown}: {rows} rows whose {target} is known, wanted at least {ROWS_AT_LEAST}")
    task, classes = _task_of(table[target], target, shown)
    columns, left_out = _columns_of(table, target, task)
    if not columns:
        raise ScaffoldingError(f"{shown}: no column to learn {target} from is left: {_told(left_out)}")
    table, textless = _with_texts({name: table[name] for name in [target, *(c.field.name for c in columns)]}, columns)
    dropped = {f"without their {target}": without, "without their text": textless}
    reasons = {why: count for why, count in dropped.items() if count}
    return Guess(target, task, classes, columns, left_out, table, reasons)


def _cleaned(cell: str) -> str:
    stripped = cell.strip()
    return "" if stripped in MISSING else stripped


def _rows_where(table: dict[str, list[str]], keep: Sequence[bool]) -> dict[str, list[str]]:
    return {name: [cell for cell, kept in zip(column, keep, strict=True) if kept] for name, column in table.items()}


def _told(left_out: dict[str, str]) -> str:
    return "; ".join(f"{name} ({why})" for name, why in left_out.items())


def _with_texts(table: dict[str, list[str]], columns: tuple[Column, ...]) -> tuple[dict[str, list[str]], int]:
    """The rows that have all their texts: a vectorizer cannot read a missing one."""
    texts = [table[column.field.name] for column in columns if column.field.kind == "text"]
    keep = [all(row) for row in zip(*texts, strict=True)] if texts else [True] * len(next(iter(table.values())))
    return _rows_where(table, keep), keep.count(False)


def _task_of(values: list[str], target: str, shown: str) -> tuple[Task, tuple[str, ...]]:
    counts = Counter(values)
    numeric = all(_NUMBER.fullmatch(value) for value in counts)
    rare = min(counts.values()) < CLASS_ROWS_AT_LEAST
    if numeric and (len(counts) > CLASSES_AT_MOST or (rare and len(counts) > 4)):
        return "regression", ()
    if len(counts) == 1:
        raise ScaffoldingError(f"{shown}: {target} is {values[0]!r} in every row, wanted at least two classes")
    if len(counts) > CLASSES_AT_MOST:
        raise ScaffoldingError(f"{shown}: {target} has {len(counts)} different texts, wanted numbers or few classes")
    if rare:
        name, count = counts.most_common()[-1]
        wanted = f"wanted at least {CLASS_ROWS_AT_LEAST} of each class"
        raise ScaffoldingError(f"{shown}: {target} is {name!r} in {count} rows only, {wanted}")
    classes = sorted(counts, key=float) if numeric else sorted(counts)
    return "binary" if len(classes) == 2 else "multiclass", tuple(classes)


def _columns_of(table: dict[str, list[str]], target: str, task: Task) -> tuple[tuple[Column, ...], dict[str, str]]:
    columns, left_out = [], {}
    for name in [name for name in table if name != target]:
        try:
            column = _column_of(name, table[name])
            if column.field.kind == "date":
                table[name] = [cell[:10] for cell in table[name]]
            _refuse_leak(column.field, table[name], table[target], task)
        except LeftOut as reason:
            left_out[name] = str(reason)
        else:
            columns.append(column)
    return tuple(columns), left_out


def _column_of(name: str, cells: list[str]) -> Column:
    known = [cell for cell in cells if cell]
    distinct = set(known)
    if len(known) < (1 - MISSING_AT_MOST) * len(cells):
        raise LeftOut(f"missing in {len(cells) - len(known):,} of {len(cells):,} rows")
    if len(distinct) == 1:
        raise LeftOut(f"always {known[0]!r}")
    nullable = len(known) < len(cells)
    if all(_NUMBER.fullmatch(cell) for cell in distinct):
        return _number_column(name, known, nullable)
    if all(_DAY.fullmatch(cell) for cell in distinct):
        seen = f"ISO days from {min(distinct)[:10]} to {max(distinct)[:10]}; any other day is accepted too"
        return Column(Field(name, "date", nullable=nullable), seen)
    if all(_OTHER_DAY.fullmatch(cell) for cell in distinct):
        raise LeftOut(f"dates like {known[0]} can be read in two ways, wanted ISO days such as 2026-07-27")
    return _word_column(name, known, nullable)


def _number_column(name: str, known: list[str], nullable: bool) -> Column:
    numbers = np.array([float(cell) for cell in known])
    whole = bool((numbers == np.floor(numbers)).all())
    looks_counted = bool((np.abs(np.diff(numbers)) == 1).all()) or name.lower() in ("id", "index", "row")
    if whole and len(set(known)) == len(known) and (looks_counted or name.lower().endswith(("_id", " id"))):
        raise LeftOut("a running number or an id")
    minimum, maximum = _bounds(numbers, whole)
    field = Field(name, "number", nullable=nullable, minimum=minimum, maximum=maximum, integer=whole)
    seen = f"seen from {numbers.min():.6g} to {numbers.max():.6g}, accepted with half that width more on either side"
    return Column(field, f"{seen}, null where it is missing" if nullable else seen)


def _bounds(numbers: npt.NDArray[np.float64], whole: bool) -> tuple[float, float]:
    """The range seen and half its width more on each side, two digits rounded outwards; not below 0 if nothing was."""
    low, high = float(numbers.min()), float(numbers.max())
    width = high - low
    step = 10.0 ** (np.floor(np.log10(width)) - 1)
    step = max(step, 1.0) if whole else step
    minimum = np.floor((low - width / 2) / step) * step
    maximum = np.ceil((high + width / 2) / step) * step
    return float(f"{0.0 if low >= 0 else minimum:.12g}"), float(f"{maximum:.12g}")


def _word_column(name: str, known: list[str], nullable: bool) -> Column:
    counts = Counter(known)
    words = float(np.mean([len(cell.split()) for cell in known]))
    if words >= 3 and len(counts) > CHOICES_LISTED:
        longest = max(map(len, known))
        field = Field(name, "text", max_chars=max(1_000, 4 * longest))
        return Column(field, f"{words:.0f} words on average, {longest:,} characters at most")
    if len(counts) > 0.5 * len(known):
        raise LeftOut(f"{len(counts):,} different values in {len(known):,} rows: a name or an id")
    if len(counts) > CATEGORY_VALUES_AT_MOST:
        raise LeftOut(f"{len(counts):,} different values, wanted at most {CATEGORY_VALUES_AT_MOST} of a category")
    field = Field(name, "category", nullable=nullable, unknown="accept")
    if len(counts) <= CHOICES_LISTED:
        field = replace(field, choices=tuple(sorted(counts)))
    return Column(field, f"{len(counts)} different values; an unseen one is answered as none of them")


def _refuse_leak(field: Field, cells: list[str], target: list[str], task: Task) -> None:
    """A column that foretells the target by itself is the target in other words, or comes after it."""
    if field.kind == "text":
        return
    codes = _codes(cells, field).reshape(-1, 1)
    if task == "regression":
        values = np.array([float(each) for each in target])
        score = cross_val_score(
            DecisionTreeRegressor(random_state=0),
            codes,
            values,
            cv=KFold(3, shuffle=True, random_state=0),
            scoring="r2",
        ).mean()
    else:
        majority = max(Counter(target).values()) / len(target)
        score = cross_val_score(DecisionTreeClassifier(random_state=0), codes, np.array(target), cv=3).mean()
        score = score if majority < LEAKS_FROM - 0.05 else 0.0
    if score >= LEAKS_FROM:
        raise LeftOut(f"it foretells the target by itself ({score:.1%}): the target in other words?")


def _codes(cells: list[str], field: Field) -> npt.NDArray[np.float64]:
    if field.kind == "number":
        return np.array([float(cell) if cell else -1e30 for cell in cells])
    order = {cell: float(code) for code, cell in enumerate(sorted(set(cells)))}
    return np.array([order[cell] for cell in cells])
