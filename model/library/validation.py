"""Does a spec make sense: what can be said of it before a row is read."""

from __future__ import annotations

from collections.abc import Iterator

from model.checks import problems_of as problems_of_checks
from model.measures import CLASSIFICATION, RATIO_STUDY, REGRESSION
from model.spec import ModelSpec

TAKEN = ("answered", "coverage", "incompatible", "latency_ratio", "risk", "security")
"""Measurements that every evaluation may hold besides the measures."""
PAIRED = ("difference", "change")
MEASURES = {**CLASSIFICATION, **REGRESSION, **RATIO_STUDY}
CLASSES_AT_LEAST = {"binary": 2, "multiclass": 3, "regression": 0}


def problems_of(spec: ModelSpec) -> list[str]:
    """Everything wrong with a spec, a short sentence each; empty where nothing is."""
    found = (_of_name, _of_features, _of_labels, _of_gates, _of_measurements)
    return [*(problem for problems in found for problem in problems(spec)), *problems_of_checks(spec)]


def _of_name(spec: ModelSpec) -> Iterator[str]:
    if spec.name != spec.folder.name:
        yield f"the name is {spec.name!r}, wanted that of the folder, {spec.folder.name!r}"
    if not 0 < spec.dataset.holdout_share < 1:
        yield f"holdout_share is {spec.dataset.holdout_share}, wanted a share between 0 and 1"


def _of_features(spec: ModelSpec) -> Iterator[str]:
    names = [field.name for field in spec.features]
    if not names:
        yield "no features, wanted at least one"
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        yield f"features: {', '.join(twice)} stands there twice"
    never = [name for name in names if name in (*spec.dataset.never_features, spec.dataset.target)]
    if never:
        yield f"features: {', '.join(never)} must not be learned from (the target, or in never_features)"


def _of_labels(spec: ModelSpec) -> Iterator[str]:
    least, count = CLASSES_AT_LEAST.get(spec.task), len(spec.labels)
    if least is None:
        yield f"task {spec.task!r}, wanted one of {', '.join(CLASSES_AT_LEAST)}"
    elif count < least or (count > 2 and spec.task == "binary") or (count and spec.task == "regression"):
        wanted = {"binary": "2", "multiclass": "at least 3", "regression": "none"}[spec.task]
        yield f"{count} labels, wanted {wanted} for {spec.task}"
    if count != len(spec.label_values):
        yield f"{count} labels and {len(spec.label_values)} label_values, wanted as many"
    if len(set(spec.labels)) < count or len(set(map(str, spec.label_values))) < len(spec.label_values):
        yield "two labels or label_values are the same"
    if spec.coverage is not None and spec.task != "regression":
        yield "coverage is for regression only"


def _of_gates(spec: ModelSpec) -> Iterator[str]:
    for gate in spec.gates:
        part = gate.measure.partition("@")[2]
        if part and gate.kind in ("slice", "relative") and part not in spec.slices:
            yield f"gate {gate.measure}: no slice {part}, there are {', '.join(spec.slices) or 'none'}"


def _of_measurements(spec: ModelSpec) -> Iterator[str]:
    """Names that would overwrite a measurement in evaluation.json."""
    taken = {*MEASURES, *TAKEN}
    for name in spec.behaviour:
        if name in taken or name.partition("@")[0] != name or "." in name:
            yield f"behaviour {name}: evaluation.json has a measurement of that name, or takes it for a slice or member"


def problem_of_candidate(name: str) -> str | None:
    """What is wrong with a candidate's name; a member's measurements are called `NAME.accuracy`."""
    if name in PAIRED:
        return f"{name} is what comparisons with the champion are called, wanted another name"
    return None
