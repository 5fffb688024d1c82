"""The drift reference of a model: training rows, and what was answered and unseen out of fold."""

from __future__ import annotations

from typing import Any

from model.data import Part
from model.instances import instances_of
from model.measures import Array
from model.release import reference
from model.release.schema import Row, Schema
from model.release.text import unseen_share, words_of
from model.spec import ModelSpec
from model.training import folds_of


def schema_of(spec: ModelSpec) -> Schema:
    """What the interface of this model reads and answers."""
    return Schema(spec.name, spec.task, spec.features, spec.labels, spec.api, spec.dataset.target)


def rows_of(spec: ModelSpec, part: Part) -> list[Row]:
    """A part's rows as a scorer gets them: read by the schema, so that training rows are held to the interface."""
    schema = schema_of(spec)
    return [schema.read(instance) for instance in instances_of(part.features, spec.features)]


def reference_of(spec: ModelSpec, train: Part, answers: Array) -> dict[str, Any]:
    """reference.json from the training rows and the winner's out-of-fold answers."""
    texts = [field.name for field in spec.features if field.kind == "text"]
    unseen = {name: _unseen_out_of_fold(spec, train, name) for name in texts}
    return reference.build(schema_of(spec), rows_of(spec, train), answers.tolist(), unseen)


def _unseen_out_of_fold(spec: ModelSpec, train: Part, name: str) -> list[float | None]:
    """Each text's share of words that the other folds lack: in-sample no word would be unseen."""
    texts = train.features[name].tolist()
    words = [set(words_of(text)) if text else set() for text in texts]
    shares: list[float | None] = [None] * len(texts)
    for rest, held in folds_of(spec, train):
        known = set().union(*(words[row] for row in rest))
        for row in held:
            shares[row] = unseen_share(texts[row], known.__contains__) if texts[row] is not None else None
    return shares
