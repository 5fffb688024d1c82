"""Checks that each row is the row it says it is, on the side it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model.checks.result import CheckResult, Context, Wrong, check
from model.checks.rows import column_of, first_lines, keys_of
from model.data import SIDES, split_of


@check
def id_is_content_hash(context: Context, *, function: Callable[[Mapping[str, Any]], str]) -> CheckResult:
    """Every id equals `function(row)`: a row whose content was changed or shifted gives itself away."""
    column, part = str(context.spec.dataset.id), context.data.all
    wanted = [function(row) for row in part.rows.to_dict("records")]
    wrong = Wrong()
    wrong.add(part, part.rows[column].to_numpy() != np.array(wanted, dtype=object), column)
    saw = f"{len(wrong.places):,} ids differ from the hash of their row"
    return context.result("id is content hash", not wrong.places, saw, "0", wrong.spelled())


@check
def split_is_hash(context: Context) -> CheckResult:
    """Every row stands on the side that the hash of its group gives."""
    dataset, data = context.spec.dataset, context.data
    wrong = Wrong()
    for side, part in zip(SIDES, (data.train, data.holdout), strict=True):
        sides = [split_of(group, dataset.split_salt, dataset.holdout_share) for group in part.groups]
        wrong.add(part, np.array([each != side for each in sides]), dataset.split or "")
    saw = f"{len(wrong.places):,} rows on another side than the hash of their group"
    return context.result("split is hash", not wrong.places, saw, "0", wrong.spelled())


@check
def overlap(context: Context, *, by: str) -> CheckResult:
    """No holdout row stands in training too: `by` is a column (texts in normal form), `group` or `features`."""
    data = context.data
    known = first_lines(data.train, by)
    wrong = Wrong()
    wrong.add_repeats(data.holdout, column_of(context, by), [known.get(key) for key in keys_of(data.holdout, by)])
    saw = f"{len(wrong.places):,} of {len(data.holdout):,} holdout rows are in training by {by}"
    return context.result(f"overlap by {by}", not wrong.places, saw, "0", wrong.spelled())
