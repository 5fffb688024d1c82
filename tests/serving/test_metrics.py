import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from model.release.loading import load
from model.release.sealing import seal
from serving.bins import BinCounts
from serving.described import describe
from tests.serving.releases import PROVENANCE

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(client: FlaskClient) -> Samples:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def total(samples: Samples, name: str, **labels: str) -> float:
    return sum(value for (each, has), value in samples.items() if each == name and labels.items() <= set(has))


def test_every_series_exists_from_the_start(table: FlaskClient) -> None:
    samples = scrape(table)
    bins = {
        dict(has)["bin"] for (name, has) in samples if name == "model_feature_bin_total" and ("feature", "rooms") in has
    }
    assert bins == {"0", "1", "2", "missing"}
    assert total(samples, "model_feature_bin_total") == 0
    for traffic in ("people", "replay"):
        wanted = frozenset({"traffic": traffic, "route": "/predict", "status": "500"}.items())
        assert any(name == "http_requests_total" and wanted <= has for name, has in samples)
        assert any(name == "model_predictions_total" and ("traffic", traffic) in has for name, has in samples)
        assert any(name == "model_feedback_error_total" and ("traffic", traffic) in has for name, has in samples)
    assert {dict(has)["result"] for name, has in samples if name == "model_feedback_total"} == {
        "matched", "repeated", "unknown", "expired",
    }  # fmt: skip


def test_every_series_names_model_and_release(text: FlaskClient) -> None:
    release = text.get("/healthz").json["release"]
    assert all({("model", "mood"), ("release", release)} <= has for _, has in scrape(text))


def test_requests_and_predictions_are_counted_apart_by_traffic(text: FlaskClient) -> None:
    instances = [{"text": "good"}, {"text": "bad"}, {"text": "bad film"}]
    text.post("/predict", json={"instances": instances})
    text.post("/predict", json={"instances": instances[:1]}, headers={"Traffic": "replay"})
    text.post("/predict", json={"instances": []}, headers={"Traffic": "REPLAY"})
    samples = scrape(text)
    assert total(samples, "http_requests_total", route="/predict", status="200", traffic="people") == 1
    assert total(samples, "http_requests_total", route="/predict", status="422", traffic="people") == 1
    assert total(samples, "http_requests_total", route="/predict", traffic="replay") == 1
    assert total(samples, "model_predictions_total", outcome="negative", traffic="people") == 2
    assert total(samples, "model_predictions_total", outcome="positive") == 2
    assert total(samples, "model_processing_seconds_count", traffic="people") == 1
    assert total(samples, "http_request_seconds_count", route="/predict") == 3
    assert total(samples, "http_request_seconds_sum") > total(samples, "model_processing_seconds_sum") > 0


def test_each_row_falls_into_one_bin_of_each_feature(table: FlaskClient) -> None:
    table.post("/predict", json={"instances": [{"area": 800, "zone": "RL"}, {"area": 801, "rooms": 9, "zone": "C"}]})
    samples = scrape(table)
    for feature in ("area", "rooms", "zone", "score"):
        assert total(samples, "model_feature_bin_total", feature=feature, traffic="people") == 2
    assert total(samples, "model_feature_bin_total", feature="area", bin="0") == 1
    assert total(samples, "model_feature_bin_total", feature="rooms", bin="missing") == 1
    assert total(samples, "model_feature_bin_total", traffic="replay") == 0
    assert total(samples, "model_predictions_total") == 2


def test_two_releases_count_the_same_value_as_the_same_outcome(
    open_client: Callable[..., FlaskClient], table_release: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(table_release, tmp_path / "other")
    reference = json.loads((other / "reference.json").read_text())
    reference["features"]["score"]["edges"] = [70000, 140000]
    (other / "reference.json").write_text(json.dumps(reference))
    (other / "release.json").unlink()
    seal(other, PROVENANCE)
    found = []
    for folder in (table_release, other):
        client = open_client(folder)
        client.post("/predict", json={"instances": [{"area": area, "zone": "RL"} for area in range(300, 4000, 100)]})
        has = {labels: value for (name, labels), value in scrape(client).items() if name == "model_predictions_total"}
        found.append({dict(labels)["outcome"]: value for labels, value in has.items() if value})
    assert found[0] == found[1]
    assert len(found[0]) > 5


def test_the_reference_and_the_release_are_exported(table: FlaskClient) -> None:
    samples = scrape(table)
    assert total(samples, "model_feature_reference_share", feature="zone", bin="RL") == 0.8
    assert total(samples, "model_release_info", task="regression", api="2", candidate="linear") == 1
    assert total(samples, "model_fault_active") == 0


def test_what_rules_compare_with_is_exported(table: FlaskClient, text: FlaskClient) -> None:
    houses, moods = scrape(table), scrape(text)
    assert total(houses, "model_drift_minimum_requests") == 250
    assert total(moods, "model_drift_minimum_requests") == 500
    assert total(houses, "model_release_created_seconds") == 1767225600
    assert total(houses, "model_outcome_reference_share") == pytest.approx(1)
    assert total(houses, "model_outcome_reference_share", outcome="92700") == 0.4
    assert total(houses, "model_worker_exits_total") == 0
    assert not any(name == "model_release_figure" for name, _ in houses)


def test_a_figure_without_an_interval_has_its_value_for_bounds(table_release: Path) -> None:
    release = load(table_release)
    figures = {"mape": {"value": 0.08, "low": None, "high": 0.1, "n": 50}, "r2": {"value": 0.9}}
    assert release.info
    info = dataclasses.replace(release.info, document={**release.document, "figures": figures})
    described = describe(dataclasses.replace(release, info=info))
    assert described.figures == {("mape", "value"): 0.08, ("mape", "low"): 0.08, ("mape", "high"): 0.1}


def test_what_is_not_predicted_is_not_counted_as_a_prediction(text: FlaskClient) -> None:
    text.post("/explain", json={"instances": [{"text": "good"}]})
    text.post("/predict", json={"instances": [{"text": "good"}, {"text": 7}]})
    samples = scrape(text)
    assert total(samples, "model_predictions_total") == 0
    assert total(samples, "model_feature_bin_total") == 0


def test_unknown_paths_make_no_series(text: FlaskClient) -> None:
    before = len(scrape(text))
    for path in ("/a", "/b/c", "/predict/x"):
        text.get(path)
    assert len(scrape(text)) == before
    assert total(scrape(text), "http_requests_total", route="other", status="404") == 3


def test_bins_are_paid_once() -> None:
    paid: list[tuple[str, tuple[str, str], int]] = []
    counts = BinCounts(lambda *payment: paid.append(payment))
    counts.add("people", [("area", "0"), ("area", "0"), ("zone", "RL")])
    counts.flush()
    counts.flush()
    assert sorted(paid) == [("people", ("area", "0"), 2), ("people", ("zone", "RL"), 1)]


@pytest.mark.parametrize(("fault", "name"), [("slow:0.01", "slow"), ("errors:1", "errors"), ("wrong:1", "wrong")])
def test_an_active_fault_is_loud(
    open_client: Callable[..., FlaskClient], text_release: Path, caplog: pytest.LogCaptureFixture, fault: str, name: str
) -> None:
    client = open_client(text_release, MODEL_FAULTS=fault, FAULTS_ALLOWED="yes")
    assert total(scrape(client), "model_fault_active", fault=name) == 1
    assert "MODEL_FAULTS" in caplog.text
