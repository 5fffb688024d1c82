"""What stands where Jenkins does: takes Alertmanager's webhook by its token, and runs the job's command on it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.e2e.images import ROOT

WHO = "jenkins-respond-1"
COMMAND = (
    "import sys, pathlib; from delivery.running import main; sys.exit(main(sys.argv[2:], pathlib.Path(sys.argv[1])))"
)
"""`python -m delivery`, which `make respond` calls, for a project that lies elsewhere."""


@dataclass(frozen=True)
class Call:
    """One document of Alertmanager's, and when it came."""

    at: float
    document: dict[str, Any]


@dataclass
class RespondJob:
    """The job `respond`: one document after the other, as `disableConcurrentBuilds` has it."""

    root: Path
    token: str
    kubeconfig: str
    calls: list[Call] = field(default_factory=list)
    refused: int = 0
    said: list[tuple[int, str]] = field(default_factory=list)
    """Exit code and words of every run."""
    _waiting: queue.Queue[bytes | None] = field(default_factory=queue.Queue)

    def take(self, authorization: str | None, body: bytes) -> int:
        """The answer's status."""
        if authorization != f"Bearer {self.token}":
            self.refused += 1
            return 401
        self.calls.append(Call(time.time(), json.loads(body)))
        self._waiting.put(body)
        return 200

    def work(self) -> None:
        """Until `None` comes."""
        while (body := self._waiting.get()) is not None:
            path = self.root / "build" / "alert.json"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(body)
            words = [sys.executable, "-c", COMMAND, str(self.root), "--environment", "here", "respond", str(path)]
            more = {"KUBECONFIG": self.kubeconfig, "DELIVERY_WHO": WHO}
            done = subprocess.run(
                words, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=False
            )
            self.said.append((done.returncode, (done.stdout + done.stderr).strip()))

    def end(self) -> None:
        """No further document."""
        self._waiting.put(None)

    def first(self, alert: str, release: str) -> tuple[float, dict[str, Any]] | None:
        """When this firing alert about a release came for the first time, and its labels and annotations."""
        for call in self.calls:
            for one in call.document["alerts"]:
                labels = one["labels"]
                about = (one["status"], labels["alertname"], labels.get("release"))
                if about == ("firing", alert, release):
                    return call.at, one
        return None


@contextmanager
def listening(job: RespondJob, host: str) -> Iterator[str]:
    """The job's address, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(job.take(self.headers["Authorization"], body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer((host, 0), Handler)
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=job.work)]
    for thread in threads:
        thread.start()
    try:
        yield f"http://{host}:{server.server_port}/generic-webhook-trigger/invoke"
    finally:
        job.end()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
