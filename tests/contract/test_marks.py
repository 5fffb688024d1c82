"""A test is run by one make target, whatever its marks; one that needs an engine never by `make test`."""

from __future__ import annotations

import re

import pytest

from delivery.verbs.test import QUICK

MARKED = re.compile(r"\bmark\.(slow|engines)\b")


def runs(repository) -> dict[str, tuple[str, list[str]]]:
    """Of `make test` and of what takes minutes: which marks it selects, without SHORT, and in which folders."""
    makefile = (repository.root / "Makefile").read_text(encoding="utf-8")
    asked = re.findall(r'^(prove|e2e\S*):.*\n.*-m "?([\w ]*\w).*?((?: tests/\w+)+)', makefile, re.MULTILINE)
    return {"test": (QUICK, ["tests"])} | {name: (marks, folders.split()) for name, marks, folders in asked}


def takers(repository, marks: set[str], folder: str) -> list[str]:
    """The targets that run a test with these marks there; `not`, `and` and names mean what they do in Python."""
    names = {mark: mark in marks for mark in ("slow", "long", "engines")}
    return [
        target
        for target, (expression, folders) in runs(repository).items()
        if eval(expression, {}, names) and any(folder.startswith(one) for one in folders)
    ]


@pytest.mark.parametrize(
    ("marks", "folder", "target"),
    [
        (set(), "tests/e2e", "test"),
        ({"slow"}, "tests/e2e", "e2e"),
        ({"slow"}, "tests/delivery", "e2e"),
        ({"slow"}, "tests/known_bad", "prove"),
        ({"engines"}, "tests/e2e", "e2e-engines"),
        ({"engines", "slow"}, "tests/e2e", "e2e-engines"),
        ({"engines", "slow", "long"}, "tests/monitoring", "e2e-engines"),
    ],
)
def test_one_target_runs_it(repository, marks, folder, target):
    assert takers(repository, marks, folder) == [target]


def test_no_marked_test_lies_where_no_target_looks(repository):
    for path in repository.under("tests"):
        marks = set(MARKED.findall(path.read_text(encoding="utf-8")))
        where = path.relative_to(repository.root).as_posix()
        assert not marks or "conftest" in where or takers(repository, marks, where), f"{where}: nothing runs it"
