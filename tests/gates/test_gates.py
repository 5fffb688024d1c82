"""One case a gate. The sentence of a refusal is the assertion's message; the numbers are the case's properties."""

from __future__ import annotations

from collections.abc import Callable
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
    record_property: Callable[[str, object], None],
) -> None:
    verdict = judge(gate, evaluation, where, approved_by or None)
    verdicts.append(verdict)
    for name in ("kind", "value", "low", "high", "n", "at_least", "at_most"):
        record_property(name, getattr(verdict, name))
    if verdict.passed is None:
        pytest.skip(verdict.sentence)
    assert verdict.passed, verdict.sentence
