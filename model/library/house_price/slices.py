"""Parts of the holdout that a good mean could hide. Each is a mask over rows."""

from __future__ import annotations

import pandas as pd

TIERS = ("low", "mid", "high")


def tier(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[str]:
    """The tier of each row's neighbourhood: three equal groups by its median training price.

    A neighbourhood without training rows counts by the overall median.
    """
    medians = train.groupby("neighborhood")["sale_price"].median()
    lower, upper = medians.quantile([1 / 3, 2 / 3])
    price = rows["neighborhood"].map(medians).fillna(train["sale_price"].median())
    return pd.cut(price, [-float("inf"), lower, upper, float("inf")], labels=list(TIERS)).astype(object)


def tier_low(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """The cheapest third of the neighbourhoods."""
    return tier(rows, train) == "low"


def tier_mid(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """The middle third of the neighbourhoods."""
    return tier(rows, train) == "mid"


def tier_high(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """The dearest third of the neighbourhoods."""
    return tier(rows, train) == "high"


def built_before_1940(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Old houses."""
    return rows["year_built"] < 1940


def price_q1(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Below the first quartile of the training price."""
    return rows["sale_price"] < train["sale_price"].quantile(0.25)


def price_q4(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Above the third quartile of the training price."""
    return rows["sale_price"] > train["sale_price"].quantile(0.75)


SLICES = {f.__name__: f for f in (tier_low, tier_mid, tier_high, built_before_1940, price_q1, price_q4)}
