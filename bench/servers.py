"""The two servers of a benchmark, each in an environment of its own, and what they cost the machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS = 2
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
MEBIBYTE = 1024**2


@dataclass(frozen=True)
class Server:
    """How to start one side; `{port}` in the command becomes the port."""

    name: str
    python: Path
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Running:
    """A started server: its address, its first process, and how long it took to be ready."""

    url: str
    pid: int
    ready_seconds: float

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        return sum(_ticks(pid) for pid in _family(self.pid)) / TICKS_A_SECOND

    def memory_mib(self) -> float:
        """Proportional set size of all its processes: shared pages count by their share."""
        return sum(_pss_kib(pid) for pid in _family(self.pid)) / 1024


@contextmanager
def run(server: Server) -> Iterator[Running]:
    """Start a server, wait until it is ready, stop it afterwards."""
    port = _free_port()
    command = [str(server.python), *(word.format(port=port) for word in server.command)]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **server.environment}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=server.folder, env=environment, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    try:
        _wait_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield Running(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def make_environment(folder: Path, lock: Path) -> Path:
    """A virtual environment with what the lock names and nothing else, made once; returns its python."""
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)], check=True)
        # The servers write no byte code themselves: without it every start would compile its packages anew.
        install = ["pip", "install", "-q", "--compile-bytecode", "--python", str(python)]
        subprocess.run([*uv, *install, "--require-hashes", "-r", str(lock)], check=True)
        done.write_bytes(lock.read_bytes())
    return python


def size_mib(folder: Path) -> float:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / MEBIBYTE


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(url: str, process: subprocess.Popen[bytes], patience_seconds: float = 60) -> None:
    stop = time.perf_counter() + patience_seconds
    while time.perf_counter() < stop:
        if process.poll() is not None:
            raise RuntimeError(f"{url}: the server ended with {process.returncode} before it was ready")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise TimeoutError(f"{url}: not ready after {patience_seconds:.0f} s")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _pss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Pss:")))
