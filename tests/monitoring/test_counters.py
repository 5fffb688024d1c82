"""Counters never step back: workers are killed, a server is started anew, one release follows another, under load."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.monitoring.prometheus import Prometheus, prometheus
from tests.serving import releases, servers

pytestmark = [pytest.mark.slow, pytest.mark.engines]
SCRAPE_SECONDS = 0.5
COUNTERS = '{__name__=~"(http|model)_.+_(total|count|sum|bucket)"}'
ANSWERED = 'http_requests_total{route="/predict",status="200",traffic="people"}'
HOUSE = {"area": 1400, "rooms": 6, "zone": "RL"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return releases.write_release(tmp_path_factory.mktemp("table") / "release", releases.TABLE)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Prometheus]:
    (tmp_path / "prometheus").mkdir()
    with prometheus(tmp_path / "prometheus", scrape_seconds=SCRAPE_SECONDS, rules_seconds=5) as running:
        yield running


def start(folder: Path, tmp_path: Path, name: str, public: socket.socket) -> servers.Server:
    """A server with two workers on the public socket."""
    return servers.start(folder, tmp_path / name, public, WORKERS="2", FEEDBACK_STORE=str(tmp_path / f"{name}.db"))


def finish(server: servers.Server) -> None:
    """SIGTERM, and its own socket closed."""
    server.stop()
    server.private.close()


@contextmanager
def read(there: Prometheus, server: servers.Server, name: str) -> Iterator[None]:
    """Prometheus reads it, and has read all that it counted before it goes on."""
    there.watch({f"127.0.0.1:{server.port}": {"model": "price", "server": name}})
    there.until(lambda: there.query(f'{ANSWERED[:-1]},server="{name}"}}'))
    yield
    time.sleep(1.5 + 2 * SCRAPE_SECONDS)  # bins are paid once a second


def stepped_back(there: Prometheus) -> list[dict[str, str]]:
    """The counters that ever stood lower than before, of all that are read."""
    series = there.query(f"{COUNTERS}[5m]")
    assert len(series) > 100
    values = [(one["metric"], [float(value) for _, value in one["values"]]) for one in series]
    return [labels for labels, each in values if any(later < earlier for earlier, later in pairwise(each))]


def workers(server: servers.Server) -> list[int]:
    """The processes of its workers."""
    listed = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
    return [int(pid) for pid in listed.stdout.split()]


def kill_a_worker(server: servers.Server) -> None:
    """SIGKILL, and wait for the next one."""
    before = workers(server)
    os.kill(before[0], signal.SIGKILL)
    deadline = time.monotonic() + 20
    while len(now := workers(server)) < 2 or before[0] in now:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_steps_back_when_workers_are_killed(there: Prometheus, folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as public:
        server = start(folder, tmp_path, "one", public)
        try:
            with read(there, server, "one"), servers.Load(public.getsockname()[1], HOUSE, clients=4) as load:
                for _ in range(4):
                    time.sleep(1)
                    kill_a_worker(server)
                time.sleep(1)
            back = stepped_back(there)
            counted = there.value(f"sum({ANSWERED})")
            exits = there.value("model_worker_exits_total")
            rose = there.value("sum(increase(model_worker_exits_total[5m]))")
            there.until(lambda: there.query("model:restarts:increase15m > 2.5"))  # at the next turn of the rules
        finally:
            finish(server)
    print(f"\n{load.outcomes}, {counted:.0f} counted, {exits:.0f} workers ended (increase() says {rose:.2f})")
    assert back == []
    assert exits == 4
    assert load.outcomes["answered"] > 100
    # A request whose worker is killed after it was counted reaches nobody; one that was answered was always counted.
    assert load.outcomes["answered"] <= counted <= load.outcomes["sent"]
    assert rose == pytest.approx(4, rel=0.2)


def test_increase_adds_up_over_restarts_and_releases(there: Prometheus, folder: Path, tmp_path: Path) -> None:
    """Three servers, one after the other, as Prometheus reads them: each begins at zero under a name of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as public:
        sent = sum(rolled(there, folder, tmp_path, name, public) for name in ("one", "two", "three"))
        rose = there.value(f"sum(increase({ANSWERED}[5m]))")
        highest = there.value(f"sum(max_over_time({ANSWERED}[5m]))")
        back = stepped_back(there)
    print(f"\n{sent} answered, {highest:.0f} counted, increase() says {rose:.1f}")
    assert back == []
    assert highest == sent
    assert rose == pytest.approx(sent, rel=0.1)  # half a scrape at each end of each series


def rolled(there: Prometheus, folder: Path, tmp_path: Path, name: str, public: socket.socket) -> int:
    """A server's life under load, after the one before it; how many requests it answered."""
    server = start(folder, tmp_path, name, public)
    try:
        with read(there, server, name), servers.Load(public.getsockname()[1], HOUSE, clients=4) as load:
            time.sleep(4)
    finally:
        finish(server)
    assert load.outcomes["answered"] == load.outcomes["sent"] > 50
    return load.outcomes["answered"]


def test_a_server_started_anew_at_its_old_address_is_a_reset(there: Prometheus, folder: Path, tmp_path: Path) -> None:
    """A container that was restarted: the same target counts from zero, and increase() takes it as that."""
    address = ("127.0.0.1", 0)
    answered = 0
    with socket.create_server(address, backlog=128) as public:
        there.watch({f"127.0.0.1:{public.getsockname()[1]}": {"model": "price"}})
        for name in ("one", "two"):
            server = start(folder, tmp_path, name, public)
            try:
                there.until(lambda server=server: started(there) == read_start(server))
                with servers.Load(public.getsockname()[1], HOUSE, clients=4) as load:
                    time.sleep(4)
                answered += load.outcomes["answered"]
                time.sleep(1.5 + 2 * SCRAPE_SECONDS)
            finally:
                finish(server)
        resets = there.value(f"sum(resets({ANSWERED}[5m]))")
        rose = there.value(f"sum(increase({ANSWERED}[5m]))")
        restarts = there.value("changes(model_server_start_seconds[5m])")
    print(f"\n{answered} answered by both, increase() says {rose:.1f}, {resets:.0f} reset, {restarts:.0f} restart seen")
    assert (resets, restarts) == (1, 1)
    assert rose == pytest.approx(answered, rel=0.1)  # half a scrape at each end of each series


def started(there: Prometheus) -> float:
    """When the server that Prometheus reads was started."""
    found = there.query("model_server_start_seconds")
    return float(found[0]["value"][1]) if found else 0.0


def read_start(server: servers.Server) -> float:
    """When it says that it was started."""
    text = servers.ask(server.port, "GET", "/metrics")[1]
    line = next(line for line in text.splitlines() if line.startswith("model_server_start_seconds{"))
    return float(line.rpartition(" ")[2])
