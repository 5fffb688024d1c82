"""A real Prometheus of one's own: some targets, the rules of this repository, nothing kept."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.missing import require
from tests.monitoring.rules import RULES

START_SECONDS = 30.0
Series = list[dict[str, Any]]


@dataclass(frozen=True)
class Prometheus:
    """A running one, and the file in which its targets stand."""

    url: str
    targets_file: Path

    def query(self, promql: str, at: float | None = None) -> Series:
        """An instant query."""
        fields = {"query": promql, **({"time": repr(at)} if at is not None else {})}
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{urllib.parse.urlencode(fields)}") as answer:
            result: Series = json.load(answer)["data"]["result"]
        return result

    def value(self, promql: str) -> float:
        """Of a query that has exactly one answer."""
        found = self.query(promql)
        assert len(found) == 1, f"{promql}: {found}"
        return float(found[0]["value"][1])

    def watch(self, targets: dict[str, dict[str, str]]) -> None:
        """Read these addresses from now on, each with its labels."""
        groups = [{"targets": [address], "labels": labels} for address, labels in targets.items()]
        scratch = self.targets_file.with_suffix(".new")
        scratch.write_text(json.dumps(groups))
        scratch.replace(self.targets_file)

    def rounds(self, count: int = 2, seconds: float = 120.0) -> None:
        """Wait until every group of rules was evaluated so many times anew, from now on."""
        for _ in range(count):
            begun = time.time()
            self.until(lambda begun=begun: all(at > begun for at in self._evaluated()), seconds)

    def failures(self) -> list[str]:
        """What rules could not be evaluated for."""
        with urllib.request.urlopen(f"{self.url}/api/v1/rules") as answer:
            groups = json.load(answer)["data"]["groups"]
        return [
            f"{one['name']}: {one['lastError']}" for group in groups for one in group["rules"] if one.get("lastError")
        ]

    def until(self, happens: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait for something."""
        deadline = time.monotonic() + seconds
        while not happens():
            assert time.monotonic() < deadline, f"not in {seconds} s"
            time.sleep(0.2)

    def _evaluated(self) -> list[float]:
        found = self.query("prometheus_rule_group_last_evaluation_timestamp_seconds")
        return [float(one["value"][1]) for one in found]


def binary() -> str:
    """`prometheus`, from the path or from where promtool lies."""
    promtool = shutil.which("promtool")
    beside = str(Path(promtool).resolve().parent) if promtool else None
    found = shutil.which("prometheus") or (shutil.which("prometheus", path=beside) if beside else None)
    require(found is not None, "prometheus, on the path or beside promtool (Debian: prometheus)")
    assert found
    return found


@contextmanager
def prometheus(folder: Path, scrape_seconds: float, rules_seconds: float) -> Iterator[Prometheus]:
    """One that reads targets so often, and evaluates our rules so often; both only to make a test short."""
    port = free_port()
    write_rules(folder / "rules", rules_seconds)
    targets = folder / "targets.json"
    targets.write_text("[]")
    own = {"job_name": "own", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}], "scrape_interval": "500ms",
           "scrape_timeout": "500ms"}  # fmt: skip
    files = [{"files": [str(targets)], "refresh_interval": "1s"}]
    models = {"job_name": "models", "honor_labels": True, "file_sd_configs": files}
    scrape, rules = f"{int(1000 * scrape_seconds)}ms", f"{int(1000 * rules_seconds)}ms"
    timing = {"scrape_interval": scrape, "scrape_timeout": scrape, "evaluation_interval": rules}
    config = {"global": timing, "rule_files": [str(folder / "rules/*.yaml")], "scrape_configs": [own, models]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [binary(), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
               f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]  # fmt: skip
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            there = Prometheus(f"http://127.0.0.1:{port}", targets)
            there.until(lambda: answers(there.url) or died(process, folder / "log"), START_SECONDS)
            yield there
        finally:
            process.terminate()


def write_rules(folder: Path, seconds: float) -> None:
    """Our rule files; only how often a group is evaluated differs."""
    folder.mkdir()
    for path in RULES:
        document = yaml.safe_load(path.read_text())
        for group in document["groups"]:
            group["interval"] = f"{int(1000 * seconds)}ms"
        (folder / path.name).write_text(yaml.safe_dump(document))


def answers(url: str) -> bool:
    """Whether it is ready."""
    try:
        with urllib.request.urlopen(f"{url}/-/ready") as answer:
            return answer.status == 200
    except OSError:
        return False


def died(process: subprocess.Popen[bytes], log: Path) -> bool:
    """Never true: an assertion with its last words."""
    assert process.poll() is None, log.read_text()
    return False


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Pages:
    """A target whose metrics are whatever text stands in `text`."""

    def __init__(self) -> None:
        self.text = b""
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = pages.text
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Pages:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
