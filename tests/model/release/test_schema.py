"""What a schema reads, and every way it refuses."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.release.errors import BadDocument, InstanceProblems, UnknownSchemaVersion
from model.release.schema import PROBLEMS_AT_MOST, Field, Problem, Schema, day_of, days_of

FIELDS = (
    Field("text", "text", max_chars=10, nullable=True),
    Field("zone", "category", choices=("A", "B")),
    Field("street", "category", unknown="accept", nullable=True),
    Field("area", "number", minimum=10, maximum=5000, unit="sq ft"),
    Field("rooms", "number", integer=True, nullable=True),
    Field("sold", "date", minimum=days_of("2000-01-01"), nullable=True),
)
SCHEMA = Schema("house", "regression", FIELDS, api=2, target="price")
GOOD: dict[str, Any] = {
    "text": "bright", "zone": "A", "street": "Elm", "area": 120, "rooms": 4.0, "sold": "2010-06-01",
}  # fmt: skip


def problems_of(instance: Any, schema: Schema = SCHEMA) -> list[Problem]:
    with pytest.raises(InstanceProblems) as refusal:
        schema.read(instance)
    return list(refusal.value.problems)


def test_reads_every_field_as_the_scorer_wants_it() -> None:
    row = SCHEMA.read(GOOD)
    assert row == {"text": "bright", "zone": "A", "street": "Elm", "area": 120.0, "rooms": 4.0, "sold": 14761.0}
    assert list(row) == [field.name for field in FIELDS]
    assert all(type(row[name]) is float for name in ("area", "rooms", "sold"))


def test_what_may_be_null_may_be_left_out() -> None:
    assert SCHEMA.read({"zone": "B", "area": 10}) == {
        "text": None, "zone": "B", "street": None, "area": 10.0, "rooms": None, "sold": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("text", 5, "wanted text, saw 5"),
        ("text", "12345678901", "wanted at most 10 characters, saw 11"),
        ("text", "a\ud800", "half a character (a lone surrogate) at position 1"),
        ("zone", "C", "wanted one of A, B, saw 'C'"),
        ("zone", "C\ud800", "wanted one of A, B, saw 'C\\ud800'"),
        ("zone", ["A"], "wanted one of A, B, saw a list"),
        ("zone", None, "wanted one of A, B, saw null"),
        ("street", {}, "wanted text, saw an object"),
        ("area", "120", "wanted a number from 10 to 5000 (sq ft), saw '120'"),
        ("area", True, "wanted a number from 10 to 5000 (sq ft), saw true"),
        ("area", 9.99, "saw 9.99"),
        ("area", 5000.5, "saw 5000.5"),
        ("area", math.nan, "saw nan"),
        ("area", math.inf, "saw inf"),
        ("area", 10**400, "saw a number of more than 40 digits"),
        ("area", "9" * 100, "saw '" + "9" * 40 + "'..."),
        ("area", None, "saw null"),
        ("rooms", 4.5, "wanted a whole number, saw 4.5"),
        ("rooms", False, "wanted a whole number, saw false"),
        ("rooms", -math.inf, "wanted a whole number, saw -inf"),
        ("rooms", math.nan, "wanted a whole number, saw nan"),
        ("rooms", 10**400, "saw a number of more than 40 digits"),
        ("sold", "1999-12-31", "of at least 2000-01-01, saw '1999-12-31'"),
        ("sold", "2010-13-01", "wanted an ISO day such as 2026-07-27"),
        ("sold", "20100601", "wanted an ISO day"),
        ("sold", "2010-W01-1", "wanted an ISO day"),
        ("sold", "2010-06-01T00:00", "wanted an ISO day"),
        ("sold", "٢٠١٠-٠٦-٠١", "wanted an ISO day"),
        ("sold", 14761, "saw 14761"),
    ],
)
def test_a_wrong_value_is_refused_by_its_place(field: str, value: Any, detail: str) -> None:
    (problem,) = problems_of({**GOOD, field: value})
    assert problem.pointer == f"/{field}"
    assert detail in problem.detail
    problem.detail.encode()


def test_every_problem_of_an_instance_is_listed() -> None:
    found = problems_of({"zone": "C", "rooms": "four", "colour": "red"})
    assert [problem.pointer for problem in found] == ["/colour", "/zone", "/area", "/rooms"]
    assert found[0].detail == "house has no such field"
    assert found[2].detail == "this field is missing"


@pytest.mark.parametrize("instance", [None, [], "text", 5, [GOOD]])
def test_an_instance_is_an_object(instance: Any) -> None:
    assert problems_of(instance)[0].pointer == ""


def test_pointers_escape_what_pointers_are_made_of() -> None:
    schema = Schema("m", "binary", (Field("a/b~c", "number"),))
    assert schema.read({"a/b~c": 1}) == {"a/b~c": 1.0}
    assert problems_of({"a/b~c": "x"}, schema)[0].pointer == "/a~1b~0c"
    assert problems_of({"a/b~c": 1, "\ud800": 1}, schema)[0].pointer == "/\\ud800"


def test_read_all_keeps_the_good_and_names_the_bad() -> None:
    rows, problems = SCHEMA.read_all([GOOD, {**GOOD, "area": 1}, GOOD])
    assert len(rows) == 2
    assert [problem.pointer for problem in problems] == ["/instances/1/area"]
    assert SCHEMA.read_all([], "/rows") == ([], [])
    assert SCHEMA.read_all({"0": GOOD}, "/rows")[1][0].pointer == "/rows"
    assert SCHEMA.read_all("text")[1][0].detail == "wanted a list of instances, saw 'text'"


def test_read_all_stops_at_a_hundred_problems() -> None:
    _, problems = SCHEMA.read_all([{}] * 1000)
    assert len(problems) == PROBLEMS_AT_MOST


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"name": ""}, "a name is wanted"),
        ({"kind": "color"}, "wanted one of text, category, number, date"),
        ({"unknown": "maybe"}, "refuse or accept"),
        ({"kind": "text", "minimum": 1}, "only a number or a date"),
        ({"minimum": math.nan}, "must be finite"),
        ({"minimum": 2, "maximum": 1}, "minimum is above the maximum"),
        ({"kind": "date", "integer": True}, "only a number can be an integer"),
        ({"choices": ("A",)}, "only a category has choices"),
        ({"kind": "category"}, "needs choices"),
        ({"kind": "category", "choices": ("A", "A")}, "twice"),
        ({"max_chars": 5}, "max_chars"),
        ({"kind": "text", "max_chars": 0}, "max_chars"),
    ],
)
def test_a_field_that_contradicts_itself_is_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Field(**{"name": "x", "kind": "number", **settings})


def test_a_schema_needs_fields_of_different_names() -> None:
    with pytest.raises(ValueError, match="at least one field"):
        Schema("m", "binary", ())
    with pytest.raises(ValueError, match="share a name"):
        Schema("m", "binary", (Field("a", "number"), Field("a", "text")))


def test_a_schema_survives_its_document() -> None:
    assert Schema.from_document(json.loads(json.dumps(SCHEMA.to_document()))) == SCHEMA


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"fields": [{"name": "a", "kind": "color"}]}, "kind 'color'"),
        ({"fields": [{"name": "a", "kind": "number", "width": 3}]}, "width"),
        ({"fields": [{"name": "a", "kind": "number", "minimum": "low"}]}, "schema.json"),
        ({"fields": [5]}, "schema.json"),
        ({"fields": []}, "at least one field"),
    ],
)
def test_a_document_of_no_sense_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(BadDocument, match=why):
        Schema.from_document({**SCHEMA.to_document(), **change})


def test_a_missing_key_and_another_version_are_refused() -> None:
    document = SCHEMA.to_document()
    with pytest.raises(UnknownSchemaVersion, match="schema version 2, this code reads 1"):
        Schema.from_document({**document, "schema": 2})
    del document["labels"]
    with pytest.raises(BadDocument, match=r"schema\.json: labels is missing"):
        Schema.from_document(document)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "extra"]), JSON_VALUES) | JSON_VALUES)
def test_any_json_is_read_or_refused_in_words_that_can_be_sent(instance: Any) -> None:
    rows, problems = SCHEMA.read_all([instance])
    assert len(rows) == (0 if problems else 1)
    assert json.dumps([problem._asdict() for problem in problems], ensure_ascii=False).encode()
    for row in rows:
        assert list(row) == [field.name for field in FIELDS]
        assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))


@given(st.dates())
def test_days_survive_the_way_there_and_back(day: Any) -> None:
    assert day_of(days_of(day.isoformat())) == day.isoformat()


NAMES = st.text(min_size=1, max_size=5)
BOUNDS = st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)).map(sorted)
NUMBERS = st.builds(
    lambda name, bounds, integer, nullable: Field(
        name, "number", nullable=nullable, minimum=bounds[0], maximum=bounds[1], integer=integer
    ),
    NAMES, BOUNDS, st.booleans(), st.booleans(),
)  # fmt: skip
CATEGORIES = st.builds(
    lambda name, choices: Field(name, "category", choices=tuple(choices)),
    NAMES,
    st.lists(st.text(max_size=4), min_size=1, unique=True),
)


@given(st.lists(NUMBERS | CATEGORIES, min_size=1, unique_by=lambda field: field.name))
def test_any_schema_survives_its_document(fields: list[Field]) -> None:
    schema = Schema("m", "multiclass", tuple(fields), ("a", "b", "c"))
    assert Schema.from_document(json.loads(json.dumps(schema.to_document()))) == schema
