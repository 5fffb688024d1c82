"""The drift reference: into which bin a request falls, feature by feature, and how often training rows fell there.

reference.json is built from the training rows and the winner's out-of-fold answers; a server counts the bins of what it
is asked, and the two are compared (population stability index).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from statistics import median
from typing import Any

from model.release.binning import Bin, CategoryBins, NumericBins, category_document, numeric_document, rung_of
from model.release.documents import VERSION, Document, check_version, take
from model.release.errors import BadDocument
from model.release.fields import Field, Row, Value
from model.release.schema import Schema
from model.release.text import statistics_of

Answer = Sequence[float] | float
"""Probabilities in the order of the labels, or a value."""
Knows = Callable[[str], bool]
"""Whether a word is in the training vocabulary."""

SCORE = "score"
WORDS_REMEMBERED = 20_000


def score_of(answer: Answer) -> float:
    """The one number of an answer that drift is watched by: the probability of the last label, or the value."""
    return answer if isinstance(answer, float | int) else answer[-1]


def feature_of(field: Field, statistic: str = "") -> str:
    """The feature's name: the field's own, or `text.words`; never `score`, which is the answer's."""
    if statistic:
        return f"{field.name}.{statistic}"
    return f"{SCORE}.input" if field.name == SCORE else field.name


class Reference:
    """What reference.json holds, ready to be asked for the bins of a request.

    A feature that the document leaves out is not counted; one that belongs to no field is an error (BadDocument).
    """

    def __init__(self, document: Document, schema: Schema, knows: Knows | None = None) -> None:
        where = "reference.json"
        known = _bins_of(check_version(document, where), where)
        self.n: int = take(document, "n", where)
        self.typical: Row = take(document, "typical", where)
        """Of every field but the texts the training median or most frequent value."""
        self.outcomes: dict[str, float] = take(document, "outcomes", where)
        """How often each label was answered; of values, each rung."""
        self._shares = {name: share for bins in known.values() for name, share in bins.shares.items()}
        self._score = known.pop(SCORE).bin_of
        statistics = statistics_of(lru_cache(WORDS_REMEMBERED)(knows) if knows else None)
        self._columns: list[tuple[str, Callable[[Any], Bin]]] = []
        self._texts: list[tuple[str, Callable[[str], float], Callable[[Any], Bin]]] = []
        for field in schema.fields:
            if field.kind != "text" and feature_of(field) in known:
                self._columns.append((field.name, known.pop(feature_of(field)).bin_of))
            for statistic, measure in statistics.items() if field.kind == "text" else ():
                if feature_of(field, statistic) in known:
                    self._texts.append((field.name, measure, known.pop(feature_of(field, statistic)).bin_of))
        if known:
            raise BadDocument(where, f"{', '.join(known)}: nothing of {schema.model} can be counted there")

    def bins(self, row: Row, answer: Answer) -> Iterator[Bin]:
        """The bin that a request falls into, for every feature and for its answer."""
        for name, bin_of in self._columns:
            yield bin_of(row[name])
        for name, measure, bin_of in self._texts:
            text = row[name]
            yield bin_of(None if text is None else measure(str(text)))
        yield self._score(score_of(answer))

    def shares(self) -> Mapping[Bin, float]:
        """The share of training rows in every bin; those of one feature add up to 1."""
        return self._shares

    def share(self, feature: str, name: str) -> float:
        """The share of training rows in one bin; KeyError where there is no such bin."""
        return self._shares[feature, name]


def _bins_of(document: Document, where: str) -> dict[str, NumericBins | CategoryBins]:
    features, categories = take(document, "features", where), take(document, "categories", where)
    if SCORE not in features:
        raise BadDocument(where, "features: score is missing")
    numeric = {name: NumericBins(name, each, where, may_miss=name != SCORE) for name, each in features.items()}
    return {**numeric, **{name: CategoryBins(name, each, where) for name, each in categories.items()}}


def build(
    schema: Schema,
    rows: Sequence[Row],
    answers: Sequence[Answer],
    unseen: Mapping[str, Sequence[float | None]] | None = None,
) -> Document:
    """reference.json from the training rows and their out-of-fold answers, in the same order.

    `unseen` is, of each text field, the out-of-fold share of unseen words of every row (`text.unseen_share` with the
    vocabulary of a fold that did not see the row): in-sample no word would be unseen. ValueError where lengths differ.
    """
    lengths = {len(rows), len(answers), *(len(shares) for shares in (unseen or {}).values())}
    if len(lengths) > 1 or not rows:
        raise ValueError(f"{schema.model}: wanted an answer for each of some rows, saw lengths {sorted(lengths)}")
    scores = [score_of(answer) for answer in answers]
    columns = {field: [row[field.name] for row in rows] for field in schema.fields}
    categories = {field: values for field, values in columns.items() if field.kind == "category"}
    return {
        "schema": VERSION,
        "n": len(rows),
        "features": {**_numeric_features(columns, unseen or {}), SCORE: numeric_document(scores)},
        "categories": {feature_of(field): category_document(values) for field, values in categories.items()},
        "typical": {field.name: _typical(field, values) for field, values in columns.items() if field.kind != "text"},
        "outcomes": _outcomes(schema.labels, answers),
        "median": None if schema.labels else median(scores),
    }


def _numeric_features(
    columns: Mapping[Field, Sequence[Value]], unseen: Mapping[str, Sequence[float | None]]
) -> dict[str, Document]:
    features: dict[str, Document] = {}
    for field, values in columns.items():
        if field.kind in ("number", "date"):
            features[feature_of(field)] = numeric_document(
                [None if value is None else float(value) for value in values]
            )
        elif field.kind == "text":
            for statistic, measure in statistics_of(None).items():
                figures = [None if value is None else measure(str(value)) for value in values]
                features[feature_of(field, statistic)] = numeric_document(figures)
            if field.name in unseen:
                features[feature_of(field, "unseen")] = numeric_document(unseen[field.name])
    return features


def _typical(field: Field, values: Sequence[Value]) -> Value:
    present = [value for value in values if value is not None]
    if not present:
        return None
    if field.kind == "category":
        return min(Counter(present).items(), key=lambda hit: (-hit[1], hit[0]))[0]
    return float(median(map(float, present)))


def _outcomes(labels: Sequence[str], answers: Sequence[Answer]) -> dict[str, float]:
    """The share of answers with each label, or on each rung, lowest first."""
    if not labels:
        stood = Counter(rung_of(score_of(answer)) for answer in answers)
        return {rung: round(stood[rung] / len(answers), 6) for rung in sorted(stood, key=float)}
    hits = Counter(list(answer).index(max(answer)) for answer in answers if isinstance(answer, Sequence))
    return {label: round(hits[place] / len(answers), 6) for place, label in enumerate(labels)}
