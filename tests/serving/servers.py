"""Real gunicorn processes on sockets that the test holds, as the keeper of a delivery does, and clients for them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KEY = "a key for tests only"
CONFIG = "serving/gunicorn.conf.py"
START_SECONDS = 20.0
PAUSE_SECONDS = 0.01
"""Between two requests of one client: without any, eight of them leave no processor for the servers to start on."""


@dataclass
class Server:
    """A running server with its private socket."""

    process: subprocess.Popen[bytes]
    private: socket.socket
    log: Path

    @property
    def port(self) -> int:
        port: int = self.private.getsockname()[1]
        return port

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def environment(release: Path, **settings: str) -> dict[str, str]:
    """The environment of a server: nothing of the test's own but what Python needs."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(release),
        "SIGNING_KEY": KEY,
        "DRAIN_SECONDS": "0.3",
        **settings,
    }


def command(*binds: socket.socket, config: str = CONFIG) -> list[str]:
    """gunicorn as a delivery starts it."""
    sockets = [word for each in binds for word in ("--bind", f"fd://{each.fileno()}")]
    return [sys.executable, "-B", "-m", "gunicorn", "--config", config, *sockets]


def start(
    release: Path, log: Path, public: socket.socket | None = None, config: str = CONFIG, **settings: str
) -> Server:
    """Start a server and wait until it is ready."""
    private = socket.create_server(("127.0.0.1", 0), backlog=128)
    sockets = [private, *([public] if public else [])]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command(*sockets, config=config), cwd=release, env=environment(release, **settings),
            stdout=file, stderr=file, pass_fds=[each.fileno() for each in sockets],
        )  # fmt: skip
    server = Server(process, private, log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        # The socket listens already, so the first question waits until the server is there.
        if ask(server.port, "GET", "/readyz")[0] == 200:
            return server
    process.kill()
    raise AssertionError(f"not ready: {log.read_text()}")


@contextmanager
def serving(release: Path, log: Path, **settings: str) -> Iterator[Server]:
    """A ready server, stopped at the end."""
    server = start(release, log, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
        server.private.close()


def ask(
    port: int, method: str, path: str, document: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    body = None if document is None else json.dumps(document)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@dataclass
class Load:
    """Clients that ask all the time and without retry, half of them on kept-alive connections."""

    port: int
    instance: dict[str, Any]
    clients: int = 8
    outcomes: Counter[str] = field(default_factory=Counter)
    releases: Counter[str] = field(default_factory=Counter)
    _running: bool = True
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._ask, args=(n % 2 == 0,)) for n in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running = False
        for thread in self._threads:
            thread.join()

    def _ask(self, keep_alive: bool) -> None:
        body = json.dumps({"instances": [self.instance]})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        while self._running:
            self.outcomes["sent"] += 1
            try:
                connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                response.read()
                self.outcomes["answered" if response.status == 200 else "failed"] += 1
                self.releases[response.headers["Release"]] += 1
            except (ConnectionError, http.client.IncompleteRead):  # killed in the middle of an answer
                self.outcomes["reset"] += 1
                connection.close()
            if not keep_alive:
                connection.close()
            time.sleep(PAUSE_SECONDS)
        connection.close()
