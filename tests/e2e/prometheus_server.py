"""A real Prometheus of a test's own, with the rules of monitoring/rules."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.missing import require
from tests.monitoring.rules import RULES

READY_SECONDS = 60.0
SCRAPE_SECONDS = 1
EVERY = ["kubectl", "get", "prometheuses.monitoring.coreos.com", "--all-namespaces"]


@dataclass(frozen=True)
class Prometheus:
    """Its address, and its API."""

    url: str

    def instant(self, query: str, at: float | None = None) -> list[dict[str, Any]]:
        """The series of a query now, or at a moment."""
        return self._ask("query", query=query, **({"time": at} if at else {}))["result"]

    def ranged(self, query: str, start: float, end: float, points: int = 150) -> list[dict[str, Any]]:
        """The series of a query over time."""
        step = max((end - start) / points, 1.0)
        return self._ask("query_range", query=query, start=start, end=end, step=step)["result"]

    def label_values(self, selector: str, label: str) -> list[str]:
        """What Grafana offers for a variable."""
        return self._ask(f"label/{label}/values", **{"match[]": selector})

    def up(self) -> int:
        """How many targets it reads."""
        return sum(int(each["value"][1]) for each in self.instant("up"))

    def rules(self) -> list[dict[str, Any]]:
        """All rules, as it has loaded them."""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def _ask(self, what: str, **fields: Any) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/v1/{what}?{urllib.parse.urlencode(fields)}", timeout=20) as answer:
            return json.load(answer)["data"]


Targets = Mapping[str, Sequence[tuple[int, str]]]
"""The servers of each model: port and release."""


@contextmanager
def prometheus(folder: Path) -> Iterator[Prometheus]:
    """Reads once a second what `retarget` writes into the folder."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration(folder)))
    words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "log").open("wb") as log:
        command = [*program(folder), *words, f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    server = Prometheus(f"http://127.0.0.1:{port}")
    try:
        wait_ready(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def program(folder: Path) -> list[str]:
    """Debian's own, or the image of the cluster's Prometheus, whose operator can say which that is."""
    if shutil.which("prometheus"):
        return ["prometheus"]
    require(bool(os.environ.get("KUBECONFIG")) and shutil.which("docker") is not None, "prometheus, or a cluster's")
    said = subprocess.run([*EVERY, "--output=jsonpath={.items[0].spec.image}"], capture_output=True, text=True)
    require(said.returncode == 0 and bool(said.stdout), "a Prometheus in the cluster")
    user = f"{os.getuid()}:{os.getgid()}"
    return ["docker", "run", "--rm", "--network=host", f"--user={user}", f"--volume={folder}:{folder}",
            "--entrypoint=prometheus", said.stdout]  # fmt: skip


def configuration(folder: Path) -> dict[str, Any]:
    """Every second instead of every thirty; all else as it stands in monitoring/."""
    for path in RULES:
        document = yaml.safe_load(path.read_text())
        for group in document["groups"]:
            group["interval"] = "2s"
        (folder / path.name).write_text(yaml.safe_dump(document, sort_keys=False, width=1000))
    every = {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": "2s"}
    found = [{"files": [f"{folder}/targets.json"], "refresh_interval": "1s"}]
    jobs = [{"job_name": "models", "honor_labels": True, "file_sd_configs": found}]
    return {"global": every, "rule_files": [f"{folder}/{path.name}" for path in RULES], "scrape_configs": jobs}


def retarget(folder: Path, targets: Targets, namespace: str) -> None:
    """From now on these servers, with the labels that a ServiceMonitor gives them."""
    found = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"namespace": namespace, "model": model, "release": release}}
        for model, servers in targets.items() for port, release in servers
    ]  # fmt: skip
    arriving = folder / "arriving"
    arriving.write_text(json.dumps(found))
    arriving.replace(folder / "targets.json")


def wait_ready(server: Prometheus, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers queries."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            server.instant("vector(1)")
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
