"""A contender on the frozen holdout, asked through its own code: everything that the gates judge.

The champion, where there is one, answers the same rows with its own code, and every comparison is paired: the same
rows, the same bootstrap draws.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from model import comparison, pictures
from model.asking import Answering
from model.attacks import measure_risks
from model.bands import band_holds
from model.data import Data
from model.instances import Instance, instances_of
from model.intervals import Measurement, draw_weights, measure, share
from model.measures import Array, measures_of
from model.scene import Scene, answered_rows, answers_of
from model.spec import ModelSpec

ChampionState = Literal["none", "present"]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Champion:
    """The release in production as the target showed it; `folder` is None only where the state is `none`."""

    state: ChampionState
    release: str | None = None
    folder: Path | None = None


NO_CHAMPION = Champion("none")


@dataclass(frozen=True)
class Contender:
    """A release folder, sealed or not, with its identity and the candidate it came from."""

    folder: Path
    identity: str
    candidate: str


def evaluate(
    spec: ModelSpec, data: Data, contender: Contender, champion: Champion, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """The contender on the holdout, as evaluation.json holds it (docs/contracts.md)."""
    question: comparison.Question | None = None
    with ExitStack() as stack:
        ours = stack.enter_context(Answering(contender.folder))
        progress("asking the contender")
        instances = instances_of(data.holdout.features, spec.features)
        reply = ours.ask(instances, members=True)
        scene = _scene(spec, data, ours, instances, reply["answers"])
        masks = slice_masks(spec, data)
        members = reply.get("members", {})
        found = _own_measurements(spec, scene, masks, members, progress)
        found |= _band_coverage(spec, scene, contender.folder)
        if champion.folder:
            progress("comparing with the champion")
            theirs = stack.enter_context(Answering(champion.folder))
            found |= comparison.compare(spec, scene, ours, theirs, masks)
            question = comparison.question_of(ours.describe(), theirs.describe())
    return _document(spec, data, scene, contender, _told(champion, question), members, found)


def _scene(
    spec: ModelSpec, data: Data, ours: Answering, instances: list[Instance], reply: list[Mapping[str, Any]]
) -> Scene:
    return Scene(
        ask=ours.ask,
        instances=instances,
        answers=answers_of(reply, spec.labels),
        truth=data.holdout.target.astype(float),
        weights=draw_weights(data.holdout.groups),
        rows=data.holdout.rows,
        train=data.train.rows,
        labels=spec.labels,
    )


def _own_measurements(
    spec: ModelSpec, scene: Scene, masks: Mapping[str, Array], members: Mapping[str, Any], progress: Progress
) -> dict[str, Measurement]:
    answered = answered_rows(scene.answers)
    found = {"answered": share(int(answered.sum()), len(answered))}
    found |= measure_slices(spec, scene, masks)
    for name, reply in members.items():
        progress(f"measuring member {name}")
        figures = measure_all(spec, scene.truth, answers_of(reply, spec.labels), scene.weights)
        found |= {f"{name}.{key}": each for key, each in figures.items()}
    for name, behaviour in spec.behaviour.items():
        progress(f"behaviour: {name}")
        found[name] = behaviour(scene)
    if spec.attacks:
        progress("attacking")
        found |= measure_risks(scene, spec.attacks)
    return found


def measure_all(spec: ModelSpec, truth: Array, answers: Array, weights: Array) -> dict[str, Measurement]:
    """Every measure of the task on the answered rows; rows whose weight is 0 throughout do not count."""
    counted = answered_rows(answers) & (weights[0] > 0)
    if not counted.any():
        return {}
    formulas = measures_of(spec.task, truth)
    return {name: measure(f, truth[counted], answers[counted], weights[:, counted]) for name, f in formulas.items()}


def measure_slices(spec: ModelSpec, scene: Scene, masks: Mapping[str, Array]) -> dict[str, Measurement]:
    """Every measure on the whole holdout and, as `MEASURE@SLICE`, on every slice."""
    found = measure_all(spec, scene.truth, scene.answers, scene.weights)
    for name, mask in masks.items():
        figures = measure_all(spec, scene.truth, scene.answers, scene.weights * mask)
        found |= {f"{key}@{name}": each for key, each in figures.items()}
    return found


def slice_masks(spec: ModelSpec, data: Data) -> dict[str, Array]:
    """1 inside a slice, 0 outside, a row of the holdout each."""
    cut = {name: rule(data.holdout.rows, data.train.rows) for name, rule in spec.slices.items()}
    return {name: np.asarray(mask, dtype=float) for name, mask in cut.items()}


def _band_coverage(spec: ModelSpec, scene: Scene, folder: Path) -> dict[str, Measurement]:
    """Share of holdout values inside the conformal band (a regression with a band)."""
    band = json.loads((folder / "scorer.json").read_text(encoding="utf-8"))["band"]
    if spec.task != "regression" or band is None:
        return {}
    inside = band_holds(band, scene.truth, scene.answers).astype(float)
    return {"coverage": measure(lambda _truth, a, w: w @ a / w.sum(axis=1), scene.truth, inside, scene.weights)}


def _told(champion: Champion, question: comparison.Question | None) -> dict[str, Any]:
    return {"state": champion.state, "release": champion.release, "question": question}


def _document(
    spec: ModelSpec,
    data: Data,
    scene: Scene,
    contender: Contender,
    champion: Mapping[str, Any],
    members: Mapping[str, Any],
    found: Mapping[str, Measurement],
) -> dict[str, Any]:
    return {
        "schema": 1,
        "model": spec.name,
        "task": spec.task,
        "contender": contender.identity,
        "candidate": contender.candidate,
        "members": sorted(members),
        "champion": champion,
        "holdout": {
            "sha256": data.sha256,
            "n": len(data.holdout),
            "groups": len(set(data.holdout.groups)),
        },
        "measurements": {name: each.document() for name, each in found.items()},
        **pictures.draw(spec.task, scene),
        "cases": scene.notes.get("cases", []),
        "attacks": scene.notes.get("attacks", []),
        "identity_terms": scene.notes.get("identity_terms", []),
        "incompatible": scene.notes.get("incompatible", []),
    }
