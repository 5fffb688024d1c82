"""Labels in files: what is read, and how a malformed line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery.errors import WrongSetting
from delivery.labels import Label, read_labels

MOODS = ("negative", "positive")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", '\ufeffactual,id\r\npositive,a.b\r\nnegative,"c,d"\r\n'),
        ("labels.jsonl", '{"id": "a.b", "actual": "positive"}\n\n{"actual": "negative", "id": "c,d"}'),
    ],
)
def test_both_kinds_are_read(tmp_path, name, text):
    labels = read_labels(written(tmp_path, name, text), MOODS)
    assert [(label.id, label.actual) for label in labels] == [("a.b", "positive"), ("c,d", "negative")]


def test_a_regression_takes_numbers(tmp_path):
    file = written(tmp_path, "labels.csv", "id,actual\na,180000\nb,1.5e5\n")
    assert read_labels(file, ()) == [Label(2, "a", 180_000.0), Label(3, "b", 150_000.0)]
    file = written(tmp_path, "labels.jsonl", '{"id": "a", "actual": 180000}')
    assert read_labels(file, ()) == [Label(1, "a", 180_000.0)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("labels.csv", "id,actual\na,positive\nb,great\n", r"line 3: actual is 'great', wanted one of negative, pos"),
        ("labels.csv", "id,actual\na\n", "line 2: wanted two fields"),
        ("labels.csv", "id,actual\na,positive,1\n", "line 2: wanted two fields"),
        ("labels.csv", "id,actual\n,positive\n", "line 2: wanted the id"),
        ("labels.csv", "id,label\na,positive\n", "line 1: wanted the columns id, actual, saw id, label"),
        ("labels.csv", 'id,actual\n"a,positive\n', "cannot be read"),
        ("labels.csv", "id,actual\n", "no labels"),
        ("labels.csv", "", "line 1: wanted the columns id, actual, saw none"),
        ("labels.jsonl", '{"id": "a", "actual": "positive"}\n{"id": "b"\n', "line 2: no JSON"),
        ("labels.jsonl", '["a", "positive"]', 'line 1: wanted {"id": ..., "actual": ...}'),
        ("labels.jsonl", '{"id": 3, "actual": "positive"}', "line 1: wanted the id of a prediction"),
        ("labels.jsonl", '{"id": "a", "actual": null}', "line 1: actual is None"),
        ("labels.txt", "a positive", r"wanted a \.csv file, or \.jsonl"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_sent(tmp_path, name, text, said):
    with pytest.raises(WrongSetting, match=said.replace("{", r"\{")) as raised:
        read_labels(written(tmp_path, name, text), MOODS)
    assert name in str(raised.value)


@pytest.mark.parametrize("actual", ["true", "false", "NaN", "1e999", "[]", '"180000"', "1" + "0" * 400])
def test_a_value_has_to_be_a_number(tmp_path, actual):
    file = written(tmp_path, "labels.jsonl", f'{{"id": "a", "actual": {actual}}}')
    with pytest.raises(WrongSetting, match=r"line 1: actual is .*, wanted a number"):
        read_labels(file, ())


def test_of_many_wrong_lines_the_first_are_told(tmp_path):
    with pytest.raises(WrongSetting, match=r"line 11: .*; and 5 more; nothing was sent"):
        read_labels(written(tmp_path, "labels.csv", "id,actual\n" + "a,b\n" * 15), MOODS)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(WrongSetting, match=r"labels\.csv: no such file"):
        read_labels(tmp_path / "labels.csv", MOODS)
