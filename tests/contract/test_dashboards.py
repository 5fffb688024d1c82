"""The dashboards are what Grafana reads, and ask only for what is recorded or served."""

from __future__ import annotations

import copy
import itertools
import json
import re

import pytest
import yaml

from delivery.clusters import Cluster
from delivery.dashboards import config_map
from delivery.errors import WrongSetting
from delivery.manifests import Manifests
from tests.monitoring.dashboards import ROOT, boards, queries, variables
from tests.monitoring.rules import rules

WIDTH = 24
UNITS = {"none", "s", "percentunit", "reqps"}
PANELS = {"timeseries", "stat", "bargauge"}
RECORDED = re.compile(r"\bmodel:[\w:]+")
SERVED = re.compile(r"\b(?:model|http)_\w+")
CLUSTER = Cluster("models", "staging", "http://prometheus", ("monitoring",), dashboards=True)


def wrong(board) -> list[str]:
    """What Grafana would not show as it was meant."""
    panels = board["panels"]
    found = [f"{key} is missing" for key in ("uid", "title", "schemaVersion", "templating") if not board.get(key)]
    if len({panel["id"] for panel in panels}) < len(panels):
        found.append("two panels have one id")
    for one, other in itertools.combinations(panels, 2):
        if overlap(one["gridPos"], other["gridPos"]):
            found.append(f"{one['title']} and {other['title']} overlap")
    for panel in panels:
        found += [f"{panel['title']}: {problem}" for problem in wrong_panel(panel)]
    return found


def wrong_panel(panel) -> list[str]:
    defaults, place = panel["fieldConfig"]["defaults"], panel["gridPos"]
    checks = {
        "no known type": panel["type"] in PANELS,
        "beyond the edge": place["x"] >= 0 and place["w"] > 0 and place["x"] + place["w"] <= WIDTH,
        "no known unit": defaults.get("unit") in UNITS,
        "no thresholds": defaults["thresholds"]["steps"][:1] and defaults["thresholds"]["steps"][0]["value"] is None,
        "thresholds out of order": in_order([step["value"] for step in defaults["thresholds"]["steps"][1:]]),
        "no description": bool(panel.get("description")),
        "no query": bool(panel["targets"]) and all(target["expr"] for target in panel["targets"]),
        "one refId twice": len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]),
        "no data source": panel["datasource"]["uid"] == "${datasource}",
    }
    return [problem for problem, well in checks.items() if not well]


def in_order(values) -> bool:
    return values == sorted(values)


def overlap(one, other) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_there_is_one_for_a_model_and_one_for_all():
    found = boards()
    assert set(found) == {"model", "fleet"}
    assert len({board["uid"] for board in found.values()}) == 2


@pytest.mark.parametrize("name", boards())
def test_grafana_shows_it_as_it_was_meant(name):
    assert wrong(boards()[name]) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("panels 1 id", 1, "two panels have one id"),
        ("panels 1 gridPos x", 0, "Release and Requests overlap"),
        ("panels 1 gridPos w", 30, "Requests: beyond the edge"),
        ("panels 1 fieldConfig defaults unit", "req", "Requests: no known unit"),
        ("panels 2 fieldConfig defaults thresholds steps 1 value", 7, "Errors: thresholds out of order"),
        ("panels 2 description", "", "Errors: no description"),
        ("panels 2 targets 0 expr", "", "Errors: no query"),
        ("panels 2 type", "graph", "Errors: no known type"),
        ("uid", "", "uid is missing"),
    ],
)
def test_a_mistake_is_seen(path, value, said):
    board = copy.deepcopy(boards()["model"])
    *keys, last = [int(key) if key.isdigit() else key for key in path.split()]
    place = board
    for key in keys:
        place = place[key]
    place[last] = value
    assert said in wrong(board)


@pytest.mark.parametrize("name", boards())
def test_what_it_asks_for_is_recorded_or_served(name):
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    served = set(SERVED.findall((ROOT / "serving/metrics.py").read_text()))
    for what, query in queries(boards()[name]):
        assert set(RECORDED.findall(query)) <= recorded, what
        assert set(SERVED.findall(query)) <= served, what


@pytest.mark.parametrize("name", boards())
def test_every_selector_is_held_to_the_chosen_namespace_and_model(name):
    for what, query in queries(boards()[name]):
        for selector in re.findall(r"\{([^}]*)\}", query):
            assert 'namespace=~"$namespace"' in selector, what
            assert re.search(r'model=~?"\$model"', selector), what
        assert "}" in query, what
        if "_total{" in query:
            assert 'traffic!="replay"' in query or 'traffic="people"' in query, what


@pytest.mark.parametrize("name", boards())
def test_models_namespaces_and_releases_can_be_told_apart(name):
    board = boards()[name]
    assert set(variables(board)) == {"namespace", "model"}
    [annotation] = board["annotations"]["list"]
    assert annotation["name"] == "Release changes"
    assert "{{release}}" in annotation["textFormat"]


def test_a_cluster_is_given_both_where_it_asks_for_them_each_namespace_its_own():
    [document] = Manifests(ROOT, CLUSTER).dashboards()
    assert (document["kind"], document["metadata"]["labels"]["grafana_dashboard"]) == ("ConfigMap", "1")
    assert set(document["data"]) == {"models-fleet.json", "models-model.json"}
    given = [json.loads(text) for text in document["data"].values()]
    assert [board["uid"] for board in given] == ["model-serving-fleet-models", "model-serving-model-models"]
    assert all(board["title"].endswith("(models)") and wrong(board) == [] for board in given)
    assert len(yaml.safe_dump(document)) < 1_000_000  # a ConfigMap takes 1 MiB
    assert Manifests(ROOT, Cluster("models", "staging", "http://prometheus", ("monitoring",))).dashboards() == []


def test_a_file_that_is_no_dashboard_is_named(tmp_path):
    with pytest.raises(WrongSetting, match="no dashboards"):
        config_map(tmp_path, "models", {})
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(WrongSetting, match=r"broken\.json is no dashboard"):
        config_map(tmp_path, "models", {})


def test_the_delivery_may_write_that_config_map_and_change_no_other():
    [role] = [one for one in Manifests(ROOT, CLUSTER).admin() if one["kind"] == "Role"][:1]
    patched = [rule for rule in role["rules"] if rule["resources"] == ["configmaps"] and "patch" in rule["verbs"]]
    assert [rule["resourceNames"] for rule in patched] == [["model-dashboards"]]
