"""The rival's model file: the very candidate that our release was compiled from, fitted on the same rows, by joblib."""

from __future__ import annotations

import json
from pathlib import Path

import joblib

from model.data import load
from model.library import load_candidates, load_spec
from model.training import fit


def leave_pipeline(model: str, root: Path, folder: Path) -> Path:
    """Fit the candidate of the sealed release and leave it as FOLDER/MODEL.joblib."""
    spec = load_spec(model)
    release = json.loads((root / "build" / model / "release" / "release.json").read_text(encoding="utf-8"))
    fitted = fit(load_candidates(spec)[release["candidate"]], load(spec, root).train)
    path = folder / f"{model}.joblib"
    kinds = {field.name: field.kind for field in spec.features}
    joblib.dump({"pipeline": fitted, "kinds": kinds, "labels": spec.labels}, path)
    return path
