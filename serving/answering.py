"""Asking the scorer: its failures become problems, and nobody sees more of them than they should."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from model.release.errors import Problem
from model.release.schema import Row
from model.release.scorer import Unanswerable
from serving.problems import ScorerFailed, WrongFields
from serving.served import Served

log = logging.getLogger("gunicorn.error.serving")


def answer_rows(served: Served, rows: Sequence[Row]) -> Sequence[Any]:
    """The scorer's answer to each row, faults applied; WrongFields or ScorerFailed where there is none."""
    try:
        answers = served.faults.answer(served.release.scorer.answer, rows)
        if not all(map(_is_answer, answers)):
            raise ArithmeticError("the scorer answered with something that is no finite number")
    except Unanswerable:
        raise WrongFields(_unanswerable(served, rows)) from None
    except Exception:
        log.exception("%s %s: the scorer failed", served.release.schema.model, served.release.identity)
        raise ScorerFailed from None
    return answers


def _is_answer(answer: Any) -> bool:
    # Also false for NaN, which compares with nothing.
    return abs(answer) < float("inf") if isinstance(answer, float) else sum(answer) < float("inf")


def _unanswerable(served: Served, rows: Sequence[Row]) -> list[Problem]:
    problems = []
    for index, row in enumerate(rows):
        try:
            served.release.scorer.answer([row])
        except Unanswerable as error:
            problems.append(Problem(f"/instances/{index}", str(error)))
    return problems
