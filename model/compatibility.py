"""Does a contender take every request that the champion takes, and answer as much: by what it says of itself, field by
field, and by asking it.

Both, for each sees what the other cannot: a schema tells of every value at once, also of those that nobody thought to
send; a request tells what the code does with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from model.asking import Answering
from model.instances import Instance
from model.release.fields import day_of

Described = Mapping[str, Any]
"""What a release says of itself (`describe`, docs/contracts.md)."""
FieldDocument = Mapping[str, Any]
Broken = dict[str, Any]
"""A request that breaks, or {} where the schema says it of many, and the detail."""


def breaks(ours: Answering, theirs: Answering) -> tuple[list[Broken], int]:
    """What of the champion's interface breaks, and how many requests were tried: its samples and its schema's edges."""
    mine, described = ours.describe(), theirs.describe()
    requests = [*described["samples"]["instances"], *edge_requests(described)]
    accepted = theirs.ask(requests)["answers"]
    valid = [each for each, answer in zip(requests, accepted, strict=True) if "problems" not in answer]
    of_schema: list[Broken] = [{"instance": {}, "detail": each} for each in _narrowed(mine, described)]
    return [*of_schema, *_refused(ours, valid)], len(valid)


def answers_alike(mine: Described, champion: Described) -> bool:
    """Whether both answer the same question: the same task, the same labels in whatever order."""
    return bool(mine["task"] == champion["task"] and set(mine["labels"]) == set(champion["labels"]))


def edge_requests(described: Described) -> list[Instance]:
    """A valid sample with one field at a time set to what its schema allows at the edge: bounds, choices, null."""
    samples = described["samples"]["instances"]
    return [{**samples[0], field["name"]: value} for field in described["schema"] for value in _edges(field)]


def _edges(field: FieldDocument) -> list[Any]:
    bounds = [field[end] for end in ("minimum", "maximum") if field.get(end) is not None]
    values = [] if field["kind"] == "date" else [int(each) if field.get("integer") else each for each in bounds]
    values += list(field.get("choices") or ())
    return values + ([None] if field.get("nullable") else [])


def _refused(ours: Answering, requests: Sequence[Instance]) -> list[Broken]:
    replies = ours.ask(requests)["answers"]
    refused = [(each, reply["problems"]) for each, reply in zip(requests, replies, strict=True) if "problems" in reply]
    return [
        {"instance": instance, "detail": "; ".join(f"{each['pointer']}: {each['detail']}" for each in problems)}
        for instance, problems in refused
    ]


def _narrowed(mine: Described, champion: Described) -> Iterator[str]:
    """A sentence for each thing that the champion's interface has and ours has not."""
    if not answers_alike(mine, champion):
        yield f"answers {mine['labels'] or mine['task']}, the champion {champion['labels'] or champion['task']}"
    # A release that was sealed before `banded` was told does not say: nothing is known then, and nothing is refused.
    if champion.get("banded") is True and mine.get("banded") is False:
        yield "answers no low and high any more"
    ours = {field["name"]: field for field in mine["schema"]}
    theirs = {field["name"]: field for field in champion["schema"]}
    for name, field in theirs.items():
        changes = narrowed(ours[name], field) if name in ours else ["is not there any more"]
        yield from (f"field {name}: {change}" for change in changes)
    for name, field in ours.items():
        if name not in theirs and not field.get("nullable"):
            yield f"field {name}: is new and may not be left out"


def narrowed(ours: FieldDocument, theirs: FieldDocument) -> list[str]:
    """What our field refuses although the champion's takes it; both as they stand in schema.json."""
    null = ["may not be null any more"] if theirs.get("nullable") and not ours.get("nullable") else []
    if _closed(ours):
        return null + _choices_lost(ours, theirs)
    if _closed(theirs):
        theirs = {**theirs, "max_chars": max(map(len, theirs["choices"]))}
    if _form(ours) != _form(theirs):
        return [*null, f"wants a {ours['kind']}, the champion a {theirs['kind']}"]
    whole = ["wants whole numbers only"] if ours.get("integer") and not theirs.get("integer") else []
    ends = (("minimum", -1), ("maximum", 1), ("max_chars", 1))
    return [*null, *whole, *(told for end, sign in ends if (told := _tightened(end, sign, ours, theirs)))]


def _closed(field: FieldDocument) -> bool:
    return bool(field["kind"] == "category" and field.get("unknown", "refuse") == "refuse")


def _form(field: FieldDocument) -> str:
    """How its JSON looks: an open category takes any text."""
    return "text" if field["kind"] == "category" else str(field["kind"])


def _choices_lost(ours: FieldDocument, theirs: FieldDocument) -> list[str]:
    if not _closed(theirs):
        return [f"takes only {', '.join(ours['choices'])}, the champion any {theirs['kind']}"]
    lost = [choice for choice in theirs["choices"] if choice not in ours["choices"]]
    return [f"does not take {', '.join(lost)} any more"] if lost else []


def _tightened(end: str, sign: int, ours: FieldDocument, theirs: FieldDocument) -> str:
    bound, before = ours.get(end), theirs.get(end)
    if bound is None or (before is not None and sign * bound >= sign * before):
        return ""
    shown = [_shown(each, theirs["kind"]) for each in (before, bound)]
    return f"{end} {shown[0]} -> {shown[1]}"


def _shown(bound: float | None, kind: str) -> str:
    if bound is None:
        return "none"
    return day_of(bound) if kind == "date" else f"{bound:.15g}"
