"""A load of POST requests over kept connections: wrk where it is installed, else plain sockets in processes."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True)
class Load:
    """What one round of load saw; times in seconds."""

    requests: int
    seconds: float
    p50_seconds: float
    p99_seconds: float
    errors: int

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return self.requests / self.seconds


def client() -> str:
    """Which client will be used, for the record."""
    return "wrk" if shutil.which("wrk") else "sockets"


def press(url: str, bodies: Path, clients: int, seconds: float) -> Load:
    """Press `url` with that many kept connections; an answer other than 200 is an error."""
    return (_wrk if client() == "wrk" else _sockets)(url, bodies, clients, seconds)


def _wrk(url: str, bodies: Path, clients: int, seconds: float) -> Load:
    command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT), url]
    environment = {**os.environ, "BODIES": str(bodies)}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    line = next(line for line in printed.splitlines() if line.startswith("RESULT "))
    requests, took, p50, p99, errors = (int(word) for word in line.split()[1:])
    return Load(requests, took / 1e6, p50 / 1e6, p99 / 1e6, errors)


def _sockets(url: str, bodies: Path, clients: int, seconds: float) -> Load:
    """One process for every eight connections, a thread of control each; slower than wrk, the same for both sides."""
    with multiprocessing.get_context("spawn").Pool(clients) as pool:
        jobs = [pool.apply_async(_one_connection, (url, bodies, seconds)) for _ in range(clients)]
        found = [job.get() for job in jobs]
    times = sorted(each for latencies, _ in found for each in latencies)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    return Load(len(times), seconds, statistics.median(times), p99, sum(errors for _, errors in found))


def _one_connection(url: str, bodies: Path, seconds: float) -> tuple[list[float], int]:
    parts = urlsplit(url)
    requests = [_request(parts.netloc, parts.path, line) for line in bodies.read_bytes().splitlines()]
    latencies, errors, stop = [], 0, time.perf_counter() + seconds
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        while time.perf_counter() < stop:
            started = time.perf_counter()
            connection.sendall(requests[len(latencies) % len(requests)])
            errors += not _answer(connection).startswith(b"HTTP/1.1 200")
            latencies.append(time.perf_counter() - started)
    return latencies, errors


def _request(host: str, path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _answer(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    missing = int(length.split(b":")[1]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return received
