"""Concurrent requests to the fallback: answered together, never waiting for company, never mixed up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.release.fallback import Batcher


class Slow:
    """Doubles numbers; the first call waits until it is let go."""

    def __init__(self):
        self.batches = []
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self, questions):
        self.batches.append(list(questions))
        self.begun.set()
        assert self.let_go.wait(10)
        if "bad" in questions:
            raise ValueError("a bad question")
        return [2 * question for question in questions]


def test_a_lone_question_is_answered_at_once_and_alone():
    slow = Slow()
    slow.let_go.set()
    batcher = Batcher(slow)
    assert batcher.ask([1, 2]) == [2, 4]
    assert batcher.ask([3]) == [6]
    assert slow.batches == [[1, 2], [3]]


def waiting(batcher, count):
    while len(batcher._waiting) < count:
        threading.Event().wait(0.001)


def test_those_who_come_meanwhile_are_answered_together_each_with_its_own():
    slow = Slow()
    batcher = Batcher(slow)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(batcher.ask, [0])
        assert slow.begun.wait(10)
        others = [pool.submit(batcher.ask, [i, 10 * i]) for i in range(1, 9)]
        waiting(batcher, 8)
        slow.let_go.set()
        assert first.result(10) == [0]
        assert [other.result(10) for other in others] == [[2 * i, 20 * i] for i in range(1, 9)]
    assert len(slow.batches) == 2


def test_a_bad_question_is_nobody_elses():
    slow = Slow()
    batcher = Batcher(slow)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher.ask, [0])
        assert slow.begun.wait(10)
        good, bad = pool.submit(batcher.ask, [1]), pool.submit(batcher.ask, ["bad"])
        waiting(batcher, 2)
        slow.let_go.set()
        assert (first.result(10), good.result(10)) == ([0], [2])
        with pytest.raises(ValueError, match="a bad question"):
            bad.result(10)
    assert batcher.ask([5]) == [10], "the next one is served as ever"


def test_a_round_has_a_size_and_everybody_gets_a_turn():
    slow = Slow()
    batcher = Batcher(slow, most=3)
    with ThreadPoolExecutor(9) as pool:
        asked = [pool.submit(batcher.ask, [i, i]) for i in range(8)]
        waiting(batcher, 7)
        slow.let_go.set()
        assert [each.result(10) for each in asked] == [[2 * i, 2 * i] for i in range(8)]
    assert max(map(len, slow.batches)) <= 3
    assert batcher.ask(list(range(10))) == list(range(0, 20, 2)), "a caller's own questions are never split"
