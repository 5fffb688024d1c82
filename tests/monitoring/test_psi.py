"""The index in PromQL is the index: over two replicas with two workers each, against the same samples and the rows."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from model.release.loading import Release, load
from tests.monitoring.prometheus import Prometheus, prometheus
from tests.serving import releases, servers

pytestmark = [pytest.mark.slow, pytest.mark.engines]
Bin = tuple[str, str]
FLOOR = 0.001
HOUR_SECONDS = 3600.0
REQUESTS, ROWS = 300, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return releases.write_release(tmp_path_factory.mktemp("table") / "release", releases.TABLE)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with prometheus(tmp_path_factory.mktemp("prometheus"), scrape_seconds=1, rules_seconds=1) as running:
        yield running


def test_promql_says_what_the_samples_and_the_rows_say(there: Prometheus, folder: Path, tmp_path: Path) -> None:
    release, sent = load(folder), drifted(random.Random(3))
    with ExitStack() as stack:
        replicas = [
            servers.serving(folder, tmp_path / name, WORKERS="2", FEEDBACK_STORE=str(tmp_path / f"{name}.db"))
            for name in ("one", "two")
        ]
        ports = [stack.enter_context(replica).port for replica in replicas]
        there.watch({f"127.0.0.1:{port}": {"model": "price"} for port in ports})
        there.until(lambda: len(there.query("model_feature_bin_total{feature='score',bin='0',traffic='people'}")) == 2)
        there.rounds(2)
        send(ports, sent)
        there.rounds(4)
        [at] = {float(one["value"][1]) for one in there.query("timestamp(model:feature:psi)")}
        said = psi_of_promql(there, at)
        raw = there.query(f"model_feature_bin_total{{traffic='people'}}[{HOUR_SECONDS:.0f}s]", at)
    sampled = indices(release, increases(raw, at))
    rows = indices(release, counted(release, sent))
    assert set(said) == set(sampled) == set(rows) == {"area", "rooms", "zone", "score"}
    print()
    for feature in sorted(said):
        print(f"{feature}: PromQL {said[feature]:.9f}, samples {sampled[feature]:.9f}, rows {rows[feature]:.6f}")
        assert said[feature] > 0.01
        assert said[feature] == pytest.approx(sampled[feature], abs=1e-6)
        assert said[feature] == pytest.approx(rows[feature], abs=0.01)


def psi_of_promql(there: Prometheus, at: float) -> dict[str, float]:
    """The recorded values of one evaluation."""
    return {one["metric"]["feature"]: float(one["value"][1]) for one in there.query("model:feature:psi", at)}


def drifted(chance: random.Random) -> list[list[dict[str, Any]]]:
    """Requests of rows that lie otherwise than the reference."""

    def row() -> dict[str, Any]:
        return {"area": chance.choice((700, 1200, 1900, 2500)), "rooms": chance.choice((None, 3, 5, 7)),
                "zone": chance.choice(("RL", "RM", "C"))}  # fmt: skip

    return [[row() for _ in range(ROWS)] for _ in range(REQUESTS)]


def send(ports: list[int], requests: list[list[dict[str, Any]]]) -> None:
    """One after the other to both, from several clients."""

    def ask(number: int) -> None:
        port = ports[number % len(ports)]
        status, said = servers.ask(port, "POST", "/predict", {"instances": requests[number]})
        assert status == 200, said

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(len(requests))))


def counted(release: Release, requests: list[list[dict[str, Any]]]) -> Mapping[Bin, float]:
    """What the release itself says of the rows, asked directly."""
    counts: Counter[Bin] = Counter()
    for instance in (instance for instances in requests for instance in instances):
        row = release.schema.read(instance)
        counts.update(release.reference.bins(row, release.scorer.answer([row])[0]))
    return counts


def increases(series: list[dict[str, Any]], at: float) -> Mapping[Bin, float]:
    """increase() of each series over the hour before, added up over replicas: Prometheus' rule, written down again."""
    total: Counter[Bin] = Counter()
    for one in series:
        name = (one["metric"]["feature"], one["metric"]["bin"])
        total[name] += increase([(float(when), float(value)) for when, value in one["values"]], at)  # type: ignore[assignment]
    return total


def increase(samples: list[tuple[float, float]], at: float) -> float:
    """Between the first and the last sample, carried on to the window's ends, but by no more than half a step."""
    (first, low), (last, _) = samples[0], samples[-1]
    rose = sum(max(0.0, b - a) if b >= a else b for (_, a), (_, b) in pairwise(samples))
    covered, step = last - first, (last - first) / (len(samples) - 1)
    before, after = first - (at - HOUR_SECONDS), at - last
    before = before if before < 1.1 * step else step / 2
    if rose > 0:
        before = min(before, covered * low / rose)
    after = after if after < 1.1 * step else step / 2
    return rose * (covered + before + after) / covered


def indices(release: Release, counts: Mapping[Bin, float]) -> dict[str, float]:
    """The population stability index of every feature."""
    whole: Counter[str] = Counter()
    for (feature, _), count in counts.items():
        whole[feature] += count  # type: ignore[assignment]
    found: dict[str, float] = dict.fromkeys(whole, 0.0)
    for (feature, name), share in release.reference.shares().items():
        p, q = max(counts.get((feature, name), 0) / whole[feature], FLOOR), max(share, FLOOR)
        found[feature] += (p - q) * math.log(p / q)
    return found


def test_the_floor_is_that_of_the_rules() -> None:
    text = (Path(__file__).parents[2] / "monitoring/rules/drift.yaml").read_text()
    assert text.count(f"{{}}, {FLOOR})") == 4
