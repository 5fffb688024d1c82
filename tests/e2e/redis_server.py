"""A real Redis of a test's own: with a password, and with a log on disk that outlives a kill."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.missing import require

PASSWORD = "a password for tests only"
START_SECONDS = 10.0


@dataclass
class Redis:
    """A server that can be killed, frozen and brought back, always on the same port with the same data."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """As FEEDBACK_STORE has it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        words += ["--appendonly", "yes", "--appendfsync", "always", "--requirepass", PASSWORD]
        self.process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while self.ask("PING") != "PONG":
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.05)

    def ask(self, *words: str) -> str:
        """What redis-cli prints."""
        command = ["redis-cli", "-p", str(self.port), "--no-auth-warning", "-a", PASSWORD, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip()

    def keys(self, pattern: str) -> list[str]:
        """The keys that match."""
        return self.ask("--scan", "--pattern", pattern).split()

    def kill(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def signal(self, number: int) -> None:
        """SIGSTOP freezes it, SIGCONT lets it go on."""
        assert self.process is not None
        self.process.send_signal(number)


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    """A Redis on a free port, with its data in the folder."""
    require(shutil.which("redis-server") is not None, "redis-server (apt-get install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    server = Redis(folder, port)
    try:
        server.start()
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.signal(signal.SIGCONT)
            server.kill()
