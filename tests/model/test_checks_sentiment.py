"""Every data check of the sentiment model, broken once on purpose; and changes that do no harm."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.checks import CheckResult, Report, check_dataset
from model.library import load_spec
from model.library.sentiment.checks import row_id

pytestmark = pytest.mark.examples
ROOT = Path(__file__).parents[2]
FILE = ROOT / "model" / "library" / "sentiment" / "data" / "sentiment.csv.gz"
COUNTING = ("row_count", "row_count_by", "class_share", "class_share_shift_by")
FEW_ROWS = 2_000
Row = dict[str, str]
Edit = Callable[[list[Row]], list[Row] | None]


def rows_of_file() -> list[Row]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(FILE.read_bytes()).decode())))


def checked(folder: Path, rows: list[Row], kind: str = "") -> Report:
    """The report on these rows: of all checks, or of those of one kind."""
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    spec = load_spec("sentiment")
    return check_dataset(replace(spec, checks=[c for c in spec.checks if kind in ("", c.kind)]), ROOT, None, path)


def broken(folder: Path, kind: str, name: str, edit: Edit) -> CheckResult:
    """What one check says of the edited file; those that do not count rows see the beginning of it, to save time."""
    rows = rows_of_file()[: None if kind in COUNTING else FEW_ROWS]
    rows = edit(rows) or rows
    return {result.name: result for result in checked(folder, rows, kind).checks}[name]


def line_of(rows: list[Row], row: Row) -> int:
    return rows.index(row) + 2


def train(rows: list[Row], **values: str) -> list[Row]:
    return [row for row in rows if row["split"] == "train" and values.items() <= row.items()]


def set_cell(index: int, column: str, value: str) -> Edit:
    def edit(rows: list[Row]) -> None:
        rows[index][column] = value

    return edit


def without(count: int, **values: str) -> Edit:
    def edit(rows: list[Row]) -> list[Row]:
        gone = {row["id"] for row in train(rows, **values)[:count]}
        return [row for row in rows if row["id"] not in gone]

    return edit


def turn_amazon_labels(rows: list[Row]) -> None:
    for row in train(rows, source="amazon", label="1")[:150]:
        row["label"] = "0"


def copy_first_row(rows: list[Row]) -> None:
    rows.append(dict(rows[0]))


def copy_holdout_into_training(**changes: str) -> Edit:
    """The first holdout row also in training; the holdout's line is 2."""

    def edit(rows: list[Row]) -> None:
        assert rows[0]["split"] == "holdout"
        rows.append({**rows[0], "split": "train", **changes})

    return edit


def cut_training_texts(rows: list[Row]) -> None:
    for row in train(rows):
        row["text"] = row["text"][:60]


def no_words(rows: list[Row]) -> None:
    for row in rows[10:30]:
        row["text"] = "... !?"


def mark(token: str) -> Edit:
    """A mark in some positive training texts: a leaked label."""

    def edit(rows: list[Row]) -> None:
        for row in train(rows, label="1")[:60]:
            row["text"] += token

    return edit


COPY = "repeats line 2002"
"""The last line: a copy that was appended."""
BROKEN: list[tuple[str, str, Edit, str]] = [
    ("schema", "schema", set_cell(5, "text", ""), "line 7, column text"),
    ("schema", "schema", set_cell(5, "rating", "7.5"), "line 7, column rating"),
    ("row_count", "rows", without(1_100), ""),
    ("row_count_by", "rows by source", without(500, source="amazon"), "source amazon"),
    ("class_share", "share of positive", without(900, label="1"), ""),
    ("class_share_shift_by", "share of positive by source", turn_amazon_labels, "source amazon"),
    ("label_is_sign", "label is sign of rating", set_cell(5, "label", "1"), "line 7, column label"),
    ("id_is_content_hash", "id is content hash", set_cell(7, "text", "Quite another sentence."), "line 9, column id"),
    ("duplicates", "duplicates by id", copy_first_row, "line 2002, column id, repeats line 2"),
    ("duplicates", "duplicates by text", copy_first_row, "line 2002, column text, repeats line 2"),
    ("split_is_hash", "split is hash", set_cell(1, "split", "holdout"), "line 3, column split"),
    ("overlap", "overlap by id", copy_holdout_into_training(text="Another text."), f"line 2, column id, {COPY}"),
    ("overlap", "overlap by group", copy_holdout_into_training(id="movie-1"), f"line 2, column group_id, {COPY}"),
    (
        "overlap",
        "overlap by text",
        copy_holdout_into_training(id="m-1", group_id="m-1"),
        f"line 2, column text, {COPY}",
    ),
    ("wordless", "wordless text", no_words, "line 12, column text"),
    ("token_purity", "purity of text", mark(" zq"), ", column text"),
    ("token_purity", "purity of text", mark("\u200b"), ", column text"),
    ("token_purity", "purity of text", mark(" (+)"), ", column text"),
    ("median_chars_ratio", "length of text", cut_training_texts, ""),
]


@pytest.mark.parametrize(("kind", "name", "edit", "place"), BROKEN)
def test_each_check_says_no_and_where(tmp_path: Path, kind: str, name: str, edit: Edit, place: str) -> None:
    result = broken(tmp_path, kind, name, edit)
    assert not result.passed
    assert result.sentence.startswith("sentiment: ")
    assert place in "".join(result.places[:1])


def test_every_check_of_the_model_is_broken_here() -> None:
    kinds = {check.kind for check in load_spec("sentiment").checks}
    assert kinds - {kind for kind, *_ in BROKEN} == {"forbidden_features"}


def test_a_leaked_label_is_named(tmp_path: Path) -> None:
    result = broken(tmp_path, "token_purity", "purity of text", mark(" zq"))
    assert "the word 'zq' stands in 60 training texts, 100.0% of them positive" in result.sentence


def test_the_rating_is_never_a_feature(tmp_path: Path) -> None:
    spec = load_spec("sentiment")
    cheating = replace(spec, features=(*spec.features, *spec.dataset.columns[1:2]))
    report = check_dataset(cheating, ROOT, None)
    results = {result.name: result for result in report.checks}
    assert results["forbidden features"].places == ("line 1, column rating",)


def test_ids_are_those_of_the_rebuild(tmp_path: Path) -> None:
    row = rows_of_file()[0]
    assert row_id(row) == row["id"]
    assert hashlib.sha256(gzip.decompress(FILE.read_bytes())).hexdigest().startswith("5d8e665de499")


@pytest.mark.parametrize(
    "harmless",
    [
        lambda rows: [{"note": "new", **dict(reversed(row.items()))} for row in reversed(rows)],
        lambda rows: random.Random(1).sample(rows, int(0.95 * len(rows))),
    ],
    ids=["another order of rows and columns", "95 % of the rows"],
)
def test_harmless_changes_pass(tmp_path: Path, harmless: Callable[[list[Row]], list[Row]]) -> None:
    report = checked(tmp_path, harmless(rows_of_file()))
    assert [result.sentence for result in report.checks if not result.passed] == []
