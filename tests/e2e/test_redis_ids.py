"""Used ids in a real Redis: each is new exactly once, also when Redis is killed, frozen or asked at the same moment."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving.redis_ids import UNSETTLED_SECONDS, Doubt, RedisIds
from serving.settings import StoreAddress
from serving.used_ids import StoreFailed
from tests.e2e.redis_server import PASSWORD, Redis, redis

pytestmark = pytest.mark.engines
KEEP_SECONDS = 3600
NOW = int(time.time())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Redis]:
    """A real one."""
    with redis(tmp_path / "redis") as server:
        yield server


def ids(store: Redis, password: str = PASSWORD, file: Path | None = None) -> RedisIds:
    """As one worker opens it."""
    return RedisIds(StoreAddress(store.url, None, file, password), "mood", KEEP_SECONDS)


def at(now: int, *names: str) -> list[tuple[str, int]]:
    return [(name, now) for name in names]


def remembered(worker: RedisIds, *names: str, seconds: float = 10) -> list[bool]:
    """As a client that sends again what was answered 503."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return worker.remember(at(NOW, *names))
        except StoreFailed:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_an_id_is_new_once_for_all_workers(store):
    one, other = ids(store), ids(store)
    assert one.remember(at(NOW, "a", "b", "a")) == [True, True, False]
    assert other.remember(at(NOW, "b", "c", "a")) == [False, True, False]
    assert store.keys("*unsettled*") == []


def test_another_model_has_ids_of_its_own(store):
    address = StoreAddress(store.url, None, None, PASSWORD)
    assert ids(store).remember(at(NOW, "a")) == [True]
    assert RedisIds(address, "price", KEEP_SECONDS).remember(at(NOW, "a")) == [True]


def test_an_id_is_kept_until_its_feedback_has_expired(store):
    worker, now = ids(store), int(time.time())  # NOW is of the beginning of all tests
    worker.remember([("young", now), ("old", now - KEEP_SECONDS + 100)])
    left = {name: int(store.ask("TTL", f"{{mood}}:id:{name}")) for name in ("young", "old")}
    assert left["young"] == pytest.approx(KEEP_SECONDS + UNSETTLED_SECONDS, abs=5)
    assert left["old"] == pytest.approx(100 + UNSETTLED_SECONDS, abs=5)


def test_eight_workers_that_ask_at_the_same_moment_share_every_id(store):
    names = [f"id{number}" for number in range(2000)]
    asked = [random.Random(seed).sample(names, len(names)) for seed in range(8)]  # each its own order
    barrier = threading.Barrier(8)

    def work(mine: list[str]) -> list[str]:
        worker, new = ids(store), []
        barrier.wait()
        for start in range(0, len(mine), 100):
            part = mine[start : start + 100]
            new += [name for name, is_new in zip(part, remembered(worker, *part), strict=True) if is_new]
        return new

    with ThreadPoolExecutor(8) as pool:
        found = [name for part in pool.map(work, asked) for name in part]
    assert sorted(found) == sorted(names)


def test_while_redis_is_away_it_says_so_at_once_and_comes_back_by_itself(store):
    worker = ids(store)
    worker.remember(at(NOW, "before"))
    store.kill()
    with pytest.raises(StoreFailed, match=store.url):
        worker.remember(at(NOW, "during"))
    with pytest.raises(StoreFailed, match="away, asked again in a moment"):
        worker.remember(at(NOW, "during"))
    store.start()
    assert remembered(worker, "before", "during") == [False, True]


def test_what_a_frozen_redis_did_after_all_is_taken_back(store):
    """It takes the transaction when it wakes up, long after the request was answered 503."""
    one, other = ids(store), ids(store)
    one.remember(at(NOW, "warm"))
    other.remember(at(NOW, "warm"))
    store.signal(signal.SIGSTOP)
    with pytest.raises(StoreFailed):
        one.remember(at(NOW, "a", "b"))
    store.signal(signal.SIGCONT)
    assert remembered(other, "a", "b") == [True, True]
    assert remembered(one, "a", "b") == [False, False]


def test_an_id_in_doubt_is_neither_new_nor_repeated(store):
    doubtful, other = ids(store), ids(store)
    doubtful._claim("theirs", at(NOW, "a"))
    with pytest.raises(StoreFailed, match="does not know yet"):
        other.remember(at(NOW, "a", "b"))
    threading.Timer(0.3, doubtful._settle, [Doubt("theirs", ["a"], undo=True)]).start()
    assert remembered(other, "a", "b") == [True, True]
    assert doubtful.remember(at(NOW, "a")) == [False]


def test_the_doubt_of_a_worker_that_died_counts_as_used_in_the_end(store):
    ids(store)._claim("theirs", at(NOW, "a"))
    assert int(store.ask("TTL", "{mood}:unsettled:theirs")) == pytest.approx(UNSETTLED_SECONDS, abs=5)
    store.ask("DEL", "{mood}:unsettled:theirs")
    assert ids(store).remember(at(NOW, "a")) == [False]


def test_a_password_is_read_anew_for_every_connection(store, tmp_path):
    file = tmp_path / "password"
    file.write_text("the wrong one\n")
    worker = ids(store, file=file)
    with pytest.raises(StoreFailed, match="invalid username-password"):
        worker.prepare()
    file.write_text(f"{PASSWORD}\n")
    worker.prepare()
    file.unlink()
    with pytest.raises(StoreFailed, match="the password cannot be read"):
        worker.prepare()
