"""10,000 predictions over four processes, labels shuffled, days late, duplicated, unknown and forged: exact counts.

Two servers with two workers each stand for two replicas. Days pass by a clock that is moved between predictions and
labels (moved_clock/sitecustomize.py, on the path of these servers alone).
"""

from __future__ import annotations

import base64
import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving.tokens import Tokens
from tests.e2e.redis_server import PASSWORD, redis
from tests.serving.releases import TEXT, write_release
from tests.serving.servers import KEY, Server, ask, serving

CLOCK = Path(__file__).with_name("moved_clock")
DAY = 86_400
EPOCHS = {0: 3000, 20: 3500, 35: 3500}
"""Predictions by day. Labels come on day 35: those of day 0 have expired (30 days), those of day 20 are only late."""
ANOTHER_KEY = "somebody else's key"
TEXTS = ("a good film", "a bad film", "fine", "so so")
AWAY_SECONDS = 5.0
"""The minute of a real outage, shortened: nothing in the server knows how long it takes."""


@dataclass(frozen=True)
class Told:
    """A label on its way: what should become of it the first time."""

    id: str
    actual: str
    kind: str
    is_right: bool = False


@dataclass
class Crowd:
    """Eight clients that tell labels, and send again what was answered 503."""

    ports: Sequence[int]
    answered: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    problems: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, labels: Sequence[Told], at_once: int = 50) -> None:
        chunks = [labels[start : start + at_once] for start in range(0, len(labels), at_once)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._tell, range(len(chunks)), chunks))

    def _tell(self, number: int, chunk: Sequence[Told]) -> None:
        body = {"feedback": [{"id": each.id, "actual": each.actual} for each in chunk]}
        while True:
            status, text = ask(self.ports[number % len(self.ports)], "POST", "/feedback", body)
            with self.lock:
                self.statuses[status] += 1
                if status == 202:
                    self.answered.update(json.loads(text))
                    return
                self.problems.add(text)
            assert status == 503, text
            time.sleep(0.2)


@contextmanager
def replicas(release: Path, folder: Path, day: int, **settings: str) -> Iterator[list[Server]]:
    """Two servers with two workers each, on a day."""
    moved = {"PYTHONPATH": f"{CLOCK}:{release}", "MOVED_SECONDS": str(day * DAY), "WORKERS": "2"}
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(release, folder / f"{day}-{number}.log", **{**settings, **moved}))
            for number in range(2)
        ]


def predicted(servers: Sequence[Server], count: int) -> list[tuple[str, str]]:
    """Ids and labels of so many predictions, asked of all servers at once."""

    def predict(number: int) -> list[tuple[str, str]]:
        body = {"instances": [{"text": text} for text in TEXTS * 5]}
        status, text = ask(servers[number % len(servers)].port, "POST", "/predict", body)
        assert status == 200
        return [(each["id"], each["label"]) for each in json.loads(text)["predictions"]]

    with ThreadPoolExecutor(8) as pool:
        return [each for part in pool.map(predict, range(count // 20)) for each in part]


def forged(token: str) -> str:
    """An id that claims another answer under the old signature."""
    payload, _, signature = token.rpartition(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    told[3] = "positive" if told[3] == "negative" else "negative"
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode() + "." + signature


def labels_of(seen: dict[int, list[tuple[str, str]]], seed: int) -> list[Told]:
    """A label each, four of five right; then 5 % duplicates, 5 % unknown ids and 1 % forged ones, all shuffled."""
    chance = random.Random(seed)
    labels = []
    for day, answers in seen.items():
        for token, label in answers:
            right = chance.random() < 0.8
            actual = label if right else ("positive" if label == "negative" else "negative")
            labels.append(Told(token, actual, "expired" if day == 0 else "fresh", right))
    real = len(labels)
    labels += chance.sample(labels, real // 20)
    stranger = Tokens([ANOTHER_KEY], "mood", "0123456789ab")
    labels += [Told(stranger.issue("people", "positive"), "positive", "unknown") for _ in range(real // 20)]
    victims = chance.sample([token for answers in seen.values() for token, _ in answers], real // 100)
    labels += [Told(forged(token), "positive", "unknown") for token in victims]
    chance.shuffle(labels)
    return labels


def wanted(labels: Sequence[Told]) -> dict[str, int]:
    """What has to be counted."""
    fresh = [each for each in labels if each.kind == "fresh"]
    by_kind = Counter(each.kind for each in labels)
    matched = len({each.id for each in fresh})
    return {
        "matched": matched, "repeated": len(fresh) - matched,
        "unknown": by_kind["unknown"], "expired": by_kind["expired"],
    }  # fmt: skip


def counted(servers: Sequence[Server], name: str, **labels: str) -> float:
    """A counter, added up over the replicas as Prometheus does."""
    texts = [ask(server.port, "GET", "/metrics")[1] for server in servers]
    samples = [each for text in texts for family in text_string_to_metric_families(text) for each in family.samples]
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def require_exact(servers: Sequence[Server], crowd: Crowd, labels: Sequence[Told]) -> None:
    """Answers and metrics tell the same, and it is what happened."""
    expected = wanted(labels)
    assert dict(crowd.answered) == expected
    assert {name: counted(servers, "model_feedback_total", result=name) for name in expected} == expected
    right = len({each.id for each in labels if each.kind == "fresh" and each.is_right})
    assert counted(servers, "model_feedback_right_total", traffic="people") == right


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
