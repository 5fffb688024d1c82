"""How often the rules ring where nothing drifted, and where something did: hundreds of windows, judged by Prometheus.

The rules are the repository's files, the bins are what the served releases would have counted, the rows are those of
the holdout. Nothing of a rule stands here but the names of its alerts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.library import load_spec
from model.library.house_price.slices import tier_low
from tests.e2e.checkout import Checkout
from tests.monitoring.prometheus import Prometheus, prometheus
from tests.monitoring.windows import Instance, Model, Rows, judged

pytestmark = [pytest.mark.slow, pytest.mark.engines, pytest.mark.examples, pytest.mark.long]
WINDOWS = 200
SEED = 20260701
FALSE_ALARMS_AT_MOST = 2  # of 200: one in a hundred
FOOT = 0.09290304
"""Square metres of a square foot."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with prometheus(tmp_path_factory.mktemp("prometheus"), scrape_seconds=5, rules_seconds=5) as running:
        yield running


@pytest.fixture(scope="module")
def sentiment(checkout: Checkout) -> Model:
    return model_of(checkout, "sentiment")


@pytest.fixture(scope="module")
def houses(checkout: Checkout) -> Model:
    return model_of(checkout, "house_price")


def model_of(checkout: Checkout, name: str) -> Model:
    return Model.of(load_spec(name), Path(__file__).parents[2], checkout.folder / "build" / name / "release")


def rung(there: Prometheus, model: Model, rows: Rows, size: int, what: str) -> int:
    """How many of the windows ring any of the drift alerts; the figures are printed."""
    chance = random.Random(SEED)
    windows = [rows.window(size, chance) for _ in range(WINDOWS)]
    rings = judged(there, model, windows)
    count = sum(map(bool, rings))
    by = ", ".join(f"{name} {times}" for name, times in Counter(one for ring in rings for one in ring).most_common())
    print(f"\n{model.spec.name}, {what}: {count} of {WINDOWS} windows of {size} ring ({by or 'nothing'})")
    return count


@pytest.mark.parametrize("size", [500, 1000])
def test_texts_as_in_training_ring_nothing(there: Prometheus, sentiment: Model, size: int) -> None:
    assert rung(there, sentiment, sentiment.rows(), size, "undrifted") <= FALSE_ALARMS_AT_MOST


def test_amazon_only_is_seen(there: Prometheus, sentiment: Model) -> None:
    amazon = sentiment.rows(sentiment.holdout.rows["source"] == "amazon")
    assert rung(there, sentiment, amazon, 500, "amazon only") == WINDOWS


@pytest.mark.parametrize("size", [250, 600])
def test_houses_as_in_training_ring_nothing(there: Prometheus, houses: Model, size: int) -> None:
    assert rung(there, houses, houses.rows(), size, "undrifted") <= FALSE_ALARMS_AT_MOST


def test_the_cheap_third_only_is_seen(there: Prometheus, houses: Model) -> None:
    cheap = houses.rows(tier_low(houses.holdout.rows, houses.train.rows))
    assert rung(there, houses, cheap, 250, "low-tier houses only") == WINDOWS


def test_square_metres_are_refused_and_that_is_seen(there: Prometheus, houses: Model) -> None:
    rows = houses.rows(change=lambda instance: in_metres(instance, houses.areas))
    assert rows.counted.count(None) > 0.9 * len(rows.counted)
    assert rung(there, houses, rows, 250, "all areas in square metres") == WINDOWS


def test_square_metres_that_the_interface_takes_are_seen(there: Prometheus, houses: Model) -> None:
    taken = [name for name in houses.areas if name not in ("living_area", "lot_area")]
    rows = houses.rows(change=lambda instance: in_metres(instance, taken))
    assert rows.counted.count(None) == 0
    assert rung(there, houses, rows, 250, "areas but living_area and lot_area in square metres") == WINDOWS


def in_metres(instance: Instance, names: list[str]) -> Instance:
    """As a caller sends it who measures so."""
    return {name: value * FOOT if name in names and value is not None else value for name, value in instance.items()}
