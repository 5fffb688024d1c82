"""What the report draws of a contender on the holdout: confusion, calibration, residuals."""

from __future__ import annotations

from typing import Any

import numpy as np

from model.measures import CALIBRATION_BINS
from model.scene import Scene, answered_rows

RESIDUALS_SHOWN = 600


def draw(task: str, scene: Scene) -> dict[str, Any]:
    """`confusion`, `calibration` and `residuals` of evaluation.json; null where the task has none."""
    if task == "regression":
        return {"confusion": None, "calibration": None, "residuals": _residuals(scene)}
    answered = answered_rows(scene.answers)
    said, truth = scene.answers[answered].argmax(axis=1), scene.truth[answered].astype(int)
    counts = np.zeros((len(scene.labels), len(scene.labels)), dtype=int)
    np.add.at(counts, (truth, said), 1)
    confusion = {"labels": list(scene.labels), "counts": counts.tolist()}
    return {"confusion": confusion, "calibration": _calibration(scene), "residuals": None}


def _calibration(scene: Scene) -> list[dict[str, Any]]:
    """Of two classes the positive one's probability, of more the answered one's, in ten equal-width bins."""
    answered = answered_rows(scene.answers)
    answers, truth = scene.answers[answered], scene.truth[answered]
    binary = answers.shape[1] == 2
    score = answers[:, 1] if binary else answers.max(axis=1)
    right = truth == 1 if binary else answers.argmax(axis=1) == truth
    index = np.minimum((score * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return [
        {"mean_probability": float(score[index == b].mean()), "share": float(right[index == b].mean()), "n": int(n)}
        for b, n in enumerate(np.bincount(index, minlength=CALIBRATION_BINS))
        if n
    ]


def _residuals(scene: Scene) -> list[dict[str, float]]:
    shown = [position for position in scene.sample(RESIDUALS_SHOWN) if np.isfinite(scene.answers[position])]
    return [{"predicted": float(scene.answers[p]), "actual": float(scene.truth[p])} for p in shown]
