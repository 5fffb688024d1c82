"""The drift reference: built from rows, asked for bins."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from model.release.errors import BadDocument, UnknownSchemaVersion
from model.release.reference import Reference, build, feature_of
from model.release.schema import Field, Row, Schema

SCHEMA = Schema(
    "m",
    "multiclass",
    (
        Field("text", "text", nullable=True),
        Field("zone", "category", choices=("A", "B")),
        Field("score", "number", nullable=True),
        Field("sold", "date"),
    ),
    ("low", "mid", "high"),
)
KNOWN = {"fine", "film"}.__contains__
ROWS: list[Row] = [
    {"text": None if number == 19 else "a fine film " * number, "zone": "A" if number % 4 else "B",
     "score": None if number % 5 == 0 else float(number), "sold": 14000.0 + number}
    for number in range(20)
]  # fmt: skip
ANSWERS = [[0.6 - number / 50, 0.3, 0.1 + number / 50] for number in range(20)]
UNSEEN = {"text": [None if row["text"] is None else 0.1 * (place % 3) for place, row in enumerate(ROWS)]}


def built() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(build(SCHEMA, ROWS, ANSWERS, UNSEEN)))
    return document


def test_every_kind_of_field_is_in_the_document() -> None:
    document = built()
    assert list(document["features"]) == [
        "text.words", "text.chars", "text.upper", "text.unseen", "score.input", "sold", "score",
    ]  # fmt: skip
    assert document["categories"] == {"zone": {"share": {"A": 0.75, "B": 0.25}, "null_share": 0.0}}
    assert document["typical"] == {"zone": "A", "score": 10.0, "sold": 14009.5}
    assert document["outcomes"] == {"low": 0.65, "mid": 0.0, "high": 0.35}
    assert (document["n"], document["median"]) == (20, None)


def test_the_rows_it_was_built_from_have_the_shares_it_tells() -> None:
    reference = Reference(
        {**built(), "features": {k: v for k, v in built()["features"].items() if "unseen" not in k}}, SCHEMA
    )
    hits = Counter(name for row, answer in zip(ROWS, ANSWERS, strict=True) for name in reference.bins(row, answer))
    assert {name: count / 20 for name, count in hits.items()} == {
        name: share for name, share in reference.shares().items() if share
    }


def test_every_bin_that_a_request_can_fall_into_is_told_from_the_start() -> None:
    reference = Reference(built(), SCHEMA, KNOWN)
    every = set(reference.shares())
    odd: Row = {"text": "Zq" * 500, "zone": "C", "score": 1e9, "sold": -1e9}
    missing: Row = {"text": None, "zone": None, "score": None, "sold": None}
    for row in (odd, missing, *ROWS):
        found = list(reference.bins(row, [0.0, 0.0, 1.0]))
        assert set(found) <= every
        assert len({feature for feature, _ in found}) == len(found) == 8
    assert ("score", "missing") not in every
    assert reference.share("zone", "A") == 0.75
    with pytest.raises(KeyError):
        reference.share("zone", "Z")


def test_the_score_is_the_last_labels_probability_or_the_value() -> None:
    schema = Schema("m", "regression", (Field("area", "number"),))
    rows: list[Row] = [{"area": float(number)} for number in range(10)]
    document = build(schema, rows, [float(number) for number in range(10)])
    assert document["median"] == 4.5
    rungs = {"0": 0.1, "1": 0.1, "2": 0.1, "2.83": 0.1, "4": 0.1, "4.76": 0.1, "5.66": 0.1, "6.73": 0.1, "8": 0.2}
    assert document["outcomes"] == rungs
    assert list(Reference(document, schema).bins({"area": 0.0}, 3.0)) == [("area", "0"), ("score", "3")]
    assert list(Reference(built(), SCHEMA, KNOWN).bins(ROWS[1], [1.0, 0.0, 0.0]))[-1] == ("score", "0")


def test_a_field_named_score_does_not_shadow_the_answers() -> None:
    assert feature_of(SCHEMA.fields[2]) == "score.input"
    assert feature_of(SCHEMA.fields[0], "words") == "text.words"


def test_the_vocabulary_is_asked_once_a_word() -> None:
    asked: list[str] = []

    def knows(word: str) -> bool:
        asked.append(word)
        return True

    reference = Reference(built(), SCHEMA, knows)
    for _ in range(3):
        list(reference.bins({**ROWS[0], "text": "fine film"}, ANSWERS[0]))
    assert asked == ["fine", "film"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"features": {}}, "score is missing"),
        ({"features": {**built()["features"], "width": {"edges": [1], "share": [0.5, 0.5]}}}, "width"),
        ({"categories": {"colour": {"share": {"red": 1.0}}}}, "colour"),
    ],
)
def test_a_document_that_does_not_fit_the_schema_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(BadDocument, match=why):
        Reference({**built(), **change}, SCHEMA, KNOWN)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(BadDocument, match=r"text\.unseen"):
        Reference(built(), SCHEMA, knows=None)
    with pytest.raises(UnknownSchemaVersion):
        Reference({**built(), "schema": 9}, SCHEMA, KNOWN)
    for key in ("n", "typical", "features", "categories"):
        with pytest.raises(BadDocument, match=f"{key} is missing"):
            Reference({name: value for name, value in built().items() if name != key}, SCHEMA, KNOWN)


def test_rows_answers_and_unseen_shares_must_belong_together() -> None:
    with pytest.raises(ValueError, match="wanted an answer for each"):
        build(SCHEMA, ROWS, ANSWERS[:-1])
    with pytest.raises(ValueError, match="wanted an answer for each"):
        build(SCHEMA, ROWS, ANSWERS, {"text": [0.0]})
    with pytest.raises(ValueError, match="wanted an answer for each"):
        build(SCHEMA, [], [])
