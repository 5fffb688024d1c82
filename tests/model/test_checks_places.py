"""A row that repeats another is named by its line, the other's, and by a column only where the file has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model.checks import run_checks
from model.spec import Check
from tests.model.test_data import loaded, spec_of

HEADER = "colour,size,day,answer,note,side,shop"
TWICE = "red,1,2020-01-01,1,a,train,s1"
LINES = [HEADER, TWICE, "blue,2,2020-01-02,0,b,train,s2", "red,3,2020-01-03,1,c,holdout,s3", TWICE]
KEYS = [
    ("features", None, ""),
    ("group", None, ""),
    ("group", "shop", ", column shop"),
    ("note", None, ", column note"),
]


def places(folder: Path, check: Check, lines: list[str], group: str | None) -> tuple[str, ...]:
    spec = replace(spec_of(split="side", group=group), checks=(check,))
    [result] = run_checks(spec, loaded(folder, lines, spec), None).checks
    assert result.passed or result.sentence.endswith(f"({result.places[0]}, rows.csv)")
    return result.places


@pytest.mark.parametrize(("of", "group", "column"), KEYS)
def test_a_row_that_stands_twice(tmp_path: Path, of: str, group: str | None, column: str) -> None:
    check = Check("duplicates", {"of": of})
    assert places(tmp_path, check, LINES, group) == (f"line 5{column}, repeats line 2",)
    assert places(tmp_path, check, LINES[:-1], group) == ()


@pytest.mark.parametrize(("by", "group", "column"), KEYS)
def test_a_holdout_row_that_is_in_training(tmp_path: Path, by: str, group: str | None, column: str) -> None:
    check, held = Check("overlap", {"by": by}), TWICE.replace("train", "holdout")
    assert places(tmp_path, check, [*LINES, held], group) == (f"line 6{column}, repeats line 2",)
    assert places(tmp_path, check, LINES, group) == ()
