"""A contender beside the champion: paired differences, compatibility of the interface, and time to answer.

Differences are taken draw by draw of one bootstrap over groups; their `low` and `high` are the 5th and 95th percentile,
one-sided 95 % bounds, for a gate asks only whether the contender is worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model.asking import Answering
from model.instances import Instance
from model.intervals import ONE_SIDED, Measurement, summarise
from model.measures import Array, Measure, measures_of
from model.scene import Scene, answered_rows, answers_of
from model.spec import ModelSpec

CHANGES = ("mae", "rmse", "mape")
"""Of these the relative change counts (contender / champion - 1), of all others the difference."""
REQUEST_SECONDS = 0.0004
"""What a request costs the server besides scoring its row. Without it a vote of 50 us could never replace a ridge of 6,
although nobody who asks would notice."""
TIMED_ROWS = 100
ROUNDS = 9


def compare(
    spec: ModelSpec, scene: Scene, ours: Answering, theirs: Answering, masks: Mapping[str, Array]
) -> dict[str, Measurement]:
    """Everything that is relative to the champion; `scene.notes` takes what is incompatible."""
    reply = theirs.ask(scene.instances)["answers"]
    champion = _in_our_order(answers_of(reply, theirs.describe()["labels"]), spec, theirs)
    found = {} if champion is None else paired_differences(spec, scene, champion, masks)
    found["incompatible"] = _incompatible(spec, scene, ours, theirs)
    found["latency_ratio"] = _latency_ratio(scene, ours, theirs)
    return found


def _in_our_order(answers: Array, spec: ModelSpec, theirs: Answering) -> Array | None:
    """The champion's answers with our labels' columns; None where it answers another question."""
    described = theirs.describe()
    if described["task"] != spec.task or set(described["labels"]) != set(spec.labels):
        return None
    return answers[:, [described["labels"].index(label) for label in spec.labels]] if spec.labels else answers


def paired_differences(
    spec: ModelSpec, scene: Scene, champion: Array, masks: Mapping[str, Array]
) -> dict[str, Measurement]:
    """`difference.MEASURE[@SLICE]` or `change.MEASURE[@SLICE]` on the rows that both answered."""
    both = answered_rows(scene.answers + champion)
    found = {}
    for name, mask in {"": np.ones(len(both)), **masks}.items():
        weights = (scene.weights * mask)[:, both]
        for measure, formula in measures_of(spec.task, scene.truth).items():
            kind = "change" if measure in CHANGES else "difference"
            key = f"{kind}.{measure}@{name}" if name else f"{kind}.{measure}"
            found[key] = _paired(formula, scene.truth[both], scene.answers[both], champion[both], weights, kind)
    return found


def _paired(formula: Measure, truth: Array, ours: Array, theirs: Array, weights: Array, kind: str) -> Measurement:
    if not weights[0].any():
        return Measurement(None)
    mine, champions = formula(truth, ours, weights), formula(truth, theirs, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = mine / champions - 1 if kind == "change" else mine - champions
    return summarise(figures, int(np.count_nonzero(weights[0])), ONE_SIDED)


def _incompatible(spec: ModelSpec, scene: Scene, ours: Answering, theirs: Answering) -> Measurement:
    """How many of the champion's requests break: its samples and the edges of its schema. None do if `api` is new."""
    described, mine = theirs.describe(), ours.describe()
    requests = [*described["samples"]["instances"], *edge_requests(described)]
    accepted = theirs.ask(requests)["answers"]
    valid = [each for each, answer in zip(requests, accepted, strict=True) if "problems" not in answer]
    broken = _broken(ours, valid)
    if described["task"] != spec.task or set(described["labels"]) != set(mine["labels"]):
        broken.append({"instance": {}, "detail": f"answers {mine['labels']}, the champion {described['labels']}"})
    scene.notes["incompatible"] = broken[:20]
    return Measurement(0.0 if mine["api"] > described["api"] else float(len(broken)), n=len(valid))


def _broken(ours: Answering, requests: Sequence[Instance]) -> list[dict[str, Any]]:
    replies = ours.ask(requests)["answers"]
    refused = [(each, reply["problems"]) for each, reply in zip(requests, replies, strict=True) if "problems" in reply]
    return [
        {"instance": instance, "detail": "; ".join(f"{each['pointer']}: {each['detail']}" for each in problems)}
        for instance, problems in refused
    ]


def edge_requests(described: Mapping[str, Any]) -> list[Instance]:
    """A valid sample with one field at a time set to what its schema allows at the edge: bounds, choices, null."""
    samples = described["samples"]["instances"]
    return [{**samples[0], field["name"]: value} for field in described["schema"] for value in _edges(field)]


def _edges(field: Mapping[str, Any]) -> list[Any]:
    bounds = [field[end] for end in ("minimum", "maximum") if field.get(end) is not None]
    values = [] if field["kind"] == "date" else [int(each) if field.get("integer") else each for each in bounds]
    values += list(field.get("choices") or ())
    return values + ([None] if field.get("nullable") else [])


def _latency_ratio(scene: Scene, ours: Answering, theirs: Answering) -> Measurement:
    """Seconds a request against the champion's: median of paired rounds, with the range that half of them lie in."""
    rows = [scene.instances[position] for position in scene.sample(TIMED_ROWS)]
    ratios = [_request_seconds(ours, rows) / _request_seconds(theirs, rows) for _ in range(ROUNDS)]
    low, value, high = np.percentile(ratios, (25, 50, 75))
    return Measurement(float(value), float(low), float(high), ROUNDS * len(rows))


def _request_seconds(asked: Answering, rows: Sequence[Instance]) -> float:
    return REQUEST_SECONDS + float(np.median(asked.ask(rows, one_by_one=True)["seconds"]))
