"""The input of a model: its fields in order, and how an instance from outside becomes a row for the scorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from model.release.documents import VERSION, Document, check_version, take
from model.release.errors import BadDocument, InstanceProblems, Problem
from model.release.fields import Field, Kind, Reader, Refused, Row, Value, day_of, days_of, reader_of, shown

__all__ = ["Field", "InstanceProblems", "Kind", "Problem", "Row", "Schema", "Value", "day_of", "days_of"]

PROBLEMS_AT_MOST = 100
"""Of one request: whoever sends a thousand wrong rows wants the first mistakes, not a megabyte of them."""


@dataclass(frozen=True)
class Schema:
    """What schema.json holds: which model this is, what it answers and which fields it reads."""

    model: str
    task: str
    fields: tuple[Field, ...]
    labels: tuple[str, ...] = ()
    """The classes in the order of the probabilities; empty for a regression."""
    api: int = 1
    target: str = ""

    def __post_init__(self) -> None:
        """Refuse a schema without fields or with two of one name (ValueError)."""
        names = [field.name for field in self.fields]
        if not names:
            raise ValueError(f"{self.model}: a schema needs at least one field")
        if len(set(names)) < len(names):
            raise ValueError(f"{self.model}: two fields share a name, saw {', '.join(names)}")

    @classmethod
    def from_document(cls, document: Document, where: str = "schema.json") -> Schema:
        """Read schema.json; BadDocument where a key is missing, unknown or of no sense."""
        check_version(document, where)
        try:
            return cls(
                model=take(document, "model", where),
                task=take(document, "task", where),
                fields=tuple(_field_from(each) for each in take(document, "fields", where)),
                labels=tuple(take(document, "labels", where)),
                api=take(document, "api", where),
                target=take(document, "target", where),
            )
        except (TypeError, ValueError) as error:
            raise BadDocument(where, str(error)) from None

    def to_document(self) -> Document:
        """The inverse of `from_document`."""
        fields = [{**asdict(field), "choices": list(field.choices)} for field in self.fields]
        head = {"schema": VERSION, "model": self.model, "task": self.task, "labels": list(self.labels)}
        return {**head, "api": self.api, "target": self.target, "fields": fields}

    def read(self, instance: Any, pointer: str = "") -> Row:
        """The row of an instance, or InstanceProblems; their JSON pointers start with `pointer`."""
        if isinstance(instance, dict) and instance.keys() <= self._names:
            get = instance.get
            try:
                return {name: read(get(name)) for name, read in self._readers}
            except Refused:
                pass  # Rare: read again, slowly, to name every problem and not just the first.
        raise InstanceProblems(self._problems(instance, pointer))

    def read_all(self, instances: Any, pointer: str = "/instances") -> tuple[list[Row], list[Problem]]:
        """The rows of those instances that fit, and what is wrong with the others (at most PROBLEMS_AT_MOST)."""
        if not isinstance(instances, Sequence) or isinstance(instances, str):
            return [], [Problem(pointer, f"wanted a list of instances, saw {shown(instances)}")]
        rows: list[Row] = []
        problems: list[Problem] = []
        for index, instance in enumerate(instances):
            try:
                rows.append(self.read(instance))
            except InstanceProblems as error:
                problems += [Problem(f"{pointer}/{index}{each.pointer}", each.detail) for each in error.problems]
                if len(problems) >= PROBLEMS_AT_MOST:
                    break
        return rows, problems[:PROBLEMS_AT_MOST]

    @cached_property
    def _readers(self) -> tuple[tuple[str, Reader], ...]:
        return tuple((field.name, reader_of(field)) for field in self.fields)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)

    def _problems(self, instance: Any, pointer: str) -> list[Problem]:
        if not isinstance(instance, dict):
            return [Problem(pointer, f"wanted an object with the fields of {self.model}, saw {shown(instance)}")]
        unknown = [name for name in instance if name not in self._names]
        problems = [Problem(_below(pointer, name), f"{self.model} has no such field") for name in unknown]
        for field, (name, read) in zip(self.fields, self._readers, strict=True):
            if name not in instance and not field.nullable:
                problems.append(Problem(_below(pointer, name), "this field is missing"))
                continue
            try:
                read(instance.get(name))
            except Refused as refusal:
                problems.append(Problem(_below(pointer, name), str(refusal)))
        return problems


def _below(pointer: str, name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{escaped.encode('utf-8', 'backslashreplace').decode()}"


def _field_from(document: dict[str, Any]) -> Field:
    return Field(**{**document, "choices": tuple(document.get("choices", ()))})
