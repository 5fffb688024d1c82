"""A release answers without a server: JSON lines in, one answer line each out (docs/contracts.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter, process_time
from typing import Any

from model.release.errors import InstanceProblems, Problem, ReleaseError
from model.release.fields import Row
from model.release.loading import Release
from model.release.reference import Answer
from model.release.scorer import Scorer, Unanswerable

Json = dict[str, Any]
Reading = Row | InstanceProblems
"""An instance after the schema looked at it."""


class BadRequest(ReleaseError):
    """A line that is no request."""


def reply_to(lines: Iterable[str], release: Release) -> Iterator[str]:
    """One line of JSON for each line of the input; a line that is no request is answered with `{"error": ...}`."""
    for line in lines:
        try:
            yield json.dumps(reply(_request(line), release), allow_nan=False)
        except (BadRequest, ValueError) as error:
            yield json.dumps({"error": str(error)})


def reply(request: Json, release: Release) -> Json:
    """The answer to one request."""
    if request.get("describe"):
        return {"describe": describe(release)}
    if not isinstance(request.get("instances"), list):
        raise BadRequest("wanted instances or describe")
    if request.get("one_by_one"):
        return _one_by_one(request["instances"], release)
    started, worked = perf_counter(), process_time()
    rows = [_read(instance, place, release) for place, instance in enumerate(request["instances"])]
    answers = _answers(rows, release.scorer)
    took = {"seconds": perf_counter() - started, "cpu_seconds": process_time() - worked}
    document: Json = {"answers": answers, **took}
    if request.get("members"):
        document["members"] = {name: _answers(rows, member) for name, member in release.scorer.members().items()}
    return document


def describe(release: Release) -> Json:
    """What a client needs to know of the release before it asks; `banded`: served answers hold `low` and `high` too."""
    schema = release.schema.to_document()
    head = {key: schema[key] for key in ("model", "task", "labels", "api")}
    return {**head, "banded": release.band is not None, "schema": schema["fields"], "samples": release.samples}


def as_answer(answer: Answer) -> Json:
    """`{"probabilities": [...]}` or `{"value": ...}`: a scorer's answer as JSON, not rounded."""
    return {"value": answer} if isinstance(answer, float | int) else {"probabilities": list(answer)}


def _request(line: str) -> Json:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"not JSON: {error}") from None
    if not isinstance(request, dict):
        raise BadRequest("wanted an object")
    return request


def _one_by_one(instances: Sequence[Any], release: Release) -> Json:
    answers, seconds = [], []
    for place, instance in enumerate(instances):
        started = perf_counter()
        answers += _answers([_read(instance, place, release)], release.scorer, first=place)
        seconds.append(perf_counter() - started)
    return {"answers": answers, "seconds": seconds}


def _read(instance: Any, place: int, release: Release) -> Reading:
    try:
        return release.schema.read(instance, f"/instances/{place}")
    except InstanceProblems as error:
        return error


def _answers(rows: Sequence[Reading], scorer: Scorer, first: int = 0) -> list[Json]:
    """The answer to each row, or the problems in its place; `first` is the place of the first row."""
    try:
        readable = [row for row in rows if not isinstance(row, InstanceProblems)]
        answers: Iterator[Answer] = iter(scorer.answer(readable))
    except Unanswerable:
        return [_answer_alone(row, place, scorer) for place, row in enumerate(rows, first)]
    return [_as_problems(row) if isinstance(row, InstanceProblems) else as_answer(next(answers)) for row in rows]


def _answer_alone(row: Reading, place: int, scorer: Scorer) -> Json:
    if isinstance(row, InstanceProblems):
        return _as_problems(row)
    try:
        return as_answer(scorer.answer([row])[0])
    except Unanswerable as error:
        return _as_problems(InstanceProblems([Problem(f"/instances/{place}", str(error))]))


def _as_problems(error: InstanceProblems) -> Json:
    return {"problems": [problem._asdict() for problem in error.problems]}
