"""Checks of the target: shares of the classes, and where the middle of a price lies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.checks.result import By, CheckResult, Context, Wrong, check, groups_of, name_of, per_group


@check
def class_share(context: Context, *, label: str, between: tuple[float, float]) -> CheckResult:
    """The share of this class among the training rows lies between two bounds."""
    share = float((context.data.train.target == context.spec.labels.index(label)).mean())
    low, high = between
    saw = f"{share:.1%} of the training rows are {label}"
    return context.result(f"share of {label}", low <= share <= high, saw, f"{low:.1%} to {high:.1%}", measured=share)


@check
def class_share_shift_by(
    context: Context, *, label: str, by: By, at_most: float, recorded: Mapping[str, float]
) -> CheckResult:
    """In every group of rows the share of this class is about the champion's (without one: `recorded`)."""
    name = f"share of {label} by {name_of(by)}"
    before, whose = context.recorded(name, recorded)
    train = context.data.train
    hits = train.target == context.spec.labels.index(label)
    groups = groups_of(train, train, by).to_numpy()
    now = {str(group): float(hits[groups == group].mean()) for group in np.unique(groups.astype(str))}
    moved = {group: now[group] for group in now if group in before and abs(now[group] - before[group]) > at_most}
    saw = f"share of {label} {per_group(moved or now, '{:.3f}')}"
    wanted = f"within {at_most:g} of {per_group(before, '{:.3f}')} ({whose})"
    places = [f"{name_of(by)} {group}" for group in moved]
    return context.result(name, not moved, saw, wanted, places, measured=now)


@check
def median_target_shift(context: Context, *, at_most: float, recorded: float) -> CheckResult:
    """The median of a regression's training target is about the champion's; `at_most` is relative."""
    name = f"median {context.spec.dataset.target}"
    before, whose = context.recorded(name, recorded)
    median = float(np.median(context.data.train.target))
    saw = f"{name} {median:,.6g} of the training rows"
    wanted = f"within {at_most:.0%} of {before:,.6g} ({whose})"
    return context.result(name, abs(median - before) <= at_most * abs(before), saw, wanted, measured=median)


@check
def label_is_sign(context: Context, *, of: str, label: str) -> CheckResult:
    """The target is the class `label` exactly where the column `of` is above 0."""
    part, target = context.data.all, context.spec.dataset.target
    sign = part.rows[of].to_numpy(dtype=np.float64) > 0
    wrong = Wrong()
    wrong.add(part, (part.target == context.spec.labels.index(label)) != sign, target)
    saw = f"{len(wrong.places):,} rows whose {target} contradicts the sign of {of}"
    return context.result(f"{target} is sign of {of}", not wrong.places, saw, "0", wrong.spelled())
