"""Scorers made of scorers: the weighted mean of members, and a regression of a transformed target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from model.release.explaining import Contribution
from model.release.numerics import FUNCTIONS, add_up
from model.release.reading import Case, Row

MEAN = "mean "


class Part(Protocol):
    """What a family is made of; a scorer holds a tree of them."""

    exact: bool
    scale: str
    members: dict[str, Any]

    def score(self, case: Case) -> list[float]:
        """Probabilities, or one value."""

    def contributions(self, case: Case, reference: Row) -> list[Contribution]:
        """Contributions on `scale`; only where `exact`."""


class Vote:
    """The weighted mean of the members' answers. What they read of a text they share.

    Its contributions are the weighted mean of the members' contributions, each on the member's own additive scale: they
    add up exactly to the mean of the members' scores (such as the mean log-odds), not to the log-odds of the vote's own
    answer. They exist only where every member is linear and on the same scale.
    """

    def __init__(self, weights: list[float], members: dict[str, Part]) -> None:
        total = add_up(weights)
        self._members = [(member, weight) for member, weight in zip(members.values(), weights, strict=True)]
        self._total = total
        self.members = members
        self._even = len(set(weights)) == 1
        scales = {member.scale.removeprefix(MEAN) for member in members.values()}
        self.exact = len(scales) == 1 and all(member.exact for member in members.values())
        self.scale = MEAN + min(scales)

    def score(self, case: Case) -> list[float]:
        """The weighted mean of the members' probabilities, or values."""
        answers = [member.score(case) for member, _ in self._members]
        if self._even:
            return [add_up(column) / len(answers) for column in zip(*answers, strict=True)]
        weighted = [[value * weight for value in a] for a, (_, weight) in zip(answers, self._members, strict=True)]
        return [add_up(column) / self._total for column in zip(*weighted, strict=True)]

    def contributions(self, case: Case, reference: Row) -> list[Contribution]:
        """The weighted mean of the members' contributions."""
        sums: dict[str, Contribution] = {}
        for member, weight in self._members:
            for feature, value, amount in member.contributions(case, reference):
                before = sums[feature].amount if feature in sums else 0.0
                sums[feature] = Contribution(feature, value, before + amount * weight / self._total)
        return list(sums.values())


class Transformed:
    """A regression whose target was transformed for learning: its answer is transformed back."""

    def __init__(self, inverse: str, part: Part) -> None:
        self._inverse: Callable[[float], float] = FUNCTIONS[inverse]
        self._part = part
        self.members = {name: Transformed(inverse, member) for name, member in part.members.items()}
        self.exact = part.exact
        self.scale = f"{part.scale} before {inverse} is taken of it"

    def score(self, case: Case) -> list[float]:
        """One value, in the unit of the target."""
        return [self._inverse(self._part.score(case)[0])]

    def contributions(self, case: Case, reference: Row) -> list[Contribution]:
        """Those of the regression inside, on the scale of the transformed target."""
        return self._part.contributions(case, reference)
