"""Counting drift bins cheaply: one count a feature and request, without one memory-mapped write each.

A row of thirty features would cost thirty writes into the shared counters. Instead each process counts in a dict and
pays in the sums once a second (the worker's loop), at its own scrape, and when it exits. So a scrape is right over all
workers within a second, exactly right once they are idle for one, and no counter ever steps back. A worker that is
killed with SIGKILL loses the bins of its last second, and nothing else.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable

Bin = tuple[str, str]
"""A feature and the name of one of its bins."""

Pay = Callable[[str, Bin, int], None]
"""(traffic, bin, how many more)."""


class BinCounts:
    """Bins counted in this process and not yet paid into the shared counters."""

    def __init__(self, pay: Pay) -> None:
        self._pay = pay
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[Bin]] = {}

    def add(self, traffic: str, bins: Iterable[Bin]) -> None:
        """Count one for each bin."""
        # The list is made before the lock is taken: finding the bins is the longer part.
        found = list(bins)
        with self._lock:
            self._counts.setdefault(traffic, Counter()).update(found)

    def flush(self) -> None:
        """Pay everything counted so far."""
        with self._lock:
            counts, self._counts = self._counts, {}
        for traffic, bins in counts.items():
            for name, count in bins.items():
                self._pay(traffic, name, count)
