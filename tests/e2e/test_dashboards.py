"""Every panel's query answered by a real Prometheus that reads real servers with live traffic; "no data" fails.

Pictures of the panels are left in build/pictures; look at them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from report.dashboards import Series, draw_dashboard
from tests.e2e.browser import browser
from tests.e2e.checkout import ROOT, Checkout
from tests.e2e.watched import CHANGED, NAMESPACE, Watched, watched
from tests.monitoring.dashboards import Board, boards, filled, variables

pytestmark = [pytest.mark.slow, pytest.mark.engines, pytest.mark.long]
PICTURES = ROOT / "build" / "pictures"
MODELS = ("sentiment", "house_price")
SHOWN = [("model", model) for model in MODELS] + [("fleet", ".*")]


@pytest.fixture(scope="module")
def built(checkout: Checkout) -> dict[str, Path]:
    """The releases of the clone."""
    return {model: checkout.folder / "build" / model / "release" for model in MODELS}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Watched]:
    """Traffic for some minutes."""
    with watched(tmp_path_factory.mktemp("watched"), built) as live:
        yield live


def answers(live: Watched, board: Board, model: str) -> dict[int, list[Series]]:
    """What each panel's queries are answered; an assertion names the panel that has no data."""
    found: dict[int, list[Series]] = {}
    for panel in board["panels"]:
        found[panel["id"]] = []
        for target in panel["targets"]:
            series = asked(live, panel, filled(target["expr"], model))
            assert series, f"{board['title']}, {panel['title']}: no data for {target['expr']}"
            found[panel["id"]] += [Series(named(target["legendFormat"], each), points(each)) for each in series]
    return found


def asked(live: Watched, panel: dict[str, Any], query: str) -> list[dict[str, Any]]:
    """Series that hold a number."""
    if panel["type"] == "timeseries":
        series = live.prometheus.ranged(query, live.began, live.ended)
    else:
        series = live.prometheus.instant(query, live.ended)
    return [each for each in series if points(each)]


def points(series: dict[str, Any]) -> list[tuple[float, float]]:
    pairs = [(float(at), float(value)) for at, value in series.get("values") or [series["value"]]]
    return [pair for pair in pairs if math.isfinite(pair[1])]


def named(legend: str, series: dict[str, Any]) -> str:
    """A legend with its labels filled in, as Grafana does."""
    for label, value in series["metric"].items():
        legend = legend.replace("{{" + label + "}}", value)
    assert "{{" not in legend, f"{legend}: {series['metric']} has no such label"
    return legend


def marks(live: Watched, board: Board, model: str) -> list[float]:
    """When releases began to answer."""
    [annotation] = board["annotations"]["list"]
    series = live.prometheus.ranged(filled(annotation["expr"], model), live.began, live.ended)
    return sorted(points(each)[0][0] for each in series)


@pytest.mark.parametrize(("name", "model"), SHOWN)
def test_every_panel_has_data_and_is_drawn(live, name, model, tmp_path):
    board = boards()[name]
    drawn = draw_dashboard(board, answers(live, board, model), marks(live, board, model)[1:])
    picture = tmp_path / f"{name}.svg"
    picture.write_text(drawn.xml())
    with browser(tmp_path / "profile") as page:
        page.look(drawn.width, drawn.height)
        page.go(picture.as_uri())
        path = PICTURES / f"dashboard-{name}{'' if name == 'fleet' else '-' + model}.png"
        page.picture(path, whole=False)
        assert page.complaints == []
    assert path.stat().st_size > 50_000


@pytest.mark.parametrize("name", ["model", "fleet"])
def test_every_variable_has_values(live, name):
    offered = {
        variable: live.prometheus.label_values(filled(selector), label)
        for variable, (selector, label) in variables(boards()[name]).items()
    }
    assert offered == {"namespace": [NAMESPACE], "model": sorted(MODELS)}


def test_a_release_change_is_an_annotation_at_its_moment(live):
    first, change = marks(live, boards()["model"], CHANGED)
    assert live.began - 10 < first < live.began + 20
    assert first + 30 < change < live.ended
    assert len(marks(live, boards()["model"], "house_price")) == 1


def test_no_data_is_seen(live):
    board = boards()["model"]
    board["panels"] = board["panels"][:1]
    board["panels"][0]["targets"][0]["expr"] = 'model_release_info{model="no_such_model"}'
    with pytest.raises(AssertionError, match="One model, Release: no data"):
        answers(live, board, "sentiment")


def test_every_rule_is_evaluated_without_a_complaint(live):
    wrong = [f"{rule['name']}: {rule['lastError']}" for rule in live.prometheus.rules() if rule.get("lastError")]
    assert wrong == []
