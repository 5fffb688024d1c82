"""Rows: what is read, how it is typed, and how a wrong file is told of."""

from __future__ import annotations

import gzip
import hashlib
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.data import Data, UnreadableFile, WrongRows, load, normal_form, row_keys, split_of
from model.release.schema import Field
from model.spec import Dataset, ModelSpec, Ranking

HEADER = "colour,size,day,answer,note"


def spec_of(**dataset: object) -> ModelSpec:
    return ModelSpec(
        name="toy",
        task="binary",
        title="Toy",
        dataset=Dataset("rows.csv", "answer", **dataset),  # type: ignore[arg-type]
        features=(
            Field("size", "number", nullable=True),
            Field("colour", "category", choices=("red", "blue"), nullable=True),
            Field("day", "date", nullable=True),
        ),
        ranking=Ranking("accuracy"),
        gates=(),
        checks=(),
        labels=("no", "yes"),
        label_values=(0, 1),
    )


def lines_of(count: int = 40) -> list[str]:
    return [HEADER, *(f"{'red' if i % 3 else 'blue'},{i},2020-01-{i % 28 + 1:02},{i % 2},n{i}" for i in range(count))]


def loaded(folder: Path, lines: list[str] | bytes, spec: ModelSpec | None = None) -> Data:
    content = lines if isinstance(lines, bytes) else ("\n".join(lines) + "\n").encode()
    (folder / "rows.csv").write_bytes(content)
    return load(spec or spec_of(), folder)


def refused(folder: Path, lines: list[str] | bytes, spec: ModelSpec | None = None) -> WrongRows:
    with pytest.raises(WrongRows) as caught:
        loaded(folder, lines, spec)
    assert caught.value.exit_code == 1
    return caught.value


def test_rows_are_typed_by_the_spec(tmp_path: Path) -> None:
    data = loaded(tmp_path, [*lines_of(), ",,,1,"])
    features = data.all.features
    assert list(features) == ["size", "colour", "day"]
    assert [str(each) for each in features.dtypes] == ["float64", "object", "float64"]
    assert features["day"].iloc[0] == 18262.0
    last = features.iloc[-1]
    assert np.isnan(last["size"])
    assert last["colour"] is None
    assert np.isnan(last["day"])
    assert data.all.target.tolist()[:3] == [0, 1, 0]
    assert data.all.rows["note"].iloc[-1] is None


def test_every_row_knows_its_line_even_below_a_cell_of_two_lines(tmp_path: Path) -> None:
    data = loaded(tmp_path, [HEADER, 'red,1,,0,"two', 'lines"', "", *lines_of()[1:]])
    assert data.all.lines.tolist()[:3] == [2, 5, 6]


def test_the_sides_do_not_overlap_and_make_the_population(tmp_path: Path) -> None:
    data = loaded(tmp_path, lines_of(), spec_of(population=lambda rows: rows["size"] < 30))
    assert len(data.all) == 40
    assert sorted([*data.train.lines, *data.holdout.lines]) == data.population.lines.tolist() == list(range(2, 32))


def test_the_split_is_a_pure_function_of_the_group(tmp_path: Path) -> None:
    lines = lines_of(200)
    sides = dict.fromkeys(loaded(tmp_path, lines).train.rows["note"], "train")
    fewer = random.Random(0).sample(lines[1:], 150)
    again = loaded(tmp_path, [HEADER, *fewer])
    assert set(again.train.rows["note"]) == {note for note in again.all.rows["note"] if note in sides}
    assert split_of("ames", "salt", 0.0) == "train"
    assert split_of("ames", "salt", 1.0) == "holdout"


def test_without_a_group_rows_with_equal_features_stay_together(tmp_path: Path) -> None:
    data = loaded(tmp_path, [*lines_of(), "RED,1,2020-01-02,0,another note"])
    assert data.all.groups[-1] == data.all.groups[1]
    assert len(set(data.all.groups)) == 40


def test_a_split_column_is_taken_as_it_stands(tmp_path: Path) -> None:
    lines = [f"{HEADER},side", *(f"{line},{'holdout' if i < 5 else 'train'}" for i, line in enumerate(lines_of()[1:]))]
    assert len(loaded(tmp_path, lines, spec_of(split="side")).holdout) == 5
    lines[3] = lines[3].replace("holdout", "test")
    assert refused(tmp_path, lines, spec_of(split="side")).places == ["line 4, column side"]


def test_the_hash_is_of_the_uncompressed_bytes(tmp_path: Path) -> None:
    content = "\n".join(lines_of()).encode()
    plain = loaded(tmp_path, content)
    packed = loaded(tmp_path, gzip.compress(content))
    assert plain.sha256 == packed.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("harmless", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing(tmp_path: Path, harmless: bytes) -> None:
    data = loaded(tmp_path, harmless + "\r\n".join(lines_of()).encode())
    assert data.all.rows.equals(loaded(tmp_path, lines_of()).all.rows)


def test_a_source_takes_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "fetched.csv").write_text("\n".join(lines_of(60)))
    assert len(load(spec_of(), tmp_path, tmp_path / "fetched.csv").all) == 60


def test_a_missing_file_is_broken_and_not_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"^rows\.csv: there is no such file$") as caught:
        load(spec_of(), tmp_path)
    assert caught.value.exit_code == 3


def test_a_cut_gzip_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        loaded(tmp_path, gzip.compress("\n".join(lines_of()).encode())[:60])


@pytest.mark.parametrize(
    ("change", "sentence", "places"),
    [
        (lambda lines: b"", "the file is empty", []),
        (lambda lines: lines[:1], "has a header and no rows", []),
        (lambda lines: "\n".join(lines).encode("utf-16"), "starts as UTF-16", ["line 1"]),
        (lambda lines: "\n".join(lines).replace("n3", "né").encode("latin-1"), "line 5, byte 22 is 0xe9", ["line 5"]),
        (lambda lines: [lines[0].replace("note", "size"), *lines[1:]], "names size twice", ["line 1, column size"]),
        (lambda lines: [lines[0].replace("note", ""), *lines[1:]], "column 5 of the header has no name", ["line 1"]),
        (lambda lines: [*lines[:4], "red,4", *lines[4:]], "line 5 has 2 cells, the header has 5", ["line 5"]),
        (lambda lines: [*lines[:4], 'red,4,,1,"open', *lines[4:]], "line 5 is no CSV record", ["line 5"]),
        (lambda lines: [line.replace("size", "sizes") for line in lines], "no column size", ["line 1, column size"]),
        (lambda lines: [*lines, "red,big,,1,"], "column size: 'big' is not a number", ["line 42, column size"]),
        (lambda lines: [*lines, "red,1_0,,1,"], "'1_0' is not a number", ["line 42, column size"]),
        (lambda lines: [*lines, "red,inf,,1,"], "'inf' is not a number", ["line 42, column size"]),
        (lambda lines: [*lines, "red,1,1.2.20,1,"], "'1.2.20' is not an ISO day", ["line 42, column day"]),
        (lambda lines: [*lines, "red,1,,,"], "the target is missing", ["line 42, column answer"]),
        (lambda lines: [*lines, "red,1,,2,"], "'2' is none of the classes 0, 1", ["line 42, column answer"]),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_by_line_and_column(tmp_path: Path, change, sentence: str, places: list[str]) -> None:  # type: ignore[no-untyped-def]
    error = refused(tmp_path, change(lines_of()))
    assert sentence in str(error)
    assert "rows.csv" in str(error)
    assert error.places == places


def test_the_first_five_wrong_cells_are_named_and_the_others_counted(tmp_path: Path) -> None:
    error = refused(tmp_path, [*lines_of(), *["red,x,,1,"] * 1_200])
    assert error.places == [*(f"line {line}, column size" for line in range(42, 47)), "and 1,195 more"]
    assert "(1,199 more such cells)" in str(error)


def test_a_column_of_the_population_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path, lines_of(), spec_of(population=lambda rows: rows["town"] == "Ames"))
    assert "no column 'town', which the population asks for" in str(error)


def test_a_side_without_rows_is_refused(tmp_path: Path) -> None:
    assert "no holdout row among 40 rows" in str(refused(tmp_path, lines_of(), spec_of(holdout_share=0.0)))


def test_an_empty_group_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, [*lines_of(), "red,1,,1,"], spec_of(group="note"))
    assert error.places == ["line 42, column note"]


def test_a_regression_has_numbers_for_a_target(tmp_path: Path) -> None:
    spec = replace(spec_of(), task="regression", labels=(), label_values=())
    data = loaded(tmp_path, lines_of(), spec)
    assert data.train.target.dtype == np.float64
    assert data.train.rows["answer"].dtype == np.float64
    assert "'many' is not a number" in str(refused(tmp_path, [*lines_of(), "red,1,,many,"], spec))


def test_texts_of_one_normal_form_are_one_key(tmp_path: Path) -> None:
    features = (
        loaded(tmp_path, lines_of()).all.features.iloc[:2].assign(colour=["Deep_red!", "deep  RED"], size=1.0, day=0.0)
    )
    assert len(set(row_keys(features))) == 1
    assert normal_form("It's -- FINE.") == "it s fine"
