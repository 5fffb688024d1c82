"""Every data check of the house price model, broken once on purpose; and changes that do no harm."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.checks import CheckResult, Report, check_dataset
from model.data import split_of
from model.library import load_spec
from model.release.schema import Field

pytestmark = pytest.mark.examples
ROOT = Path(__file__).parents[2]
FILE = ROOT / "model" / "library" / "house_price" / "data" / "house_prices.csv"
CHEAP = ("Meadow_Village", "Briardale", "Old_Town", "Edwards")
Row = dict[str, str]
Edit = Callable[[list[Row]], list[Row] | None]


def rows_of_file() -> list[Row]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checked(folder: Path, rows: list[Row], kind: str = "") -> Report:
    """The report on these rows: of all checks, or of those of one kind."""
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    spec = load_spec("house_price")
    return check_dataset(replace(spec, checks=[c for c in spec.checks if kind in ("", c.kind)]), ROOT, None, path)


def broken(folder: Path, kind: str, name: str, edit: Edit) -> CheckResult:
    rows = rows_of_file()
    rows = edit(rows) or rows
    return {result.name: result for result in checked(folder, rows, kind).checks}[name]


def set_cell(index: int, column: str, value: str) -> Edit:
    def edit(rows: list[Row]) -> None:
        rows[index][column] = value

    return edit


def set_all(column: str, value: Callable[[Row], object]) -> Edit:
    def edit(rows: list[Row]) -> None:
        for row in rows:
            row[column] = str(value(row))

    return edit


def lose_rows(rows: list[Row]) -> list[Row]:
    return rows[::2]


def lose_cheap_neighbourhoods(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["neighborhood"] not in CHEAP or int(row["id"][5:]) % 2]


def copy_holdout_into_training(**changes: str) -> Edit:
    """The first holdout sale of the population also in training."""

    def edit(rows: list[Row]) -> None:
        sale = next(row for row in rows if row["split"] == "holdout" and row["sale_condition"] == "Normal")
        rows.append({**sale, "split": "train", **changes})

    return edit


def first_holdout_line() -> int:
    rows = enumerate(rows_of_file(), start=2)
    return next(line for line, row in rows if row["split"] == "holdout" and row["sale_condition"] == "Normal")


def forget_missing_frontages(rows: list[Row]) -> None:
    for row in rows:
        row["lot_frontage"] = row["lot_frontage"] or "0"


def shift_areas_by_a_row(rows: list[Row]) -> None:
    areas = [row["living_area"] for row in rows]
    for row, area in zip(rows, areas[1:] + areas[:1], strict=True):
        row["living_area"] = area


LINE = first_holdout_line()
COPY = "repeats line 2932"
"""The last line: a copy that was appended."""
BROKEN: list[tuple[str, str, Edit, str]] = [
    ("schema", "schema", set_cell(0, "full_baths", "99"), "line 2, column full_baths"),
    ("schema", "schema", set_cell(1, "fireplaces", "0.5"), "line 3, column fireplaces"),
    ("schema", "schema", set_cell(2, "zoning", "Moon"), "line 4, column zoning"),
    ("schema", "schema", set_cell(2, "year_built", ""), "line 4, column year_built"),
    ("row_count", "rows", lose_rows, ""),
    ("row_count_by", "rows by tier", lose_cheap_neighbourhoods, "tier low"),
    (
        "duplicates",
        "duplicates by id",
        copy_holdout_into_training(group_id="h-1"),
        f"line 2932, column id, repeats line {LINE}",
    ),
    ("split_is_hash", "split is hash", set_cell(0, "split", "holdout"), "line 2, column split"),
    (
        "overlap",
        "overlap by id",
        copy_holdout_into_training(group_id="h-1", lot_area="9"),
        f"line {LINE}, column id, {COPY}",
    ),
    ("overlap", "overlap by group", copy_holdout_into_training(id="ames-x"), f"line {LINE}, column group_id, {COPY}"),
    (
        "overlap",
        "overlap by features",
        copy_holdout_into_training(id="ames-x", group_id="h-1"),
        f"line {LINE}, {COPY}",
    ),
    ("ranges", "range of living_area, sale_price", set_cell(0, "sale_price", "105"), "line 2, column sale_price"),
    (
        "median_target_shift",
        "median sale_price",
        set_all("sale_price", lambda row: int(int(row["sale_price"]) * 0.93)),
        "",
    ),
    (
        "null_share",
        "missing lot_frontage",
        set_all("lot_frontage", lambda row: row["lot_frontage"] or 0),
        "lot_frontage",
    ),
    ("correlated_feature", "correlated feature", set_all("lot_area", lambda row: row["sale_price"]), "column lot_area"),
    ("correlated_feature", "correlated feature", set_all("zoning", lambda row: row["sale_price"][:2]), "column zoning"),
    ("correlation_band", "correlation of living_area", shift_areas_by_a_row, "column living_area"),
    ("values_expected", "values of year_sold", set_cell(0, "year_sold", "2015"), "line 2, column year_sold"),
    (
        "values_expected",
        "values of year_sold",
        lambda rows: [row for row in rows if row["year_sold"] != "2010"],
        "column year_sold",
    ),
]


@pytest.mark.parametrize(("kind", "name", "edit", "place"), BROKEN)
def test_each_check_says_no_and_where(tmp_path: Path, kind: str, name: str, edit: Edit, place: str) -> None:
    result = broken(tmp_path, kind, name, edit)
    assert not result.passed
    assert result.sentence.startswith("house_price: ")
    assert place in "".join(result.places[:1])


def test_every_check_of_the_model_is_broken_here() -> None:
    kinds = {check.kind for check in load_spec("house_price").checks}
    assert kinds - {kind for kind, *_ in BROKEN} == {"forbidden_features"}


def test_what_is_known_only_after_the_sale_is_never_a_feature() -> None:
    spec = load_spec("house_price")
    cheating = replace(spec, features=(*spec.features, Field("sale_type", "text")))
    results = {result.name: result for result in check_dataset(cheating, ROOT, None).checks}
    assert results["forbidden features"].places == ("line 1, column sale_type",)


def test_sales_outside_the_population_are_not_examined(tmp_path: Path) -> None:
    rows = rows_of_file()
    foreclosed = next(row for row in rows if row["sale_condition"] == "Abnorml")
    foreclosed["full_baths"] = "99"
    assert checked(tmp_path, rows, "schema").passed


@pytest.mark.parametrize(
    "harmless",
    [
        lambda rows: list(reversed(rows)),
        lambda rows: random.Random(1).sample(rows, int(0.95 * len(rows))),
        lambda rows: [*rows, {**rows[0], "id": "ames-x", "group_id": "h-x", "lot_area": "9000",
                              "split": split_of("h-x", "houses-split-v1", 0.2)}],
    ],
    ids=["another order", "95 % of the rows", "a new sale"],
)  # fmt: skip
def test_harmless_changes_pass(tmp_path: Path, harmless: Callable[[list[Row]], list[Row]]) -> None:
    report = checked(tmp_path, harmless(rows_of_file()))
    assert [result.sentence for result in report.checks if not result.passed] == []
