"""Many small trees answered at once: QuickScorer (Lucchese et al., SIGIR 2015, doi:10.1145/2766462.2767733).

Every tree gets one byte, every leaf one bit of it, from the left. A node whose question is answered "no" rules out the
leaves of its yes-branch; when all such masks are combined, a tree's lowest remaining bit is the leaf it ends in. The
masks of an input depend on its value alone, so they are combined beforehand: a row costs one binary search and one
"and" for each input, instead of a walk through each tree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from operator import getitem
from typing import Any

from model.release.numerics import add_up

MOST_LEAVES = 8

_LOWEST_BIT = bytes((byte & -byte).bit_length() - 1 if byte else 0 for byte in range(256))


class _Questions:
    """All questions about one value: the masks of those that it answers with no."""

    def __init__(self, everything: int) -> None:
        self._everything = everything
        self._by_threshold: defaultdict[float, int] = defaultdict(lambda: everything)
        self._by_codes: list[tuple[frozenset[float], int]] = []
        self._not_a_number = everything

    def ask(self, test: Any, ruled_out: int) -> None:
        """Add a question: the leaves that are ruled out when its answer is no."""
        kept = self._everything ^ ruled_out
        self._not_a_number &= kept
        if isinstance(test, frozenset):
            self._by_codes.append((test, kept))
        else:
            self._by_threshold[test] &= kept

    def compile(self) -> tuple[list[float], list[int], dict[float, int] | None, int]:
        """Thresholds, the masks between them, the masks of the codes (if any), and that of NaN or an unknown code."""
        thresholds = sorted(self._by_threshold)
        masks = [self._everything]
        for threshold in thresholds:
            masks.append(masks[-1] & self._by_threshold[threshold])
        if not self._by_codes:
            return thresholds, masks, None, self._not_a_number
        codes: dict[float, int] = {}
        for code in set().union(*(test for test, _ in self._by_codes)):
            codes[code] = self._everything
            for test, kept in self._by_codes:
                if code not in test:
                    codes[code] &= kept
        return thresholds, masks, codes, self._not_a_number


class MaskedTrees:
    """Trees of at most MOST_LEAVES leaves that answer numbers."""

    def __init__(self, trees: list[Any], n_inputs: int) -> None:
        self._n_trees = len(trees)
        everything = (1 << 8 * self._n_trees) - 1
        questions = [_Questions(everything) for _ in range(2 * n_inputs)]
        self._answers = [tuple(_number_leaves(tree, place, questions)) for place, tree in enumerate(trees)]
        self._everything = everything
        compiled = [(i, *each.compile()) for i, each in enumerate(questions)]
        self._numbers = [(i, t, masks, nan) for i, t, masks, codes, nan in compiled if codes is None and t]
        self._codes = [(i, codes, nan) for i, _, _, codes, nan in compiled if codes is not None]

    def total(self, values: list[float], start: float) -> float:
        """The sum of the trees' answers, in order, from `start`."""
        left = self._everything
        for i, thresholds, masks, nan in self._numbers:
            value = values[i]
            left &= masks[bisect_left(thresholds, value)] if value == value else nan
        for i, codes, unknown in self._codes:
            left &= codes.get(values[i], unknown)
        ends = left.to_bytes(self._n_trees, "little").translate(_LOWEST_BIT)
        return add_up(map(getitem, self._answers, ends), start)


def _number_leaves(node: Any, place: int, questions: list[_Questions]) -> list[float]:
    """The answers of a tree's leaves from the left, and its questions put to their inputs."""
    answers: list[float] = []

    def visit(node: Any) -> int:
        if node.__class__ is not tuple:
            answers.append(node)
            return 1 << 8 * place + len(answers) - 1
        feature, test, yes, no = node
        below_yes = visit(yes)
        questions[feature].ask(test, below_yes)
        return below_yes | visit(no)

    visit(node)
    return answers
