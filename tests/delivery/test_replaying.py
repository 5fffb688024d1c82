"""Replays against the real server, and against servers that are gone or talk nonsense."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from delivery.observing import snapshot, window
from delivery.replaying import Case, Replay, score
from tests.delivery.tiny import TABLE, cases, houses, seal_tiny
from tests.serving.servers import serving

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def moods(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str]]]:
    """Two tiny text releases, running: side -> (url, release)."""
    folder = tmp_path_factory.mktemp("moods")
    releases = {"canary": seal_tiny(folder / "canary", intercept=9.0), "champion": seal_tiny(folder / "champion")}
    used = str(folder / "used")
    with (
        serving(folder / "canary", folder / "canary.log", FEEDBACK_STORE=used) as ours,
        serving(folder / "champion", folder / "champion.log", FEEDBACK_STORE=used) as theirs,
    ):
        ports = {"canary": ours.port, "champion": theirs.port}
        yield {side: (f"http://127.0.0.1:{port}", releases[side]) for side, port in ports.items()}


def urls_of(moods) -> dict[str, str]:
    return {side: url for side, (url, _) in moods.items()}


def test_both_get_the_same_rows_marked_as_replay_and_their_labels(moods):
    before = {side: snapshot(url) for side, (url, _) in moods.items()}
    told: list[str] = []
    replay = Replay(cases(90), urls_of(moods), requests=90, progress=told.append)
    replay.send_until(30)
    assert replay.done == 30
    replay.send_until(500)
    assert (replay.done, replay.pairs.rows) == (90, 90)
    assert told[-1] == "90 of 90 requests to canary and champion"
    for side, (url, release) in moods.items():
        seen = window(before[side], snapshot(url), release, "replay")
        assert (seen.requests, seen.errors, seen.labelled) == (90, 0, 90)
        assert seen.right == getattr(replay.pairs, side)
        assert replay.exchanges[side].sent == 90
    # The canary's intercept makes it say "positive" to everything.
    assert replay.pairs.canary < replay.pairs.champion


def test_rows_that_come_again_are_no_new_evidence(moods):
    url, release = moods["champion"]
    before = snapshot(url)
    replay = Replay(cases(10), {"champion": url}, requests=12, rows_a_request=2)
    replay.send_until(12)
    seen = window(before, snapshot(url), release, "replay")
    assert (seen.requests, sum(seen.outcomes.values()), seen.labelled) == (12, 24, 10)
    assert replay.pairs.rows == 0


def test_the_choice_of_rows_is_the_seed_s():
    def order(seed: int) -> list[int]:
        return Replay(cases(50), {"canary": NOWHERE}, requests=1, seed=seed).order

    assert order(1) == order(1) != order(2)
    assert sorted(order(1)) == list(range(50))


def test_a_regression_is_scored_by_its_relative_error(tmp_path: Path):
    release = seal_tiny(tmp_path / "release", TABLE, 50000.0)
    with serving(tmp_path / "release", tmp_path / "log", FEEDBACK_STORE=str(tmp_path / "used")) as server:
        url = f"http://127.0.0.1:{server.port}"
        before = snapshot(url)
        replay = Replay(houses(), {"canary": url, "champion": url}, requests=60, relative=True)
        replay.send_until(60)
        seen = window(before, snapshot(url), release, "replay")
    assert replay.pairs.rows == 60
    assert replay.pairs.canary / 60 == pytest.approx(0.1 / 1.1)
    assert seen.error_sum / seen.labelled == pytest.approx(0.1 / 1.1)
    assert replay.pairs.products == pytest.approx(replay.pairs.canary_squares)


def test_scores():
    assert score({"label": "a"}, "a", relative=False) == 1.0
    assert score({"label": "b"}, "a", relative=False) == 0.0
    assert score({"value": 80.0}, 100.0, relative=False) == 20.0
    assert score({"value": 80.0}, -100.0, relative=True) == pytest.approx(1.8)


def test_a_server_that_is_gone_loses_every_request_and_ends_nothing(moods):
    url, _ = moods["champion"]
    replay = Replay(cases(20), {"canary": NOWHERE, "champion": url}, requests=20)
    replay.send_until(20)
    assert (replay.exchanges["canary"].lost, replay.exchanges["champion"].lost) == (20, 0)
    assert replay.pairs.rows == 0


@pytest.fixture
def nonsense() -> Iterator[tuple[str, Counter[str]]]:
    """A server that answers with 500, without predictions, with too few, in turn; and counts connections."""
    app, lock, seen = Flask("nonsense"), threading.Lock(), Counter[str]()

    @app.post("/predict")
    def predict() -> Response:
        with lock:
            seen["asked"] += 1
            seen[f"connection {request.headers['Connection']}"] += 1
            seen[f"traffic {request.headers['Traffic']}"] += 1
            turn = seen["asked"] % 4
        return (
            Response("no", 500),
            Response("{}", content_type="application/json"),
            Response('{"predictions": []}', content_type="application/json"),
            Response('{"predictions": [{"id": "x", "label": "positive"}]}', content_type="application/json"),
        )[turn]

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_answers_that_cannot_be_read_are_counted_by_kind(nonsense):
    url, seen = nonsense
    replay = Replay(cases(40), {"canary": url}, requests=40)
    replay.send_until(40)
    exchange = replay.exchanges["canary"]
    assert (exchange.refused, exchange.malformed, exchange.lost) == (10, 20, 0)
    assert seen == {"asked": 40, "connection close": 40, "traffic replay": 40}


def test_nothing_to_send_is_an_error():
    with pytest.raises(ValueError, match="at least one labelled row"):
        Replay([], {"canary": NOWHERE}, requests=10)
    assert Case({"text": "x"}, "positive").actual == "positive"
