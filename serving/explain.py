"""POST /explain: what pushed each prediction, by how much, largest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Response

from model.release.schema import Row
from serving.answering import answer_rows
from serving.bodies import read_rows
from serving.predict import presenter
from serving.served import Served

CONTRIBUTIONS_AT_MOST = 50
"""Of one row: a long text has thousands of words, and the small ones say nothing."""


def explain_endpoint(served: Served) -> Callable[[], Response]:
    """The view that explains predictions.

    `exact` says whether amounts add up or are changes one at a time, `unit` what they are measured in.
    """
    present = presenter(served)
    scorer, reference = served.release.scorer, served.release.reference

    def explanation(row: Row, answer: Any) -> dict[str, Any]:
        contributions = scorer.explain(row, reference.typical)
        told = [each._asdict() for each in contributions[:CONTRIBUTIONS_AT_MOST]]
        return {**present(answer), "contributions": told}

    def explain() -> Response:
        rows = read_rows(served.release.schema)
        explanations = list(map(explanation, rows, answer_rows(served, rows)))
        document = {**served.head, "exact": scorer.exact, "unit": scorer.unit, "explanations": explanations}
        return Response(orjson.dumps(document), content_type="application/json")

    return explain
