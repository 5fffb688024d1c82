"""Constant load: clients that never retry, half of them on kept-alive and half on fresh connections."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def load(
    url: str, clients: int = 8, method: str = "GET", path: str = "/healthz", body: str | None = None
) -> Iterator[Counter[str]]:
    """Ask until the block ends; the counter then holds sent, answered, failed (a status but 200), reset, and why."""
    counts: Counter[str] = Counter(sent=0, answered=0, failed=0, reset=0)
    lock, over = threading.Lock(), threading.Event()
    question = (method, path, body, {"Content-Type": "application/json"} if body else {})

    def ask(keeps_alive: bool) -> None:
        connection = None
        while not over.is_set():
            connection = connection or http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
            outcome, reason = _once(connection, question, keeps_alive)
            with lock:
                counts.update(["sent", outcome] + ([reason] if reason else []))
            if not keeps_alive or connection.sock is None or outcome == "reset":
                connection.close()
                connection = None
        if connection:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number % 2 == 0,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _once(connection: http.client.HTTPConnection, question: tuple, keeps_alive: bool) -> tuple[str, str]:
    method, path, body, headers = question
    try:
        connection.request(method, path, body, headers | ({} if keeps_alive else {"Connection": "close"}))
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as problem:
        return "reset", repr(problem)
    return ("answered", "") if answer.status == 200 else ("failed", str(answer.status))
