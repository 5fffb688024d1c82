"""10,000 predictions over four processes, labels shuffled, days late, duplicated, unknown and forged: exact counts.

Two servers with two workers each stand for two replicas. Days pass by a clock that is moved between predictions and
labels (moved_clock/sitecustomize.py, on the path of these servers alone).
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.tokens import Tokens
from tests.e2e.labelling import EPOCHS, Crowd, Told, labels_of, predicted, replicas, require_exact
from tests.e2e.redis_server import PASSWORD, redis
from tests.serving.releases import TEXT, write_release
from tests.serving.servers import KEY, serving

AWAY_SECONDS = 5.0
"""The minute of a real outage, shortened: nothing in the server knows how long it takes."""


def predictions(release: Path, folder: Path, settings: dict[str, Any]) -> dict[int, list[tuple[str, str]]]:
    """Those of the earlier days; the last day's servers stay for the labels."""
    seen = {}
    for day in list(EPOCHS)[:-1]:
        with replicas(release, folder, day, **settings) as servers:
            seen[day] = predicted(servers, EPOCHS[day])
    return seen


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text classifier."""
    return write_release(tmp_path_factory.mktemp("text") / "release", TEXT)


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.engines)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A file that the servers of one machine share, or a real Redis that replicas share."""
    if request.param == "sqlite":
        yield {"FEEDBACK_STORE": str(tmp_path / "used.sqlite")}
        return
    with redis(tmp_path / "redis") as server:
        yield {"FEEDBACK_STORE": server.url, "FEEDBACK_STORE_PASSWORD": PASSWORD}


@pytest.mark.slow
def test_ten_thousand_labels_are_counted_exactly(release, tmp_path, store):
    seen = predictions(release, tmp_path, store)
    last = max(EPOCHS)
    with replicas(release, tmp_path, last, **store) as servers:
        seen[last] = predicted(servers, EPOCHS[last])
        labels = labels_of(seen, seed=1)
        crowd = Crowd([server.port for server in servers])
        crowd.tell(labels)
        assert len(labels) == 11_100
        assert set(crowd.statuses) == {202}
        require_exact(servers, crowd, labels)


@pytest.mark.slow
@pytest.mark.engines
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_while_redis_is_away_labels_are_refused_and_in_the_end_none_is_lost_or_doubled(release, tmp_path, how):
    with redis(tmp_path / "redis") as store:
        settings = {"FEEDBACK_STORE": store.url, "FEEDBACK_STORE_PASSWORD": PASSWORD}
        with replicas(release, tmp_path, 0, **settings) as servers:
            answers = predicted(servers, 5000)
            labels = labels_of({20: answers}, seed=2)
            crowd = Crowd([server.port for server in servers])
            telling = threading.Thread(target=crowd.tell, args=(labels, 20))
            telling.start()
            while crowd.statuses[202] < 20:
                time.sleep(0.005)
            store.signal(how)
            went = crowd.statuses[202]
            time.sleep(AWAY_SECONDS)
            # Predictions go on as if nothing were.
            assert len(predicted(servers, 200)) == 200
            stayed = crowd.statuses[202]
            if how == signal.SIGKILL:
                store.process.wait()
                store.start()
            store.signal(signal.SIGCONT)
            telling.join(timeout=60)
            assert not telling.is_alive()
            assert stayed - went <= 8  # what was on its way
            assert crowd.statuses[503] > 20
            assert all("Feedback cannot be taken now" in problem for problem in crowd.problems)
            require_exact(servers, crowd, labels)


@pytest.mark.slow
@pytest.mark.engines
def test_a_key_is_rotated_over_two_replicas_without_a_lost_label(release, tmp_path):
    """One server at a time: every replica accepts the new key, then every one signs with it, then the old goes."""
    new = "the new key of this test"
    steps = [(KEY, KEY), (f"{KEY},{new}", KEY), (f"{KEY},{new}",) * 2, (f"{new},{KEY}", f"{KEY},{new}")]
    steps += [(f"{new},{KEY}",) * 2]
    with redis(tmp_path / "redis") as store:
        settings = {"FEEDBACK_STORE": store.url, "FEEDBACK_STORE_PASSWORD": PASSWORD}
        before: list[tuple[str, str]] = []
        for number, (first, second) in enumerate(steps):
            logs = (tmp_path / f"{number}-{each}.log" for each in "ab")
            with (
                serving(release, next(logs), **settings, SIGNING_KEY=first) as one,
                serving(release, next(logs), **settings, SIGNING_KEY=second) as other,
            ):
                answers = [*before, *predicted([one], 40), *predicted([other], 40)]
                crowd = Crowd([other.port, one.port])  # the other replica than the one that answered
                crowd.tell([Told(token, label, "fresh") for token, label in answers], at_once=20)
                assert crowd.answered["matched"] == len(answers), number
                before = predicted([one, other], 40)
        with serving(release, tmp_path / "retired.log", **settings, SIGNING_KEY=new) as retired:
            crowd = Crowd([retired.port])
            crowd.tell([Told(token, label, "fresh") for token, label in before])
            assert crowd.answered["matched"] == 40
            old = Tokens([KEY], "mood", "0123456789ab").issue("people", "positive")
            crowd.tell([Told(old, "positive", "unknown")])
            assert crowd.answered["unknown"] == 1
