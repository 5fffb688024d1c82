"""Trees answered by masks and trees walked node by node say the same."""

import math
import random

import pytest

from model.release.bitmasks import MOST_LEAVES, MaskedTrees
from model.release.trees import Trees, WalkedTrees, leaves, nested, walk


def a_tree(chance: random.Random, size: int):
    """A random nested tree over inputs 0 to 2 (and their second halves 4 to 6), with codes at input 3."""
    if size == 1:
        return chance.gauss(0, 1)
    split = chance.randint(1, size - 1)
    if chance.random() < 0.3:
        feature, test = 3, frozenset(float(code) for code in range(5) if chance.random() < 0.5)
    else:
        feature, test = chance.choice([0, 1, 2, 4, 5, 6]), round(chance.uniform(-1, 1), 1)
    return (feature, test, a_tree(chance, split), a_tree(chance, size - split))


def some_values(chance: random.Random):
    numbers = [chance.choice([math.nan, round(chance.uniform(-1, 1), 1), -1e300, 1e300]) for _ in range(3)]
    code = chance.choice([0.0, 1.0, 2.0, 3.0, 4.0, 9.0, -1.0, math.nan])
    return [*numbers, code, *(-math.inf if x != x else x for x in (*numbers, code))]


@pytest.mark.parametrize("seed", range(20))
def test_masks_lead_to_the_leaf_that_a_walk_leads_to(seed):
    chance = random.Random(seed)
    trees = [a_tree(chance, chance.randint(1, MOST_LEAVES)) for _ in range(chance.randint(1, 40))]
    masked, walked = MaskedTrees(trees, 4), WalkedTrees(trees)
    for _ in range(200):
        values = some_values(chance)
        assert masked.total(values, 0.25) == walked.total(values, 0.25)


def test_a_document_is_nested_depth_first():
    tree = {"feature": [0, 1, -1, -1, -1], "number": [0.5, [1.0, 2.0], 10.0, 20.0, 30.0], "right": [4, 3, 0, 0, 0]}
    root = nested(tree)
    assert root == (0, 0.5, (1, frozenset({1.0, 2.0}), 10.0, 20.0), 30.0)
    assert leaves(root) == 3
    assert [walk(root, values) for values in ([0.5, 2.0], [0.5, 3.0], [0.6, 2.0])] == [10.0, 20.0, 30.0]


def test_a_tree_as_deep_as_its_rows_loads_and_answers():
    depth = 5000
    feature, number, right = [], [], []
    for level in range(depth):
        feature += [0, -1]
        number += [float(level), float(level)]
        right += [2 * level + 2, 0]
    tree = {"output": 0, "feature": [*feature, -1], "number": [*number, -1.0], "right": [*right, 0]}
    document = {
        "inputs": [{"field": "x", "steps": []}],
        "baseline": [0.0],
        "divisor": 1,
        "link": "identity",
        "trees": [tree],
    }
    from model.release.reading import Case

    assert Trees(document, []).score(Case({"x": 4321.5})) == [4322.0]
