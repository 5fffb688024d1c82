"""A linear model of table fields and words, with the link from its scores to its answer."""

from __future__ import annotations

from typing import Any

from model.release.explaining import Contribution
from model.release.numerics import LINKS, add_up
from model.release.reading import Case, Reader, Row
from model.release.table import WeighedFields
from model.release.words import HashedWords, WeighedWords

SCALES = {
    "identity": "answer",
    "logit": "log-odds",
    "softmax": "log-probability, over the mean of the labels'",
    "one-vs-rest": "score, over the mean of the labels'",
}
"""The scale on which a linear model's contributions add up, by its link."""


class Linear:
    """Intercept plus parts, linked. One output for a regression or two labels, else one output a label."""

    exact = True

    def __init__(self, document: dict[str, Any], readers: list[Reader]) -> None:
        self._link = LINKS[document["link"]]
        self._intercepts: list[float] = document["intercepts"]
        self._fields = WeighedFields(document["fields"]) if document["fields"] else None
        self._words = [
            (HashedWords if "columns" in each else WeighedWords)(each, readers) for each in document["words"]
        ]
        self.scale = SCALES[document["link"]]
        self.members: dict[str, Any] = {}

    def score(self, case: Case) -> list[float]:
        """Probabilities, or one value."""
        scores = self._intercepts
        if self._fields:
            scores = [a + b for a, b in zip(scores, self._fields.totals(case), strict=True)]
        for words in self._words:
            scores = [a + b for a, b in zip(scores, words.totals(case), strict=True)]
        return self._link(scores)

    def contributions(self, case: Case, reference: Row) -> list[Contribution]:
        """Fields count against the reference's value, words against a text without them.

        With one output they push towards the last label; with more, towards the label that was answered, each amount
        over its mean among all labels. They sum up to the difference to the score of the reference without any word.
        """
        found: list[tuple[str, Any, list[float]]] = []
        if self._fields:
            amounts = self._fields.amounts(case.row, reference)
            found += [(field, case.row[field], each) for field, each in amounts.items()]
        for words in self._words:
            found += words.amounts(case)
        if len(self._intercepts) == 1:
            return [Contribution(feature, value, each[0]) for feature, value, each in found]
        answered = _highest(self.score(case))
        return [Contribution(f, value, each[answered] - add_up(each) / len(each)) for f, value, each in found]


def _highest(values: list[float]) -> int:
    return values.index(max(values))
