"""Misbehaviour on request, so that a delivery can be seen to notice it.

MODEL_FAULTS is a comma-separated list of `slow:SECONDS`, `errors:SHARE` and `wrong:SHARE`. It is refused unless
FAULTS_ALLOWED=yes, and loud in the log and in `model_fault_active`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.release.schema import Row
from model.release.scorer import Answers
from serving.problems import StartRefused

WRONG_FACTOR = 1.5
"""What a wrong value is multiplied with."""


class FaultFailed(Exception):
    """The failure that `errors` asks for."""


@dataclass(frozen=True)
class Faults:
    """How this server misbehaves; nothing set, nothing done."""

    slow_seconds: float = 0.0
    errors_share: float = 0.0
    wrong_share: float = 0.0

    @classmethod
    def from_text(cls, text: str, allowed: bool) -> Faults:
        """Read MODEL_FAULTS; StartRefused where it is wrong or not allowed."""
        if not text:
            return cls()
        if not allowed:
            raise StartRefused(f"MODEL_FAULTS={text}: refused, faults need FAULTS_ALLOWED=yes")
        return cls(**dict(_read_fault(part) for part in text.split(",")))

    @property
    def active(self) -> Mapping[str, float]:
        """The faults that are set, by name."""
        every = {"slow": self.slow_seconds, "errors": self.errors_share, "wrong": self.wrong_share}
        return {name: amount for name, amount in every.items() if amount}

    def answer(self, scorer: Callable[[Sequence[Row]], Answers], rows: Sequence[Row]) -> Sequence[Any]:
        """What the scorer answers, with the faults applied."""
        if self.slow_seconds:
            time.sleep(self.slow_seconds)
        if self.errors_share and random.random() < self.errors_share:  # noqa: S311
            raise FaultFailed("MODEL_FAULTS asks for this failure")
        answers = scorer(rows)
        if not self.wrong_share:
            return answers
        return [_wrong(each) if random.random() < self.wrong_share else each for each in answers]  # noqa: S311


def _wrong(answer: list[float] | float) -> list[float] | float:
    # Turning the probabilities by one place makes the next label the most probable one.
    return answer * WRONG_FACTOR if isinstance(answer, float) else [answer[-1], *answer[:-1]]


def _read_fault(part: str) -> tuple[str, float]:
    names = {"slow": ("slow_seconds", 3600.0), "errors": ("errors_share", 1.0), "wrong": ("wrong_share", 1.0)}
    name, _, amount = part.strip().partition(":")
    try:
        key, greatest = names[name]
        if 0 <= float(amount) <= greatest:
            return key, float(amount)
    except (KeyError, ValueError):
        pass
    raise StartRefused(f"MODEL_FAULTS: saw {part!r}, wanted slow:SECONDS, errors:SHARE or wrong:SHARE (0 to 1)")
