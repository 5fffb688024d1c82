"""A contender beside the champion: paired differences, compatibility of the interface, and time to answer.

Differences are taken draw by draw of one bootstrap over groups; their `low` and `high` are the 5th and 95th percentile,
one-sided 95 % bounds, for a gate asks only whether the contender is worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from model.asking import Answering
from model.compatibility import Described, answers_alike, breaks
from model.instances import Instance
from model.intervals import ONE_SIDED, Measurement, level_of, summarise
from model.measures import Array, Measure, measures_of
from model.scene import Scene, answered_rows, answers_of
from model.spec import ModelSpec

Question = Literal["same", "new"]
CHANGES = ("mae", "rmse", "mape")
"""Of these the relative change counts (contender / champion - 1), of all others the difference."""
REQUEST_SECONDS = 0.0004
"""What a request costs the server besides scoring its row. Without it a vote of 50 us could never replace a ridge of 6,
although nobody who asks would notice."""
TIMED_ROWS = 100
ROUNDS = 9
QUARTILES = (25.0, 75.0)


def compare(
    spec: ModelSpec, scene: Scene, ours: Answering, theirs: Answering, masks: Mapping[str, Array]
) -> dict[str, Measurement]:
    """Everything that is relative to the champion; `scene.notes` takes what is incompatible."""
    reply = theirs.ask(scene.instances)["answers"]
    champion = _in_our_order(answers_of(reply, theirs.describe()["labels"]), spec, theirs)
    found = {} if champion is None else paired_differences(spec, scene, champion, masks)
    found["incompatible"] = _incompatible(scene, ours, theirs)
    found["latency_ratio"] = _latency_ratio(scene, ours, theirs)
    return found


def _in_our_order(answers: Array, spec: ModelSpec, theirs: Answering) -> Array | None:
    """The champion's answers with our labels' columns; None where it answers another question."""
    described = theirs.describe()
    if not answers_alike({"task": spec.task, "labels": spec.labels}, described):
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


def question_of(mine: Described, champion: Described) -> Question:
    """Whether the contender answers what the champion does; `new` only where a new `api` says so."""
    return "new" if mine["api"] > champion["api"] and not answers_alike(mine, champion) else "same"


def _incompatible(scene: Scene, ours: Answering, theirs: Answering) -> Measurement:
    """How much of the champion's interface breaks, by its schema and by requests. Nothing does if `api` is new."""
    broken, tried = breaks(ours, theirs)
    scene.notes["incompatible"] = broken[:20]
    renewed = ours.describe()["api"] > theirs.describe()["api"]
    return Measurement(0.0 if renewed else float(len(broken)), n=tried)


def _latency_ratio(scene: Scene, ours: Answering, theirs: Answering) -> Measurement:
    """Seconds a request against the champion's: median of paired rounds, with the range that half of them lie in."""
    rows = [scene.instances[position] for position in scene.sample(TIMED_ROWS)]
    ratios = [ratio_of_a_round(ours, theirs, rows, turned=bool(each % 2)) for each in range(ROUNDS)]
    low, value, high = np.percentile(ratios, (QUARTILES[0], 50, QUARTILES[1]))
    return Measurement(float(value), float(low), float(high), ROUNDS * len(rows), level_of(QUARTILES))


def ratio_of_a_round(ours: Answering, theirs: Answering, rows: Sequence[Instance], turned: bool) -> float:
    """Each is first in turn: whoever is second finds a warmer machine, or a more tired one."""
    asked = (theirs, ours) if turned else (ours, theirs)
    first, second = (_request_seconds(each, rows) for each in asked)
    return second / first if turned else first / second


def _request_seconds(asked: Answering, rows: Sequence[Instance]) -> float:
    return REQUEST_SECONDS + float(np.median(asked.ask(rows, one_by_one=True)["seconds"]))
