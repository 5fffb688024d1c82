"""Reading the JSON body of a request, strictly."""

from __future__ import annotations

import json
from typing import Any

import orjson
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from model.release.errors import Problem
from model.release.fields import shown
from model.release.schema import Row, Schema
from serving.problems import NotJson, TooLarge, WrongFields, WrongMediaType

BYTES_AT_MOST = 1024 * 1024
"""Of a body."""

ENTRIES_AT_MOST = 1000
"""Instances of a prediction, or answers of a feedback, in one request."""


def read_rows(schema: Schema) -> list[Row]:
    """The rows of `{"instances": [...]}`; every wrong field is named."""
    instances = read_list("instances")
    rows, problems = schema.read_all(instances, "/instances")
    if problems:
        raise WrongFields(problems)
    return rows


def read_list(name: str) -> list[Any]:
    """The one member of the body's object, a list of 1 to ENTRIES_AT_MOST."""
    body = _read_json()
    if not isinstance(body, dict):
        raise WrongFields([Problem("", f'wanted an object {{"{name}": [...]}}, saw {shown(body)}')])
    if body.keys() != {name}:
        raise WrongFields(_wrong_members(body, name))
    entries = body[name]
    if not isinstance(entries, list) or not entries:
        seen = "an empty list" if entries == [] else shown(entries)
        raise WrongFields([Problem(f"/{name}", f"wanted a list of 1 to {ENTRIES_AT_MOST}, saw {seen}")])
    if len(entries) > ENTRIES_AT_MOST:
        raise TooLarge(f"wanted at most {ENTRIES_AT_MOST} {name} in one request, saw {len(entries)}")
    return entries


def _wrong_members(body: dict[str, Any], name: str) -> list[Problem]:
    pointers = ("/" + each.replace("~", "~0").replace("/", "~1") for each in body if each != name)
    problems = [Problem(pointer, f"unknown, the body has one member: {name}") for pointer in pointers]
    return problems[:10] if name in body else [Problem(f"/{name}", "this member is missing"), *problems[:10]]


def _read_json() -> Any:
    if not request.is_json:
        seen = request.content_type or "none"
        raise WrongMediaType(f"wanted Content-Type: application/json, saw {seen}")
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(f"wanted a body of at most {BYTES_AT_MOST} bytes") from None
    if not data:
        raise NotJson("the body is empty")
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotJson(str(error)) from None
    # Each key has a colon of its own, so as many colons as keys means that no key was given twice.
    if data.count(b":") != _keys(body):
        _refuse_repeated_keys(data)
    return body


def _keys(body: Any) -> int:
    if not isinstance(body, dict):
        return -1
    entries = [entry for value in body.values() if isinstance(value, list) for entry in value]
    return len(body) + sum(len(entry) for entry in entries if isinstance(entry, dict))


def _refuse_repeated_keys(data: bytes) -> None:
    try:
        json.loads(data, object_pairs_hook=_without_repetition, parse_int=float)
    except RecursionError:
        raise NotJson("nested too deeply") from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"the key {shown(repeated)} stands twice in one object")
    return members
