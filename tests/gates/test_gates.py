"""One case a gate. The sentence of a refusal is the assertion's message."""

from __future__ import annotations

from typing import Any

import pytest

from model.gates import Verdict, judge
from model.spec import Gate


def test_gate(
    gate: Gate,
    evaluation: dict[str, Any],
    verdicts: list[Verdict],
    where: str,
    approved_by: str,
    asks: bool,
) -> None:
    verdict = judge(gate, evaluation, where, approved_by or None, asks)
    verdicts.append(verdict)
    if verdict.passed is None:
        pytest.skip(verdict.sentence)
    assert verdict.passed, verdict.sentence
