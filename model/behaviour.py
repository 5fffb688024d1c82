"""Behaviour that a mean over the holdout does not show: what must not change an answer, and what must.

Each function here makes a measurement for a model's spec: `behaviour = {"case_flip": flips(upper_case)}`.
An edited instance that is refused counts as changed, for its owner gets no answer any more.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.instances import Instance
from model.intervals import Measurement, share
from model.measures import Array
from model.scene import Behaviour, Scene

Edit = Callable[[Instance, random.Random], Instance]
SAMPLED_ROWS = 800
REPEATS = 15


def labels_of(answers: Array) -> Array:
    """The answered class of each row; -1 where there is no answer."""
    return np.where(np.isnan(answers).any(axis=1), -1, np.nan_to_num(answers).argmax(axis=1))


def edited(scene: Scene, edit: Edit, positions: Iterable[int]) -> list[Instance]:
    """Those holdout instances after the edit, with a random stream of their own."""
    stream = random.Random(scene.seed)  # noqa: S311  drawn for repeatable tests, not for secrets
    return [edit(scene.instances[position], stream) for position in positions]


def flips(edit: Edit, rows: int = SAMPLED_ROWS) -> Behaviour:
    """Share of answered labels that an edit changes although the meaning stays."""

    def measure(scene: Scene) -> Measurement:
        positions = scene.sample(rows)
        before = labels_of(scene.answers[positions])
        after = labels_of(scene.answer(edited(scene, edit, positions)))
        return share(int((before != after).sum()), len(positions))

    return measure


def answer_to(instance: Instance) -> Behaviour:
    """Probability of the last class (of two: the positive one) for one instance."""

    def measure(scene: Scene) -> Measurement:
        return Measurement(_finite(scene.answer([instance])[0, -1]), n=1)

    return measure


def wrong_direction(up: Edit, down: Edit, margin: float = 0.05, rows: int = SAMPLED_ROWS) -> Behaviour:
    """Share of rows whose positive probability moves by more than `margin` against a clear push, the worse of both."""

    def measure(scene: Scene) -> Measurement:
        positions = scene.sample(rows)
        before = scene.answers[positions, 1]
        fell = before - scene.answer(edited(scene, up, positions))[:, 1]
        rose = scene.answer(edited(scene, down, positions))[:, 1] - before
        return share(int(max((fell > margin).sum(), (rose > margin).sum())), len(positions))

    return measure


def monotone(steps: Mapping[str, float]) -> Behaviour:
    """Share of rows whose value falls when one field rises by its step, the worst field. Refused steps do not count."""

    def measure(scene: Scene) -> Measurement:
        found = [_falls(scene, name, step) for name, step in steps.items()]
        return max(found, key=lambda each: each.value or 0.0)

    return measure


def _falls(scene: Scene, name: str, step: float) -> Measurement:
    after = scene.answer([{**each, name: each[name] + step} for each in scene.instances])
    asked = np.isfinite(after)
    return share(int((after[asked] < scene.answers[asked] * (1 - 1e-9)).sum()), int(asked.sum()))


def median_change(changes: Mapping[str, Any], *, absolute: bool = False) -> Behaviour:
    """Median relative change of the value: a number is added to the field, None takes its value away."""

    def measure(scene: Scene) -> Measurement:
        affected = [p for p, each in enumerate(scene.instances) if all(each[name] is not None for name in changes)]
        after = scene.answer([_changed(scene.instances[p], changes) for p in affected])
        moved = after / scene.answers[affected] - 1
        moved = moved[np.isfinite(moved)]
        return Measurement(
            _finite(np.median(np.abs(moved) if absolute else moved)) if len(moved) else None, n=len(moved)
        )

    return measure


def _changed(instance: Instance, changes: Mapping[str, Any]) -> Instance:
    return {**instance, **{name: None if by is None else instance[name] + by for name, by in changes.items()}}


def time_ratio(short: Instance, long: Instance) -> Behaviour:
    """How much more work the long instance is than the short one: CPU time, the least of several tries of each."""

    def measure(scene: Scene) -> Measurement:
        tries = [[float(scene.ask([each])["cpu_seconds"]) for each in (short, long)] for _ in range(REPEATS)]
        quickest_short, quickest_long = np.min(tries, axis=0)
        return Measurement(float(quickest_long / quickest_short), n=REPEATS)

    return measure


def passed_cases(file: Path, *, kind: str | None = None, must_pass: bool = False) -> Behaviour:
    """Share of curated cases (CSV: the fields, expected, kind, must_pass) that are answered as expected."""

    def measure(scene: Scene) -> Measurement:
        with file.open(encoding="utf-8", newline="") as lines:
            cases = [case for case in csv.DictReader(lines) if _wanted(case, kind, must_pass)]
        answered = labels_of(scene.answer([_instance_of(case) for case in cases]))
        passed = [label == int(case["expected"]) for case, label in zip(cases, answered, strict=True)]
        scene.notes.setdefault("cases", []).extend(
            _case_note(case, scene.labels, int(label)) for case, label in zip(cases, answered, strict=True)
        )
        return share(sum(passed), len(cases))

    return measure


def _wanted(case: Mapping[str, str], kind: str | None, must_pass: bool) -> bool:
    return (kind is None or case["kind"] == kind) and (not must_pass or case["must_pass"] == "1")  # noqa: S105  a column, no password


def _instance_of(case: Mapping[str, str]) -> Instance:
    return {name: value for name, value in case.items() if name not in ("expected", "kind", "must_pass")}


def _case_note(case: Mapping[str, str], labels: Sequence[str], answered: int) -> dict[str, Any]:
    expected = int(case["expected"])
    said = labels[answered] if answered >= 0 else "refused"
    note = {"input": "; ".join(str(value) for value in _instance_of(case).values()), "kind": case["kind"]}
    return {**note, "expected": labels[expected], "answered": said, "passed": expected == answered}


def term_spread(templates: Sequence[str], terms: Sequence[str], text_field: str = "text") -> Behaviour:
    """Greatest difference between terms of the mean positive probability in neutral templates.

    After Dixon et al., Measuring and mitigating unintended bias in text classification (2018).
    """

    def measure(scene: Scene) -> Measurement:
        sentences = [{text_field: template.format(term=term)} for term in terms for template in templates]
        means = scene.answer(sentences)[:, 1].reshape(len(terms), len(templates)).mean(axis=1)
        scene.notes["identity_terms"] = [
            {"term": term, "mean_probability": float(mean)} for term, mean in zip(terms, means, strict=True)
        ]
        return Measurement(_finite(means.max() - means.min()), n=len(sentences))

    return measure


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
