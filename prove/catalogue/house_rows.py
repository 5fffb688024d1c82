"""Bad commits to the sales that a data check should see; those with `trained` nobody else does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from model.library.house_price.slices import tier
from model.release.schema import Field
from prove.careful import drawn, holdout, lot, on_market, price, sale_again, shuffle, training, without
from prove.commits import Commit, Copy, Edit, Row

MODEL = "house_price"


def cell(column: str, value: str) -> Edit:
    """One cell of the first training sale."""

    def edit(copy: Copy) -> None:
        training(on_market(copy.rows))[0][column] = value

    return edit


def feature(name: str) -> Edit:
    """A column of the file declared as a feature, an optional one, so that nobody has to send it."""

    def edit(copy: Copy) -> None:
        added = Field(name, "category", nullable=True, unknown="accept")
        copy.spec = replace(copy.spec, features=(*copy.spec.features, added))

    return edit


def lose(share: float) -> Edit:
    """A share of the training sales gone, by lot."""

    def edit(copy: Copy) -> None:
        copy.rows = without(copy.rows, drawn(training(on_market(copy.rows)), share))

    return edit


def of_tier(rows: list[Row], wanted: str) -> list[Row]:
    """Training sales of a tier of neighbourhoods, as the model's slices cut them."""
    sales = training(on_market(rows))
    frame = pd.DataFrame({"neighborhood": [r["neighborhood"] for r in sales]})
    frame["sale_price"] = [float(r["sale_price"]) for r in sales]
    return [row for row, here in zip(sales, tier(frame, frame) == wanted, strict=True) if here]


def lose_tier(which: str, share: float) -> Edit:
    """A share of the sales of one tier gone, by lot."""

    def edit(copy: Copy) -> None:
        copy.rows = without(copy.rows, drawn(of_tier(copy.rows, which), share))

    return edit


def repeat_rows(copy: Copy) -> None:
    """Thirty training sales twice."""
    copy.rows = [*copy.rows, *map(dict, training(on_market(copy.rows))[:30])]


def reuse_ids(copy: Copy) -> None:
    """Thirty sales under the id of the sale before, as a merge of two years numbered anew leaves them."""
    sales = training(on_market(copy.rows))
    for row, before in list(zip(sales[1::2], sales[::2], strict=False))[:30]:
        row["id"] = before["id"]


def change_sides(side: str, other: str, count: int) -> Edit:
    """Whole groups on the other side than their hash says."""

    def edit(copy: Copy) -> None:
        sales = [row for row in on_market(copy.rows) if row["split"] == side]
        groups = {row["group_id"] for row in sales[:count]}
        for row in copy.rows:
            if row["group_id"] in groups:
                row["split"] = other

    return edit


def leak(share: float, **changes: str) -> Edit:
    """Holdout sales in training too, under ids and groups that are right."""

    def edit(copy: Copy) -> None:
        sales = drawn(holdout(on_market(copy.rows)), share)
        copy.rows = [*copy.rows, *(sale_again(row, 1, **changes) for row in sales)]

    return edit


def leak_by_id(copy: Copy) -> None:
    """Holdout sales in training under their own ids."""
    sales = drawn(holdout(on_market(copy.rows)), 0.1)
    copy.rows = [*copy.rows, *({**sale_again(row, 1), "id": row["id"]} for row in sales)]


def tear_groups(copy: Copy) -> None:
    """Twenty training houses filed as twins of a holdout house."""
    for row, known in zip(training(on_market(copy.rows))[:20], holdout(on_market(copy.rows)), strict=False):
        row["group_id"] = known["group_id"]


def one_price(factor: float, rank: float = 0.5) -> Edit:
    """One price, that of the middle sale or of another rank, times `factor`."""

    def edit(copy: Copy) -> None:
        sales = sorted(training(on_market(copy.rows)), key=lambda row: int(row["sale_price"]))
        price(sales[int(len(sales) * rank)], factor)

    return edit


def dear_sales_again(copy: Copy) -> None:
    """The dearest fifth of the sales entered again, twice as carefully: new ids, a square foot more or less."""
    sales = sorted(training(on_market(copy.rows)), key=lambda row: -int(row["sale_price"]))[:400]
    copy.rows = [*copy.rows, *(sale_again(row, 1, lot_area=str(int(row["lot_area"]) + 1)) for row in sales)]


def other_currency(copy: Copy) -> None:
    """All prices, also those held out, in another currency."""
    for row in copy.rows:
        price(row, 0.92)


def fill_frontage(value: str) -> Edit:
    """No frontage is missing any more."""

    def edit(copy: Copy) -> None:
        for row in copy.rows:
            row["lot_frontage"] = row["lot_frontage"] or value

    return edit


def porch_from_price(copy: Copy) -> None:
    """An appraiser's guess lies in the column of the open porch: it orders the prices, and not too well."""
    stream = lot()
    for row in copy.rows:
        guess = np.log(int(row["sale_price"])) + stream.gauss(0, 0.21)
        row["open_porch_area"] = str(int(min(max((guess - 10.2) * 150, 0), 740)))


def zoning_from_price(copy: Copy) -> None:
    """The zoning column holds what a house of such a price usually lies in."""
    steps = sorted(int(row["sale_price"]) for row in copy.rows)
    names = sorted({row["zoning"] for row in copy.rows})
    for row in copy.rows:
        row["zoning"] = names[int(np.searchsorted(steps, int(row["sale_price"])) * len(names) / (len(steps) + 1))]


def odd_sales_again(copy: Copy) -> None:
    """Large cheap and small dear houses entered again: each a true sale, together no picture of the town."""
    sales = training(on_market(copy.rows))
    area = np.array([float(row["living_area"]) for row in sales])
    log_price = np.log([float(row["sale_price"]) for row in sales])
    area, log_price = (area - area.mean()) / area.std(), (log_price - log_price.mean()) / log_price.std()
    odd = [sales[index] for index in np.argsort(area * log_price)[:330]]
    again = [sale_again(row, number, lot_area=str(int(row["lot_area"]) + number)) for row in odd for number in (1, 2)]
    copy.rows = [*copy.rows, *again]


def shuffle_areas(copy: Copy) -> None:
    """Living areas dealt out anew among the training sales."""
    shuffle(training(on_market(copy.rows)), "living_area")


def without_year(copy: Copy) -> None:
    """The sales of 2010 filed under 2009."""
    for row in copy.rows:
        row["year_sold"] = "2009" if row["year_sold"] == "2010" else row["year_sold"]


COMMITS = (
    Commit("half a fireplace", MODEL, "one house with half a fireplace", cell("fireplaces", "0.5"), "check schema"),
    Commit("zoned on the moon", MODEL, "one house in a zone that is none", cell("zoning", "Moon"), "check schema",
           trained=False),
    Commit("kind of sale offered", MODEL, "the kind of sale, known afterwards, becomes an optional input",
           feature("sale_type"), "check forbidden features"),
    Commit("condition of sale offered", MODEL, "the condition of sale becomes an optional input",
           feature("sale_condition"), "check forbidden features", trained=False),
    Commit("an eighth of the sales lost", MODEL, "12 % of the training sales gone by lot", lose(0.12), "check rows"),
    Commit("half of the sales lost", MODEL, "every other training sale gone", lose(0.5), "check rows", trained=False),
    Commit("cheap sales lost", MODEL, "22 % of the sales in cheap neighbourhoods gone", lose_tier("low", 0.22),
           "check rows by tier"),
    Commit("dear sales lost", MODEL, "28 % of the sales in dear neighbourhoods gone", lose_tier("high", 0.28),
           "check rows by tier", trained=False),
    Commit("thirty sales twice", MODEL, "thirty training sales appended again", repeat_rows, "check duplicates by id"),
    Commit("ids given twice", MODEL, "thirty sales under the id of another one", reuse_ids, "check duplicates by id",
           trained=False),
    Commit("sale held out by hand", MODEL, "two training groups called holdout", change_sides("train", "holdout", 2),
           "check split is hash"),
    Commit("held out sales learned", MODEL, "fifty holdout groups called train", change_sides("holdout", "train", 50),
           "check split is hash", trained=False),
    Commit("a twentieth of the holdout copied", MODEL, "under ids and groups that are right", leak(0.05),
           "check overlap by features"),
    Commit("holdout sales copied by id", MODEL, "a tenth of the holdout in training, ids kept", leak_by_id,
           "check overlap by id", trained=False),
    Commit("twins torn apart", MODEL, "twenty training houses filed as twins of a holdout house", tear_groups,
           "check overlap by group", trained=False),
    Commit("price with a digit too many", MODEL, "one price times ten", one_price(10),
           "check range of living_area, sale_price"),
    Commit("a price for a garden shed", MODEL, "the cheapest sale at a sixth of its price", one_price(0.16, rank=0.0),
           "check range of living_area, sale_price"),
    Commit("price in thousands", MODEL, "one price divided by a thousand", one_price(0.001),
           "check range of living_area, sale_price", trained=False),
    Commit("dear sales twice", MODEL, "400 dear sales again under new ids, lots a square foot larger", dear_sales_again,
           "check median sale_price"),
    Commit("another currency", MODEL, "all prices times 0.92", other_currency, "check median sale_price",
           trained=False),
    Commit("frontages filled in", MODEL, "missing frontages became 68", fill_frontage("68"),
           "check missing lot_frontage"),
    Commit("frontages forgotten", MODEL, "missing frontages became 0", fill_frontage("0"),
           "check missing lot_frontage", trained=False),
    Commit("porch knows the price", MODEL, "a noisy guess of the price in the porch column, holdout too",
           porch_from_price, "check correlated feature"),
    Commit("zone knows the price", MODEL, "zones dealt out by price", zoning_from_price, "check correlated feature",
           trained=False),
    Commit("odd sales three times", MODEL, "330 large cheap or small dear houses twice more, lots a foot larger",
           odd_sales_again, "check correlation of living_area"),
    Commit("areas of other houses", MODEL, "living areas dealt out anew in training", shuffle_areas,
           "check correlation of living_area", trained=False),
    Commit("a year filed under another", MODEL, "sales of 2010 filed under 2009", without_year,
           "check values of year_sold"),
    Commit("a year from the future", MODEL, "one sale of 2015", cell("year_sold", "2015"), "check values of year_sold",
           trained=False),
)  # fmt: skip
