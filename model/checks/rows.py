"""Checks of how many rows there are, and of which."""

from __future__ import annotations

from collections.abc import Mapping

from model.checks.result import By, CheckResult, Context, Wrong, check, groups_of, name_of, per_group
from model.data import Part, normal_form, row_keys


@check
def row_count(context: Context, *, min_ratio: float, recorded: int) -> CheckResult:
    """The training part has at least `min_ratio` times the rows of the champion's (without one: of `recorded`)."""
    name = "rows"
    before, whose = context.recorded(name, recorded)
    count = len(context.data.train)
    saw = f"{count:,} training rows"
    wanted = f">= {min_ratio:g} x {before:,} ({whose})"
    return context.result(name, count >= min_ratio * before, saw, wanted, measured=count)


@check
def row_count_by(context: Context, *, by: By, min_ratio: float, recorded: Mapping[str, int]) -> CheckResult:
    """The same for every group of rows: each source, each tier of neighbourhoods."""
    name = f"rows by {name_of(by)}"
    before, whose = context.recorded(name, recorded)
    train = context.data.train
    counts = {str(group): int(count) for group, count in groups_of(train, train, by).value_counts().items()}
    short = {group: counts.get(group, 0) for group in before if counts.get(group, 0) < min_ratio * before[group]}
    saw = f"training rows {per_group(short or counts)}"
    wanted = f">= {min_ratio:g} x ({per_group(before)}) ({whose})"
    places = [f"{name_of(by)} {group}" for group in short]
    return context.result(name, not short, saw, wanted, places, measured=counts)


@check
def duplicates(context: Context, *, of: str = "features") -> CheckResult:
    """No two rows of the population are the same: in all `features`, or in one column (texts in normal form)."""
    part = context.data.population
    first = first_lines(part, of)
    lines = zip(keys_of(part, of), part.lines.tolist(), strict=True)
    wrong = Wrong()
    wrong.add_repeats(part, column_of(context, of), [first[key] if first[key] != line else None for key, line in lines])
    saw = f"{len(wrong.places):,} rows repeat the {of} of an earlier row"
    return context.result(f"duplicates by {of}", not wrong.places, saw, "0", wrong.spelled())


@check
def forbidden_features(context: Context, *, names: tuple[str, ...]) -> CheckResult:
    """No column that is known only after the answer, and not the target, is learned from."""
    forbidden = {*names, *context.spec.dataset.never_features, context.spec.dataset.target}
    used = [field.name for field in context.spec.features if field.name in forbidden]
    saw = f"features {', '.join(used)}" if used else f"{len(context.spec.features)} features"
    wanted = f"none of {', '.join(sorted(forbidden))}"
    return context.result("forbidden features", not used, saw, wanted, [f"line 1, column {name}" for name in used])


def first_lines(part: Part, of: str) -> dict[str, int]:
    """The first line of each key of these rows."""
    backwards = zip(reversed(keys_of(part, of)), part.lines[::-1].tolist(), strict=True)
    return dict(backwards)


def column_of(context: Context, of: str) -> str:
    """The column of the file whose cells make two rows the same row; none where all features do."""
    if of == "features":
        return ""
    return context.spec.dataset.group or "" if of == "group" else of


def keys_of(part: Part, of: str) -> list[str]:
    """What makes two rows the same row: all features, the group, or one column."""
    if of == "features":
        return row_keys(part.features)
    if of == "group":
        return [str(group) for group in part.groups]
    return [normal_form(str(value)) or str(value) for value in part.rows[of].tolist()]
