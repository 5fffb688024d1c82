"""Raw samples as a window's counts, and what no answer means; a small HTTP server stands in for Prometheus."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from delivery.observing import NotSeen
from delivery.targets.kube.prometheus import Prometheus, PrometheusWatch, Targets, rise, rises

BEGAN = 100.0


@pytest.mark.parametrize(
    ("samples", "rose"),
    [
        ([(95, 7), (105, 9), (110, 12)], 5),
        ([(105, 3), (110, 4)], 4),  # born inside the window: from zero
        ([(95, 7), (105, 9), (110, 1)], 3),  # reset: what it counts now came since
        ([(90, 5), (95, 7)], 0),
        ([(90, 5), (100, 7), (105, 8)], 1),
    ],
)
def test_a_counter_rises_from_its_last_sample_before_the_window(samples, rose):
    assert rise(samples, BEGAN) == rose


def test_pods_are_added_up_and_their_labels_left_out():
    def series(pod: str, *values: float) -> dict[str, Any]:
        labels = {"__name__": "http_requests_total", "pod": pod, "instance": pod, "status": "200", "release": "aaa"}
        return {"metric": labels, "values": [[95 + 10 * at, str(value)] for at, value in enumerate(values)]}

    key = ("http_requests_total", frozenset({("status", "200"), ("release", "aaa")}))
    assert rises([series("one", 1, 3), series("two", 0, 4)], BEGAN) == {key: 6}


@contextmanager
def answering(status: int, document: Any) -> Iterator[str]:
    """A server that knows what time it is, and that reads nobody, and gives every other question the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            clock = {"data": {"result": [0, "200"]}}
            nobody = {"data": {"result": []}}
            known = clock if "time%28%29" in self.path else nobody if "timestamp%28" in self.path else document
            body = json.dumps(known).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_prometheus_that_is_away_has_seen_nothing():
    with pytest.raises(NotSeen, match="does not answer"):
        Prometheus("http://127.0.0.1:1").now()


def test_a_prometheus_that_refuses_has_seen_nothing():
    with answering(422, {"error": "parse error"}) as url, pytest.raises(NotSeen, match="answers 422: parse error"):
        Prometheus(url).query("up{")


def test_a_pod_that_is_not_read_is_waited_for_and_named():
    with answering(200, {"data": {"result": []}}) as url:
        targets = Targets(Prometheus(url), "models", ("toy-canary",), scrape_seconds=1)
        with pytest.raises(NotSeen, match="does not read toy-canary 0 of 1 pods"):
            targets.wait(lambda: {"toy-canary": 1}, since=0, seconds=0)


def test_an_empty_answer_is_not_zero():
    with answering(200, {"data": {"result": []}}) as url:
        watch = PrometheusWatch(Targets(Prometheus(url), "models", (), 1), dict, "replay", BEGAN)
        with pytest.raises(NotSeen, match=r'has nothing of \{__name__=~".*release="aaa",traffic="replay"'):
            watch.seen("aaa")


def test_what_pods_counted_is_an_observation():
    with answering(200, {"data": {"result": list(series_of_a_release())}}) as url:
        watch = PrometheusWatch(Targets(Prometheus(url), "models", (), 1), dict, "replay", BEGAN)
        seen = watch.seen("aaa")
    assert (seen.requests, seen.errors, seen.labelled, seen.right) == (40, 4, 20, 18)
    assert seen.outcomes == {"good": 36}
    assert seen.seconds == 100


def series_of_a_release() -> Iterator[dict[str, Any]]:
    """Two pods that count alike; the second one was born inside the window."""
    counts = {
        ("http_requests_total", ("route", "/predict"), ("status", "200")): 18,
        ("http_requests_total", ("route", "/predict"), ("status", "500")): 2,
        ("http_request_seconds_bucket", ("route", "/predict"), ("le", "+Inf")): 20,
        ("model_predictions_total", ("outcome", "good")): 18,
        ("model_feedback_total", ("result", "matched")): 10,
        ("model_feedback_right_total",): 9,
    }
    for pod, first in (("one", [[90, "5"]]), ("two", [])):
        for (name, *labels), count in counts.items():
            base = 5 if first else 0
            own = {"release": "aaa", "traffic": "replay", "pod": pod, "namespace": "models", "model": "toy"}
            yield {"metric": {"__name__": name, **own, **dict(labels)}, "values": [*first, [150, str(base + count)]]}
