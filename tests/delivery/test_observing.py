"""From the metrics of the real server to observations."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import urllib3

from delivery.errors import Broken
from delivery.observing import MissingMetric, holds_what_rules_need, read_snapshot, scrape, snapshot, window
from tests.delivery.tiny import TABLE, houses, seal_tiny
from tests.serving.servers import serving


@dataclass(frozen=True)
class Running:
    """A server and its release."""

    url: str
    release: str

    def post(self, route: str, document: object, traffic: str = "people") -> urllib3.BaseHTTPResponse:
        """One request."""
        headers = {"Traffic": traffic, "Connection": "close"}
        return urllib3.request("POST", f"{self.url}{route}", json=document, headers=headers, retries=False)


@pytest.fixture(scope="module")
def mood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The tiny text release."""
    folder = tmp_path_factory.mktemp("mood")
    release = seal_tiny(folder / "release")
    with serving(folder / "release", folder / "log", FEEDBACK_STORE=str(folder / "used")) as server:
        yield Running(f"http://127.0.0.1:{server.port}", release)


@pytest.fixture(scope="module")
def price(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The tiny regression."""
    folder = tmp_path_factory.mktemp("price")
    release = seal_tiny(folder / "release", TABLE, 50000.0)
    with serving(folder / "release", folder / "log", FEEDBACK_STORE=str(folder / "used")) as server:
        yield Running(f"http://127.0.0.1:{server.port}", release)


def test_a_window_holds_what_happened_in_it_and_nothing_of_the_other_traffic(mood):
    mood.post("/predict", {"instances": [{"text": "before the window"}]})
    before = snapshot(mood.url)
    rows = [{"text": word} for word in ("good", "good", "bad")]
    answer = json.loads(mood.post("/predict", {"instances": rows}).data)
    mood.post("/predict", {"instances": [{"text": 7}]})
    mood.post("/predict", {"instances": [{"text": "good"}]}, "replay")
    told = [{"id": one["id"], "actual": "positive"} for one in answer["predictions"]]
    assert mood.post("/feedback", {"feedback": told}).status == 202
    after = snapshot(mood.url)
    seen = window(before, after, mood.release, "people")
    assert (seen.release, seen.traffic, seen.requests, seen.errors) == (mood.release, "people", 2, 0)
    assert seen.outcomes == {"positive": 2, "negative": 1}
    assert (seen.labelled, seen.right, seen.error_sum) == (3, 2, None)
    assert seen.latency.total == 2
    assert 0 < seen.latency.quantile(0.5) <= seen.latency.quantile(0.95)
    assert seen.seconds == after.at_seconds - before.at_seconds
    replayed = window(before, after, mood.release, "replay")
    assert (replayed.requests, replayed.labelled) == (1, 0)


def test_a_replayed_row_that_is_refused_is_an_error_and_a_person_s_mistake_is_none(mood):
    before = snapshot(mood.url)
    for traffic in ("people", "replay"):
        assert mood.post("/predict", {"instances": [{"text": 7}]}, traffic).status == 422
    after = snapshot(mood.url)
    assert [window(before, after, mood.release, traffic).errors for traffic in ("people", "replay")] == [0, 1]


def test_a_regression_is_observed_by_its_errors(price):
    before = snapshot(price.url)
    case = houses(1)[0]
    answer = json.loads(price.post("/predict", {"instances": [case.instance]}).data)["predictions"][0]
    price.post("/feedback", {"feedback": [{"id": answer["id"], "actual": case.actual}]})
    seen = window(before, snapshot(price.url), price.release, "people")
    assert (seen.labelled, seen.right) == (1, None)
    assert seen.error_sum == pytest.approx(0.1 / 1.1)
    assert seen.error_squared_sum == pytest.approx((0.1 / 1.1) ** 2)
    assert "right" not in seen.as_json()
    assert sum(seen.outcomes.values()) == 1


def test_an_empty_window_has_no_quantile(mood):
    here = snapshot(mood.url)
    seen = window(here, here, mood.release, "people")
    assert (seen.requests, seen.labelled) == (0, 0)
    assert (seen.as_json()["p50_seconds"], seen.as_json()["p95_seconds"]) == (None, None)


def snapshots(*values: float):
    """Snapshots of a server that only counts requests, with these counts."""
    text = 'http_requests_total{{release="r",route="/predict",status="200",traffic="people"}} {}\n'
    return [read_snapshot(text.format(value), "http://there", at) for at, value in enumerate(values)]


def test_a_counter_that_fell_was_reset_as_in_increase():
    from delivery.observing import _Window

    for values, rise in (((100, 130), 30), ((100, 12), 12), ((100, 100), 0)):
        before, after = snapshots(*values)
        seen = _Window(before, after, {"release": "r", "traffic": "people"})
        assert seen.increases("http_requests_total", "status") == {"200": rise}


def test_a_missing_series_is_an_error_and_no_zero(mood):
    before, after = snapshots(1, 2)
    with pytest.raises(MissingMetric, match=r'http://there/metrics: no http_request_seconds_bucket\{release="r", '):
        window(before, after, "r", "people")
    with pytest.raises(MissingMetric, match=r'no http_requests_total\{release="another"'):
        window(snapshot(mood.url), snapshot(mood.url), "another", "people")
    text = "\n".join(line for line in scrape(mood.url).splitlines() if 'le="+Inf"' not in line)
    cut = read_snapshot(text, "http://there", 0.0)
    with pytest.raises(MissingMetric, match='has no bucket le="\\+Inf"'):
        window(cut, cut, mood.release, "people")


def test_what_cannot_be_scraped_or_read_says_so(mood):
    with pytest.raises(Broken, match="/metrics does not answer"):
        snapshot("http://127.0.0.1:9")
    with pytest.raises(Broken, match="answered 404, wanted 200"):
        scrape(f"{mood.url}/openapi.json")
    with pytest.raises(Broken, match="cannot be read"):
        read_snapshot("a{b= 1", "http://there", 0.0)


def test_the_real_servers_hold_what_rules_need(mood, price):
    assert holds_what_rules_need(scrape(mood.url), mood.release) == []
    assert holds_what_rules_need(scrape(price.url)) == []


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("model_release_info{", "model_release_info: no series of release "),
        ('http_request_seconds_bucket{le="+Inf"', "http_request_seconds_bucket: no series with route="),
        ("model_feedback_right_total{", 'model_feedback_right_total: no series with traffic="people"'),
        ("model_feature_bin_total{bin=", "model_feature_bin_total: no series with feature="),
        ("model_feature_reference_share{", "model_feature_reference_share: no series with the release's labels"),
    ],
)
def test_each_missing_series_is_named(mood, gone, said):
    text = "\n".join(line for line in scrape(mood.url).splitlines() if not line.startswith(gone))
    assert any(each.startswith(said) for each in holds_what_rules_need(text, mood.release))


def test_the_histogram_s_bounds_ascend_to_infinity(mood):
    here = snapshot(mood.url)
    bounds = window(here, here, mood.release, "people").latency.bounds
    assert list(bounds) == sorted(bounds)
    assert bounds[-1] == math.inf
