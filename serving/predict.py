"""POST /predict: rows in, answers out, each with an id that feedback can name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from time import perf_counter
from typing import Any

import orjson
from flask import Response, request

from model.release.binning import rung_of
from model.release.schema import Row
from serving.answering import answer_rows
from serving.bodies import read_rows
from serving.envelope import traffic_of
from serving.served import Served

Prediction = dict[str, Any]


def predict_endpoint(served: Served) -> Callable[[], Response]:
    """The view that answers predictions."""
    head = served.head
    present = presenter(served)
    issue = served.tokens.issue

    def predict() -> Response:
        traffic = traffic_of(request.environ)
        rows = read_rows(served.release.schema)
        answers = _answer(served, rows, traffic)
        predictions = [present(answer) for answer in answers]
        for prediction in predictions:
            prediction["id"] = issue(traffic, prediction["label"] if "label" in prediction else prediction["value"])
        return Response(orjson.dumps({**head, "predictions": predictions}), content_type="application/json")

    return predict


def presenter(served: Served) -> Callable[[Any], Prediction]:
    """How an answer of the scorer is told: its label and probabilities, or its value and band."""
    labels = served.release.schema.labels
    band = served.release.band

    def classification(probabilities: Sequence[float]) -> Prediction:
        greatest = max(probabilities)
        prediction: Prediction = {"label": labels[probabilities.index(greatest)], "probability": greatest}
        if len(labels) > 2:
            prediction["probabilities"] = dict(zip(labels, probabilities, strict=True))
        return prediction

    def regression(value: float) -> Prediction:
        if band is None:
            return {"value": value}
        if band["kind"] == "relative":
            factor = exp(band["half_width"])
            return {"value": value, "low": value / factor, "high": value * factor}
        return {"value": value, "low": value - band["half_width"], "high": value + band["half_width"]}

    return classification if labels else regression


def _answer(served: Served, rows: Sequence[Row], traffic: str) -> Sequence[Any]:
    started = perf_counter()
    answers = answer_rows(served, rows)
    seconds = perf_counter() - started
    served.metrics.count_predictions(traffic, _count_bins(served, rows, answers, traffic), seconds)
    return answers


def _count_bins(served: Served, rows: Sequence[Row], answers: Sequence[Any], traffic: str) -> list[str]:
    """Count the bins of all rows; returns each row's outcome: its label, or the rung of its value."""
    bins = served.release.reference.bins
    found = [each for row, answer in zip(rows, answers, strict=True) for each in bins(row, answer)]
    served.metrics.bins.add(traffic, found)
    labels = served.release.schema.labels
    if labels:
        return [labels[answer.index(max(answer))] for answer in answers]
    return [rung_of(answer) for answer in answers]
