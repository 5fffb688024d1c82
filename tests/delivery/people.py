"""People's traffic: reviews and, a moment later, what was right."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import urllib3

from tests.delivery.tiny import cases

PAUSE_SECONDS = 0.002
HEADERS = {"Connection": "close"}
"""One that is left open would be waited for when its server drains."""


@contextmanager
def people(url: str) -> Iterator[Counter[str]]:
    """Ask until the block ends; how many requests were answered how, by status."""
    counts: Counter[str] = Counter()
    over = threading.Event()

    def ask() -> None:
        with urllib3.PoolManager(retries=False, timeout=10) as pool:
            while not over.is_set():
                for case in cases(100):
                    answer = pool.request(
                        "POST", f"{url}/predict", json={"instances": [case.instance]}, headers=HEADERS
                    )
                    counts[str(answer.status)] += 1
                    if answer.status == 200:
                        entry = {"id": answer.json()["predictions"][0]["id"], "actual": case.actual}
                        pool.request("POST", f"{url}/feedback", json={"feedback": [entry]}, headers=HEADERS)
                    if over.is_set():
                        return
                    time.sleep(PAUSE_SECONDS)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield counts
    finally:
        over.set()
        thread.join()
