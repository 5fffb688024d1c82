"""Split-conformal bands: how far from a predicted value the truth may lie.

After Lei et al., Distribution-free predictive inference for regression (2018): the half width is the
ceil((n + 1) coverage) / n quantile of the absolute residuals of rows that the fitted model has not seen.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.measures import Array


def residuals_of(kind: str, truth: Array, answers: Array) -> Array:
    """|log(truth / answer)| of a relative band, |truth - answer| of an absolute one."""
    return np.abs(np.log(truth / answers)) if kind == "relative" else np.abs(truth - answers)


def conformal_band(kind: str, coverage: float, truth: Array, answers: Array) -> dict[str, Any]:
    """The band of scorer.json, from out-of-fold answers."""
    ordered = np.sort(residuals_of(kind, truth, answers))
    rank = min(math.ceil((len(ordered) + 1) * coverage), len(ordered))
    return {"kind": kind, "coverage": coverage, "half_width": float(ordered[rank - 1])}


def band_holds(band: dict[str, Any], truth: Array, answers: Array) -> NDArray[np.bool_]:
    """Whether each truth lies inside its answer's band; an answer that is missing holds nothing."""
    return np.asarray(residuals_of(band["kind"], truth, answers) <= band["half_width"])
