"""What a user would write instead: FastAPI, a pydantic model, joblib, the pipeline with its DataFrame.

PIPELINE names the joblib file, MODEL the model. Runs in an environment of its own with the same scikit-learn.
"""

from __future__ import annotations

import os
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, create_model

loaded = joblib.load(os.environ["PIPELINE"])
pipeline, kinds, labels = loaded["pipeline"], loaded["kinds"], loaded["labels"]

TYPES: dict[str, Any] = {"number": float | None, "text": str | None, "category": str | None, "date": str | None}
Instance = create_model("Instance", **{name: (TYPES[kind], ...) for name, kind in kinds.items()})


class Request(BaseModel):
    """The body of a prediction request."""

    instances: list[Instance]


app = FastAPI()


@app.get("/readyz")
def ready() -> dict[str, str]:
    """Ready once the pipeline is loaded."""
    return {"status": "ready"}


@app.post("/predict")
def predict(request: Request) -> dict[str, Any]:
    """The same answers as the release, without ids, checks of ranges, metrics or feedback."""
    frame = pd.DataFrame([instance.model_dump() for instance in request.instances])
    if not labels:
        return {"predictions": [{"value": float(value)} for value in pipeline.predict(frame)]}
    rows = pipeline.predict_proba(frame)
    return {"predictions": [{"label": labels[row.argmax()], "probability": float(row.max())} for row in rows]}
