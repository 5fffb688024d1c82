"""Long lists of numbers in a JSON file, and numpy's functions with numpy's answers at the edges."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Any

Packed = dict[str, Any]


def pack(values: Sequence[float]) -> Packed:
    """A list that is mostly zero, or holds few different numbers, in less space. `unpack` is the exact inverse."""
    at = [index for index, value in enumerate(values) if value]
    kept = [values[index] for index in at]
    packed: Packed = {"length": len(values)}
    if len(at) < 0.8 * len(values):
        # Gaps are shorter than places: 12, 40002 and 40007 are written as 12, 39990, 5.
        packed["gaps"] = [here - before for before, here in zip([0, *at], at, strict=False)]
    else:
        kept = list(values)
    palette = sorted(set(kept))
    if len(palette) < len(kept) / 4:
        place = {value: index for index, value in enumerate(palette)}
        return {**packed, "palette": palette, "which": [place[value] for value in kept]}
    return {**packed, "values": kept}


def unpack(packed: Packed | array[float]) -> Sequence[float]:
    """The list that was packed; an array as it is (`compacted`)."""
    if isinstance(packed, array):
        return packed
    if "palette" in packed:
        palette = packed["palette"]
        kept = [palette[index] for index in packed["which"]]
    else:
        kept = packed["values"]
    if "gaps" not in packed:
        return kept
    values = [0.0] * packed["length"]
    for index, value in zip(accumulate(packed["gaps"]), kept, strict=True):
        values[index] = value
    return values


def compacted(node: dict[str, Any]) -> Any:
    """What takes much memory in a JSON object of a scorer, in the form that scoring wants; all else as it is.

    Called for each object as soon as it is read (`object_hook` of json), so that the numbers of one are gone before
    those of the next come: a server's memory is then little more than what it scores with. What makes no sense is
    left for `load_scorer` to refuse.
    """
    try:
        if type(node.get("length")) is int:
            return array("d", unpack(node))
        if "n_features" in node:
            node["columns"] = array("i", node["columns"])
        if "vocabulary" in node:
            node["vocabulary"] = {gram: place for place, gram in enumerate(node["vocabulary"])}
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        return node
    return node


def _or(function: Callable[[float], float], on_overflow: float = math.inf) -> Callable[[float], float]:
    def apply(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return on_overflow
        except ValueError:
            return math.nan

    return apply


def _log(x: float) -> float:
    return -math.inf if x == 0 else math.log(x)


def _log1p(x: float) -> float:
    return -math.inf if x == -1 else math.log1p(x)


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": _or(math.exp),
    "expm1": _or(math.expm1),
    "log": _or(_log),
    "log1p": _or(_log1p),
    "log2": _or(lambda x: -math.inf if x == 0 else math.log2(x)),
    "log10": _or(lambda x: -math.inf if x == 0 else math.log10(x)),
    "sqrt": _or(math.sqrt),
    "square": lambda x: x * x,
    "absolute": abs,
}
"""By the name of numpy's function: infinite or not a number where numpy is, never an exception."""


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    power = math.exp(x)
    return power / (1.0 + power)


def add_up(values: Iterable[float], start: float = 0.0) -> float:
    """The sum of floats from left to right: `sum` rounds otherwise from Python 3.12 on, and answers must not."""
    return reduce(add, values, start)


def _logit(scores: list[float]) -> list[float]:
    probability = sigmoid(scores[0])
    return [1.0 - probability, probability]


def _softmax(scores: list[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = add_up(powers)
    return [power / total for power in powers]


def _one_vs_rest(scores: list[float]) -> list[float]:
    chances = [sigmoid(score) for score in scores]
    total = add_up(chances)
    return [chance / total for chance in chances] if total else [1 / len(scores)] * len(scores)


def _identity(scores: list[float]) -> list[float]:
    return scores


LINKS: dict[str, Callable[[list[float]], list[float]]] = {
    "identity": _identity,
    "logit": _logit,
    "softmax": _softmax,
    "one-vs-rest": _one_vs_rest,
}
"""From the scores of a model to its answer: probabilities in the order of the labels, or one value."""
