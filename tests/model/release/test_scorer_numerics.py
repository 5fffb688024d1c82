"""Numbers survive the file exactly, and numpy's functions answer as numpy at the edges."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.release.numerics import FUNCTIONS, LINKS, compacted, pack, sigmoid, unpack


@given(st.lists(st.sampled_from([0.0, 0.1, 1 / 3, -5e-324, 1e300]) | st.floats(allow_nan=False, allow_infinity=False)))
def test_packing_loses_nothing(values):
    assert unpack(json.loads(json.dumps(pack(values)))) == values


@given(st.lists(st.sampled_from([0.0, 0.1, 1 / 3]) | st.floats(allow_nan=False, allow_infinity=False)))
def test_an_array_read_at_once_holds_the_same_numbers(values):
    read = json.loads(json.dumps({"weights": [pack(values)]}), object_hook=compacted)
    assert [math.copysign(1, x) * x for x in unpack(read["weights"][0])] == [math.copysign(1, x) * x for x in values]
    assert read["weights"][0].itemsize == 8


@pytest.mark.parametrize(
    "node",
    [
        {"length": 2, "values": ["a", "b"]},
        {"length": 2, "gaps": [1, 9], "values": [1.0, 2.0]},
        {"length": 2, "palette": [0.5], "which": [7, 7]},
        {"length": 2},
        {"n_features": 8, "columns": [2**40]},
        {"vocabulary": [["no word"]]},
        {"length": {"family": "linear"}, "values": {"family": "trees"}},
    ],
)
def test_what_makes_no_sense_is_left_for_the_scorer_to_refuse(node):
    assert compacted(dict(node)) == node


def test_packing_saves_space_where_it_can():
    sparse = pack([0.0] * 1000 + [0.123456789])
    repeated = pack([0.123456789, 0.987654321] * 500)
    assert (len(json.dumps(sparse)), len(json.dumps(repeated))) < (100, 4000)
    assert sparse["gaps"] == [1000]
    assert "palette" in repeated


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, -1.0, -2.0, 0.5, 710.0, -1e300, 1e300, 1e-300])
def test_functions_answer_as_numpy_does(name, x):
    with np.errstate(all="ignore"):
        assert FUNCTIONS[name](x) == pytest.approx(float(getattr(np, name)(x)), rel=1e-15, nan_ok=True)


def test_a_sigmoid_never_overflows():
    assert (sigmoid(-1e4), sigmoid(0.0), sigmoid(1e4)) == (0.0, 0.5, 1.0)


@pytest.mark.parametrize("link", ["logit", "softmax", "one-vs-rest"])
def test_probabilities_sum_up_to_one(link):
    for scores in ([-1000.0, -2000.0, -900.0], [0.0, 1.0, 2.0], [800.0, 0.0, -800.0]):
        assert math.fsum(LINKS[link](scores)) == pytest.approx(1.0)
