"""Decision trees and sums or means of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from typing import Any

from model.release.bitmasks import MOST_LEAVES, MaskedTrees
from model.release.columns import Value, program
from model.release.explaining import Contribution
from model.release.numerics import LINKS
from model.release.reading import Case, Reader, Row

TREES_A_BLOCK = 1000
"""Masks grow with the square of the trees that share them."""


def nested(tree: dict[str, Any]) -> Any:
    """A tree as nested tuples (input, threshold or frozenset of codes, yes, no); a leaf is what it answers.

    A document lists a tree's nodes depth first: the yes-branch follows its node, `right` says where the no-branch
    starts, `feature` -1 marks a leaf and `number` holds what it answers, the threshold, or the codes.
    """
    nodes: list[Any] = [None] * len(tree["feature"])
    for at in range(len(nodes) - 1, -1, -1):
        feature, number, right = tree["feature"][at], tree["number"][at], tree["right"][at]
        if feature < 0:
            nodes[at] = number
        else:
            test = frozenset(number) if isinstance(number, list) else number
            nodes[at] = (feature, test, nodes[at + 1], nodes[right])
    return nodes[0]


def walk(node: Any, values: list[float]) -> Any:
    """What the leaf answers that the values lead to."""
    while node.__class__ is tuple:
        feature, test, yes, no = node
        if test.__class__ is float:
            node = yes if values[feature] <= test else no
        else:
            node = yes if values[feature] in test else no
    return node


class WalkedTrees:
    """Trees of any size that answer numbers, walked one by one."""

    def __init__(self, trees: list[Any]) -> None:
        self._trees = trees

    def total(self, values: list[float], start: float) -> float:
        """The sum of their answers, in order, from `start`."""
        for tree in self._trees:
            start += walk(tree, values)
        return start


class Trees:
    """Baseline plus the sum of the trees, divided by a divisor, linked. Of each input the trees see two values.

    The second half of the values repeats the inputs with -infinity where one is missing: a node that sends missing
    values left asks there. In the first half a missing value is NaN, which fails every comparison and goes right.
    """

    exact = False
    scale = ""

    def __init__(self, document: dict[str, Any], readers: list[Reader]) -> None:
        self._inputs = [(each["field"], _reader(each["steps"])) for each in document["inputs"]]
        self._baseline: list[float] = document["baseline"]
        self._divisor: float = document["divisor"]
        self._link = LINKS[document["link"]]
        trees = [(tree["output"], nested(tree)) for tree in document["trees"]]
        self._whole = [tree for output, tree in trees if output is None]
        """Trees that answer for all outputs at once, with a list."""
        self._sums = [
            _blocks([tree for output, tree in trees if output == place], len(self._inputs))
            for place in range(len(self._baseline))
        ]
        self.members: dict[str, Any] = {}

    def score(self, case: Case) -> list[float]:
        """Probabilities, or one value."""
        values = self._values(case.row)
        totals = list(self._baseline)
        for tree in self._whole:
            totals = [a + b for a, b in zip(totals, walk(tree, values), strict=True)]
        for place, blocks in enumerate(self._sums):
            for block in blocks:
                totals[place] = block.total(values, totals[place])
        if self._divisor != 1:
            totals = [total / self._divisor for total in totals]
        return self._link(totals)

    def contributions(self, case: Case, reference: Row) -> list[Contribution]:
        """Trees do not add up by field; the scorer asks what changes when a field does."""
        raise NotImplementedError("trees have no exact contributions")

    def _values(self, row: Row) -> list[float]:
        values = [row[field] if run is None else run(row[field]) for field, run in self._inputs]
        right: list[Any] = [math.nan if value is None else value for value in values]
        return right + [-math.inf if value != value else value for value in right]


def _reader(steps: list[Any]) -> Callable[[Value], float] | None:
    return program(steps) if steps else None


def _blocks(trees: list[Any], n_inputs: int) -> list[MaskedTrees | WalkedTrees]:
    if not trees:
        return []
    if any(leaves(tree) > MOST_LEAVES for tree in trees):
        return [WalkedTrees(trees)]
    starts = range(0, len(trees), TREES_A_BLOCK)
    return [MaskedTrees([*islice(trees, start, start + TREES_A_BLOCK)], n_inputs) for start in starts]


def leaves(node: Any) -> int:
    """How many leaves a nested tree has."""
    count, open_nodes = 0, [node]
    while open_nodes:
        node = open_nodes.pop()
        if node.__class__ is tuple:
            open_nodes += node[2:]
        else:
            count += 1
    return count
