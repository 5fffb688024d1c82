"""Real gunicorn processes: what is right over several workers, and what is lost when one release follows another."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from prometheus_client.parser import text_string_to_metric_families

HOUSE = {"area": 1400, "rooms": 6, "zone": "RL"}
POST = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def servers() -> ModuleType:
    import sys

    return sys.modules["servers"]


@pytest.fixture
def public() -> Iterator[socket.socket]:
    """The listening socket that outlives the servers, as a delivery's keeper holds it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener


def counted(text: str, name: str, **labels: str) -> float:
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


def test_counts_are_exact_over_the_workers(servers: ModuleType, table_release: Path, tmp_path: Path) -> None:
    with servers.serving(
        table_release, tmp_path / "log", FEEDBACK_STORE=str(tmp_path / "f.sqlite3"), WORKERS="3"
    ) as server:
        ids = _predict_everywhere(servers, server.port, requests=60, rows=5)
        results = _tell_everywhere(servers, server.port, ids)
        time.sleep(1.2)  # each worker pays its bins once a second
        metrics = servers.ask(server.port, "GET", "/metrics")[1]
        processes = len(_workers(server.process.pid))
    assert processes == 3
    assert results == {"matched": 300, "repeated": 300, "unknown": 30, "expired": 0}
    assert counted(metrics, "http_requests_total", route="/predict", status="200") == 60
    for feature in ("area", "rooms", "zone", "score"):
        assert counted(metrics, "model_feature_bin_total", feature=feature) == 300
    assert counted(metrics, "model_predictions_total") == 300
    assert counted(metrics, "model_processing_seconds_count") == 60
    assert counted(metrics, "model_feedback_total", result="matched") == 300
    assert counted(metrics, "model_feedback_total", result="repeated") == 300
    assert counted(metrics, "model_release_info") == 1
    assert counted(metrics, "model_server_threads") == 12
    assert time.time() - 600 < counted(metrics, "model_server_start_seconds") < time.time()
    assert counted(metrics, "model_feature_reference_share", feature="area") == pytest.approx(1.0)


def _predict_everywhere(servers: ModuleType, port: int, requests: int, rows: int) -> list[str]:
    def predict(_: int) -> list[str]:
        status, body = servers.ask(port, "POST", "/predict", {"instances": [HOUSE] * rows})
        assert status == 200
        return [each["id"] for each in json.loads(body)["predictions"]]

    with ThreadPoolExecutor(8) as pool:
        return [token for ids in pool.map(predict, range(requests)) for token in ids]


def _tell_everywhere(servers: ModuleType, port: int, ids: list[str]) -> dict[str, int]:
    """Tell every id twice and thirty forged ones, in an order that sends both copies to whatever worker is free."""
    entries = [{"id": token, "actual": 90_000} for token in [*ids, *(f"forged{n}" for n in range(30)), *ids]]
    batches = [entries[start::21] for start in range(21)]

    def tell(batch: list[dict[str, object]]) -> dict[str, int]:
        status, body = servers.ask(port, "POST", "/feedback", {"feedback": batch})
        assert status == 202
        counted: dict[str, int] = json.loads(body)
        return counted

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tell, batches))
    return {name: sum(answer[name] for answer in answers) for name in answers[0]}


def _workers(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_killed_worker_takes_no_counter_back(servers: ModuleType, table_release: Path, tmp_path: Path) -> None:
    with servers.serving(table_release, tmp_path / "log") as server:
        _predict_everywhere(servers, server.port, requests=40, rows=1)
        time.sleep(1.2)
        for pid in _workers(server.process.pid):
            os.kill(pid, signal.SIGKILL)
        metrics = servers.ask(server.port, "GET", "/metrics")[1]
    assert counted(metrics, "http_requests_total", route="/predict", status="200") == 40
    assert counted(metrics, "model_feature_bin_total", feature="score") == 40


def test_a_worker_that_leaves_pays_what_it_holds(servers: ModuleType, table_release: Path, tmp_path: Path) -> None:
    with servers.serving(table_release, tmp_path / "log", WORKERS="1") as server:
        [leaving] = _workers(server.process.pid)
        servers.ask(server.port, "POST", "/predict", {"instances": [HOUSE] * 7})
        os.kill(leaving, signal.SIGTERM)
        while _workers(server.process.pid) in ([leaving], []):
            time.sleep(0.05)
        metrics = servers.ask(server.port, "GET", "/metrics")[1]
    assert counted(metrics, "model_feature_bin_total", feature="area") == 7
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_one_release_follows_another_without_losing_a_request(
    servers: ModuleType, table_release: Path, tmp_path: Path, public: socket.socket
) -> None:
    old = servers.start(table_release, tmp_path / "0.log", public)
    codes = []
    with servers.Load(public.getsockname()[1], HOUSE) as load:
        for swap in range(2):
            new = servers.start(table_release, tmp_path / f"{swap + 1}.log", public)
            old.private.close()
            codes.append(old.stop())
            old = new
        time.sleep(0.2)
    codes.append(old.stop())
    old.private.close()
    assert codes == [0, 0, 0]
    assert load.outcomes["sent"] == load.outcomes["answered"] > 100
    assert set(load.outcomes) == {"sent", "answered"}


def test_draining_fails_readiness_first_and_answers_kept_connections_to_the_end(
    servers: ModuleType, table_release: Path, tmp_path: Path
) -> None:
    with servers.serving(table_release, tmp_path / "log", DRAIN_SECONDS="1", WORKERS="1") as server:
        kept = http.client.HTTPConnection("127.0.0.1", server.port)
        kept.request("GET", "/healthz")
        assert kept.getresponse().read()
        server.process.terminate()
        time.sleep(0.3)
        assert servers.ask(server.port, "GET", "/readyz")[0] == 503
        assert servers.ask(server.port, "POST", "/predict", {"instances": [HOUSE]})[0] == 200
        kept.request("POST", "/predict", json.dumps({"instances": [HOUSE]}), POST)
        last = kept.getresponse()
        assert (last.status, last.headers["Connection"]) == (200, "close")
        last.read()
        assert server.process.wait(timeout=10) == 0


def test_a_client_that_does_not_close_keeps_nobody_waiting(
    servers: ModuleType, table_release: Path, tmp_path: Path
) -> None:
    with (
        servers.serving(table_release, tmp_path / "log", WORKERS="1") as server,
        socket.create_connection(("127.0.0.1", server.port)) as lazy,
    ):
        lazy.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while lazy.recv(4096):
            pass
        finished = threading.Event()
        asking = threading.Thread(target=lambda: (servers.ask(server.port, "GET", "/healthz"), finished.set()))
        asking.start()
        # gunicorn's own worker would wait two seconds for the lazy client to close first.
        assert finished.wait(1.5)
        asking.join()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"MODEL_FAULTS": "errors:1"}, "Error: MODEL_FAULTS=errors:1: refused, faults need FAULTS_ALLOWED=yes"),
        ({"SIGNING_KEY": ""}, "Error: SIGNING_KEY is not set"),
    ],
)
def test_a_refused_start_says_why_exits_1_and_leaves_nothing(
    servers: ModuleType, table_release: Path, tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    settings = settings | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = subprocess.run(
            servers.command(listener), cwd=table_release, env=servers.environment(table_release, **settings),
            pass_fds=[listener.fileno()], capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


SLOW_START = """
exec(open("serving/gunicorn.conf.py").read())

def post_fork(server, worker):
    import time
    time.sleep(1.0 if worker.age == 2 else 0.0)
"""


def test_a_worker_stopped_before_it_has_started_stops(servers: ModuleType, table_release: Path, tmp_path: Path) -> None:
    config = tmp_path / "slow.py"
    config.write_text(SLOW_START)
    # Ready means that the first worker answers; the second is still on its way when SIGTERM comes.
    server = servers.start(table_release, tmp_path / "log", config=str(config), DRAIN_SECONDS="0")
    time.sleep(0.3)
    # gunicorn's own worker would lose the signal, answer on, and be killed after the graceful timeout of 30 seconds.
    assert server.stop() == 0
    server.private.close()


def test_nothing_is_written_into_the_release(servers: ModuleType, table_release: Path, tmp_path: Path) -> None:
    before = sorted(table_release.rglob("*"))
    with servers.serving(table_release, tmp_path / "log") as server:
        assert servers.ask(server.port, "POST", "/predict", {"instances": [HOUSE]})[0] == 200
    assert sorted(table_release.rglob("*")) == before
    assert not Path("/dev/shm", f"metrics-{server.process.pid}").exists()
