"""What pushed an answer, by how much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from model.release.columns import Value


class Contribution(NamedTuple):
    """One feature's share in an answer: a field, or a word or n-gram of a text with how often it stands there."""

    feature: str
    value: Value
    amount: float


def largest_first(contributions: Iterable[Contribution]) -> list[Contribution]:
    """Those that moved the answer, the strongest first; by name where they are equal."""
    return sorted((each for each in contributions if each.amount), key=lambda each: (-abs(each.amount), each.feature))
