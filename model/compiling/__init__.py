"""Compiling: a fitted scikit-learn pipeline becomes a scorer of data alone (`model.release.scorer`).

One file a family; each reads the fitted objects and writes down what they do. What cannot be written down raises
CannotCompile, and scikit-learn itself serves it (`model.compiling.fallback`). Whatever is compiled is then proved equal
to the pipeline on rows (`model.compiling.proof`); nothing rests on the reading alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from model.compiling.errors import CannotCompile, CompilingError, NotEqual
from model.compiling.state import Column, Plan, State, step
from model.compiling.text import order_vocabularies
from model.compiling.vote import compile_estimator
from model.release.documents import VERSION
from model.release.schema import Field

__all__ = ["CannotCompile", "CompilingError", "NotEqual", "compile_pipeline"]


def compile_pipeline(
    pipeline: Any, fields: Sequence[Field], task: str, labels: Sequence[str], rows: pd.DataFrame | None = None
) -> dict[str, Any]:
    """The scorer.json of a pipeline that was fitted on a frame of these fields; `band` is left null.

    `labels` name the pipeline's sorted classes in order (empty for a regression). `rows` are training rows: from their
    texts it is learned which words are frequent and should be quick; the answers are the same without. Raises
    CannotCompile, which names the step.
    """
    texts = None if rows is None else lambda name: [text for text in rows[name] if isinstance(text, str)]
    plan = Plan(len(labels), texts)
    state = State(tuple(Column(f.name, f.kind) for f in fields), tuple(f.name for f in fields))
    scorer = compile_estimator(pipeline, state, plan, step("", pipeline))
    order_vocabularies(plan)
    for finish in plan.later:
        finish()
    readers = [{**reader.analyser, "vocabulary": list(reader.vocabulary)} for reader in plan.readers]
    head = {"schema": VERSION, "task": task, "labels": list(labels), "band": None}
    return {**head, "readers": readers, "scorer": scorer}
