"""People who ask a model through its Service, over a new connection every time, and who tell the truth late."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from delivery.replaying import Case

TOLD_AT_ONCE = 20
PAUSE_SECONDS = 0.02
SLOW_SECONDS = 1.0
"""An answer that took longer is counted as slow."""


@dataclass
class People:
    """What they asked and told; by release what was answered."""

    host: str
    cases: Sequence[Case]
    late_seconds: float
    outcomes: Counter[str] = field(default_factory=Counter)
    releases: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    first_at: dict[str, float] = field(default_factory=dict)
    """When each release answered for the first time."""
    _untold: deque[tuple[float, dict[str, Any]]] = field(default_factory=deque)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask_until_over(self, offset: int) -> None:
        """One person's requests."""
        for number in range(offset, 1_000_000):
            if self._over.is_set():
                return
            case, begun = self.cases[number % len(self.cases)], time.monotonic()
            status, release, document = self._post("/predict", {"instances": [case.instance]})
            with self._lock:
                self.outcomes.update(["sent", "answered" if status == 200 else "lost"])
                self.outcomes["slow"] += status == 200 and time.monotonic() - begun > SLOW_SECONDS
                if status == 200:
                    self._note(case, release, document["predictions"][0])
            time.sleep(PAUSE_SECONDS)

    def _note(self, case: Case, release: str, prediction: dict[str, Any]) -> None:
        self.releases[release] += 1
        self.first_at.setdefault(release, time.monotonic())
        self.wrong[release] += prediction["label"] != case.actual
        self._untold.append((time.monotonic(), {"id": prediction["id"], "actual": case.actual}))

    def tell_until_over(self) -> None:
        """The truth of each answer, some seconds after it, to whichever pod takes it."""
        while not self._over.wait(0.5):
            told = []
            while self._untold and self._untold[0][0] + self.late_seconds < time.monotonic():
                told.append(self._untold.popleft()[1])
            for start in range(0, len(told), TOLD_AT_ONCE):
                batch = told[start : start + TOLD_AT_ONCE]
                status, _, _ = self._post("/feedback", {"feedback": batch})
                self.outcomes["told" if status == 202 else "untold"] += len(batch)

    def _post(self, path: str, document: Any) -> tuple[int, str, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            body, headers = json.dumps(document), {"Content-Type": "application/json", "Connection": "close"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Release", ""), json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return 0, "", None
        finally:
            connection.close()


@contextmanager
def people(url: str, cases: Sequence[Case], late_seconds: float = 2.0, count: int = 4) -> Iterator[People]:
    """They ask until the block ends."""
    crowd = People(url.removeprefix("http://"), cases, late_seconds)
    threads = [threading.Thread(target=crowd.ask_until_over, args=(97 * number,)) for number in range(count)]
    threads.append(threading.Thread(target=crowd.tell_until_over))
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd._over.set()
        for thread in threads:
            thread.join()
