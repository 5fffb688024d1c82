"""A crowd that asks and tells labels: servers on a moved day, labels of every kind, what has to be counted."""

from __future__ import annotations

import base64
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from serving.tokens import Tokens
from tests.serving.servers import Server, ask, serving

CLOCK = Path(__file__).with_name("moved_clock")
DAY = 86_400
EPOCHS = {0: 3000, 20: 3500, 35: 3500}
"""Predictions by day. Labels come on day 35: those of day 0 have expired (30 days), those of day 20 are only late."""
ANOTHER_KEY = "somebody else's key"
TEXTS = ("a good film", "a bad film", "fine", "so so")


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
