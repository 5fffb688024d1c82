"""Preprocessing: what each fitted transformer does to the columns, written down as steps."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from model.compiling import text
from model.compiling.errors import CannotCompile
from model.compiling.state import Column, Plan, State, joined, step
from model.release.columns import Step, is_missing
from model.release.numerics import FUNCTIONS

NEVER_SEEN = {"number": 1.2345678901e-301, "date": 1.2345678901e-301, "category": "\uffff", "text": "\uffff"}


def transform(transformer: Any, state: State, plan: Plan, where: str) -> State:
    """The columns after a fitted transformer. Raises CannotCompile."""
    if transformer is None or isinstance(transformer, str):
        return state if transformer != "drop" else State(())
    if type(transformer) not in TRANSFORMERS:
        raise CannotCompile(f"{where}: {type(transformer).__name__} is no transformer that can be written as data")
    return TRANSFORMERS[type(transformer)](transformer, state, plan, where)


def through(steps: Sequence[tuple[str, Any]], state: State, plan: Plan) -> State:
    """The columns after several steps of a pipeline."""
    for name, transformer in steps:
        state = transform(transformer, state, plan, step(name, transformer))
    return state


def _pipeline(pipeline: Any, state: State, plan: Plan, where: str) -> State:
    return through(pipeline.steps, state, plan)


def _column_transformer(transformer: Any, state: State, plan: Plan, where: str) -> State:
    if transformer.transformer_weights:
        raise CannotCompile(f"{where}: it has transformer_weights")
    outputs = []
    for name, part, chosen in transformer.transformers_:
        taken = state.take(chosen, where)
        if taken.pieces and part != "drop":
            outputs.append(transform(part, taken, plan, step(name, part)))
    return joined(outputs)


def _feature_union(union: Any, state: State, plan: Plan, where: str) -> State:
    if union.transformer_weights:
        raise CannotCompile(f"{where}: it has transformer_weights")
    return joined([transform(part, state, plan, step(name, part)) for name, part in union.transformer_list])


def _simple_imputer(imputer: Any, state: State, plan: Plan, where: str) -> State:
    columns = state.columns(where)
    filled, indicated = [], []
    for i, (column, statistic) in enumerate(zip(columns, imputer.statistics_.tolist(), strict=True)):
        if is_missing(statistic) and not imputer.keep_empty_features:
            continue
        fills = _fills(imputer, column, where)
        value = 0.0 if is_missing(statistic) else statistic if isinstance(statistic, str) else float(statistic)
        filled.append(column.then(["fill", value]) if fills else column)
        if imputer.add_indicator and i in imputer.indicator_.features_:
            indicated.append(column.measured(["missing"] if fills else ["table", [], [], 0.0, 0.0]))
    return State((*filled, *indicated))


def _fills(imputer: Any, column: Column, where: str) -> bool:
    """Whether what this imputer takes for missing is how a missing value of this column looks in training."""
    marker = imputer.missing_values
    if marker is pd.NA:
        return True
    if marker is not None and marker == marker:
        raise CannotCompile(f"{where}: it takes {marker!r} for missing")
    is_number = column.kind in ("number", "date")
    # A missing category is None there, and an imputer that looks for NaN leaves it as it is.
    return (marker is not None) is is_number


def _each(columns: Sequence[Column], *steps: tuple[str, Any]) -> State:
    arrays = [(name, np.asarray(numbers, dtype=float)) for name, numbers in steps if numbers is not None]
    return State(tuple(c.then(*([name, float(numbers[i])] for name, numbers in arrays)) for i, c in enumerate(columns)))


def _standard_scaler(scaler: Any, state: State, plan: Plan, where: str) -> State:
    mean = scaler.mean_ if scaler.with_mean else None
    return _each(state.columns(where), ("subtract", mean), ("divide", scaler.scale_))


def _robust_scaler(scaler: Any, state: State, plan: Plan, where: str) -> State:
    return _each(state.columns(where), ("subtract", scaler.center_), ("divide", scaler.scale_))


def _max_abs_scaler(scaler: Any, state: State, plan: Plan, where: str) -> State:
    if getattr(scaler, "clip", False):
        raise CannotCompile(f"{where}: it clips")
    return _each(state.columns(where), ("divide", scaler.scale_))


def _min_max_scaler(scaler: Any, state: State, plan: Plan, where: str) -> State:
    scaled = _each(state.columns(where), ("multiply", scaler.scale_), ("add", scaler.min_))
    if not scaler.clip:
        return scaled
    low, high = scaler.feature_range
    return State(tuple(column.then(["clip", float(low), float(high)]) for column in scaled.columns(where)))


def _function(transformer: Any, state: State, plan: Plan, where: str) -> State:
    function = transformer.func
    if function is None:
        return state
    if transformer.kw_args:
        raise CannotCompile(f"{where}: its function takes further arguments")
    if isinstance(function, np.ufunc) and function.__name__ in FUNCTIONS:
        return State(tuple(column.then(["apply", function.__name__]) for column in state.columns(where)))
    if isinstance(function, operator.itemgetter):
        return state.take(function.__reduce__()[1][0], where)
    if function is np.ravel and len(state.pieces) == 1:
        return state
    called = getattr(function, "__name__", repr(function))
    raise CannotCompile(f"{where}: the function {called} is code, not data; numpy's {', '.join(FUNCTIONS)} are known")


def encoded(encoder: Any, columns: Sequence[Column], where: str) -> list[list[Column]]:
    """Of each column those that a fitted encoder makes of it: tables, learned by asking the encoder itself."""
    widths = getattr(encoder, "_n_features_outs", [1] * len(columns))
    first = [categories[0] for categories in encoder.categories_]
    starts = np.cumsum([0, *widths])
    made = []
    for i, (column, categories) in enumerate(zip(columns, encoder.categories_, strict=True)):
        keys = [key for key in categories.tolist() if not is_missing(key)]
        here = slice(int(starts[i]), int(starts[i + 1]))

        def ask(values: list[Any], i: int = i, here: slice = here) -> Any:
            return _asked(encoder, first, columns, i, values)[:, here]

        rows = ask(keys) if keys else np.empty((0, widths[i]))
        absent = _asked_or_refused(ask, None if column.kind in ("category", "text") else np.nan)
        unseen = _asked_or_refused(ask, NEVER_SEEN[column.kind])
        made.append([column.measured(_table(keys, rows[:, k], absent, unseen, k)) for k in range(widths[i])])
    return made


def _asked(encoder: Any, first: list[Any], columns: Sequence[Column], i: int, values: list[Any]) -> Any:
    """The encoder's answer for rows that differ in column i alone."""
    frame = pd.DataFrame(
        {
            j: pd.Series(
                values if i == j else [first[j]] * len(values),
                dtype=object if columns[j].kind in ("category", "text") else float,
            )
            for j in range(len(columns))
        }
    )
    frame.columns = getattr(encoder, "feature_names_in_", frame.columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = encoder.transform(frame if hasattr(encoder, "feature_names_in_") else frame.to_numpy())
    answer = answer.toarray() if hasattr(answer, "toarray") else answer
    return np.asarray(answer, dtype=float)


def _asked_or_refused(ask: Callable[[list[Any]], Any], value: Any) -> Any:
    try:
        return ask([value])[0]
    except ValueError:  # scikit-learn's word for an unknown category where handle_unknown="error"
        return None


def _table(keys: list[Any], values: Any, absent: Any, unseen: Any, k: int) -> Step:
    missing, unknown = (None if each is None else float(each[k]) for each in (absent, unseen))
    pairs = [(key, float(value)) for key, value in zip(keys, values, strict=True) if float(value) != unknown]
    plain = [_none(value) for value in (missing, unknown)]
    return ["table", [key for key, _ in pairs], [_none(value) for _, value in pairs], *plain]


def _none(value: float | None) -> float | None:
    return None if is_missing(value) else value


def _encoder(encoder: Any, state: State, plan: Plan, where: str) -> State:
    return State(tuple(column for made in encoded(encoder, state.columns(where), where) for column in made))


TRANSFORMERS: dict[type, Callable[[Any, State, Plan, str], State]] = {
    Pipeline: _pipeline,
    ColumnTransformer: _column_transformer,
    FeatureUnion: _feature_union,
    SimpleImputer: _simple_imputer,
    StandardScaler: _standard_scaler,
    RobustScaler: _robust_scaler,
    MaxAbsScaler: _max_abs_scaler,
    MinMaxScaler: _min_max_scaler,
    FunctionTransformer: _function,
    OneHotEncoder: _encoder,
    OrdinalEncoder: _encoder,
    CountVectorizer: text.counted,
    TfidfVectorizer: text.weighted,
    HashingVectorizer: text.hashed,
    TfidfTransformer: text.reweighted,
}
"""By exact type: a subclass may do anything."""
