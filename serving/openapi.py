"""GET /openapi.json: the interface of this very release (OpenAPI 3.1), fields, ranges and an example included."""

from __future__ import annotations

from typing import Any

import orjson

from model.release.fields import Field, day_of
from model.release.loading import Release
from model.release.schema import Schema
from serving.bodies import ENTRIES_AT_MOST
from serving.problems import MEDIA_TYPE

Json = dict[str, Any]


def openapi_document(release: Release) -> bytes:
    """The document, as JSON."""
    schema = release.schema
    document = {
        "openapi": "3.1.0",
        "info": {"title": schema.model, "version": f"{schema.api}", "description": f"Release {release.identity}."},
        "x-release": _release(release),
        "paths": _paths(release),
        "components": {"schemas": _schemas(release)},
    }
    return orjson.dumps(document)


def field_schema(field: Field) -> Json:
    """The JSON Schema of one field."""
    described = {"title": field.name.replace("_", " "), **_typed(field), **_noted(field)}
    if field.nullable:
        described["type"] = [described["type"], "null"]
        if "enum" in described:
            described["enum"] = [*described["enum"], None]
    return described


def _typed(field: Field) -> Json:
    if field.kind == "number":
        bounds = {"minimum": field.minimum, "maximum": field.maximum}
        return {"type": "integer" if field.integer else "number", **_given(bounds)}
    if field.kind == "date":
        bounds = {"x-minimum": field.minimum, "x-maximum": field.maximum}
        return {"type": "string", "format": "date", **{name: day_of(day) for name, day in _given(bounds).items()}}
    if field.kind == "category" and field.unknown == "refuse":
        return {"type": "string", "enum": list(field.choices)}
    examples = {"examples": list(field.choices)} if field.choices else {}
    return {"type": "string", **_given({"maxLength": field.max_chars}), **examples}


def _noted(field: Field) -> Json:
    noted = {"description": field.description, "x-unit": field.unit, "x-kind": field.kind}
    return {name: text for name, text in noted.items() if text}


def _given(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _release(release: Release) -> Json:
    """What a page needs to know besides the fields."""
    schema = release.schema
    return {
        "model": schema.model,
        "release": release.identity,
        "task": schema.task,
        "labels": list(schema.labels),
        "target": schema.target,
        "coverage": release.band["coverage"] if release.band else None,
    }


def _schemas(release: Release) -> Json:
    schema = release.schema
    instance = {
        "type": "object",
        "properties": {field.name: field_schema(field) for field in schema.fields},
        "required": [field.name for field in schema.fields if not field.nullable],
        "additionalProperties": False,
        "examples": release.samples["instances"][:5],
    }
    actual = {"enum": list(schema.labels)} if schema.labels else {"type": "number"}
    return {
        "Instance": instance,
        "Instances": _object(instances=_list(_reference("Instance"))),
        "Prediction": _object(id={"type": "string"}, **_answer(schema, banded=release.band is not None)),
        "Predictions": _object(**_HEAD, predictions=_list(_reference("Prediction"))),
        "Explanations": _explanations(schema, banded=release.band is not None),
        "Feedback": _object(feedback=_list(_object(id={"type": "string"}, actual=actual))),
        "Counted": _object(**{name: {"type": "integer"} for name in ("matched", "repeated", "unknown", "expired")}),
        "Problem": _problem(),
    }


def _explanations(schema: Schema, banded: bool) -> Json:
    pushed = _object(
        feature={"type": "string"}, value={"type": ["string", "number", "null"]}, amount={"type": "number"}
    )
    members = {**_answer(schema, banded), "contributions": {"type": "array", "items": pushed}}
    told = {"exact": {"type": "boolean"}, "unit": {"type": "string"}}
    return _object(**_HEAD, **told, explanations=_list(_object(**members)))


def _answer(schema: Schema, banded: bool) -> Json:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    if not schema.labels:
        names = ("value", "low", "high") if banded else ("value",)
        return {name: {"type": "number"} for name in names}
    members: Json = {"label": {"enum": list(schema.labels)}, "probability": share}
    if len(schema.labels) > 2:
        members["probabilities"] = _object(**dict.fromkeys(schema.labels, share))
    return members


def _problem() -> Json:
    error = _object(pointer={"type": "string"}, detail={"type": "string"})
    problem = _object(title={"type": "string"}, status={"type": "integer"}, detail={"type": "string"})
    problem["properties"]["errors"] = {"type": "array", "items": error}
    return problem


def _paths(release: Release) -> Json:
    example = {"instances": release.samples["instances"][:1]}
    text: Json = {"text/plain": {}}
    json_object: Json = {"application/json": {}}
    return {
        "/predict": _post("Rows in, answers out", "Instances", "Predictions", example=example),
        "/explain": _post("What pushed each prediction, largest first", "Instances", "Explanations", example=example),
        "/feedback": _post("What was right after all", "Feedback", "Counted", status="202"),
        "/metrics": _get("For Prometheus", text),
        "/healthz": _get("The process is alive", json_object),
        "/readyz": _get("It wants requests; 503 while loading or draining", json_object),
    }


def _post(summary: str, takes: str, gives: str, status: str = "200", example: Json | None = None) -> Json:
    content: Json = {"schema": _reference(takes), **_given({"example": example})}
    problem = {"description": "What is wrong", "content": {MEDIA_TYPE: {"schema": _reference("Problem")}}}
    answer = {"description": summary, "content": {"application/json": {"schema": _reference(gives)}}}
    body = {"required": True, "content": {"application/json": content}}
    return {"post": {"summary": summary, "requestBody": body, "responses": {status: answer, "default": problem}}}


def _get(summary: str, content: Json) -> Json:
    return {"get": {"summary": summary, "responses": {"200": {"description": summary, "content": content}}}}


def _object(**members: Json) -> Json:
    return {"type": "object", "properties": members, "required": list(members)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": ENTRIES_AT_MOST}


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_HEAD: Json = {"model": {"type": "string"}, "release": {"type": "string"}}
