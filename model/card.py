"""The model card that lies beside a release: what it is, what it was measured to be, what must not be done with it.

After Mitchell et al., Model cards for model reporting (2019).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model.gates import figure
from model.spec import ModelSpec

WORDS = (
    ("What it does", "what"),
    ("What it is for", "for"),
    ("Who may rely on it", "rely"),
    ("Limits", "limits"),
    ("What must not be done with it", "must_not"),
)


def write_card(
    spec: ModelSpec, evaluation: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]], data: Mapping[str, Any]
) -> str:
    """The card in Markdown, from the spec's words, evaluation.json, the verdicts and the data's provenance."""
    parts = [
        f"# {spec.title}\n",
        f"Release `{evaluation['contender']}`, candidate `{evaluation['candidate']}`, interface {spec.api}.\n",
        *(f"## {title}\n\n{spec.card[key]}\n" for title, key in WORDS if key in spec.card),
        _data(spec, evaluation, data),
        _figures("Figures on the holdout", whole(evaluation["measurements"])),
        _slices(evaluation["measurements"]),
        _attacks(evaluation["attacks"]),
        _gates(verdicts),
    ]
    return "\n".join(part for part in parts if part)


def _data(spec: ModelSpec, evaluation: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    held = evaluation["holdout"]
    return (
        f"## Data\n\n{data['rows']['train']:,} rows taught it, {held['n']:,} rows in {held['groups']:,} groups were "
        f"held out and never learned from. Target: `{spec.dataset.target}`. "
        f"Content: sha256 `{data['sha256'][:16]}…`.\n"
    )


def whole(measurements: Mapping[str, Any]) -> dict[str, Any]:
    """The measures on the whole holdout: no slice, no member, no comparison."""
    return {name: each for name, each in measurements.items() if "@" not in name and "." not in name}


def _figures(title: str, measurements: Mapping[str, Any]) -> str:
    rows = (
        (name, figure(each), "" if each["level"] is None else f"{each['level']:.0%}", each["n"])
        for name, each in measurements.items()
        if each["value"] is not None
    )
    head = f"## {title}\n\nWith intervals by group where there are some, and what each of them holds.\n\n"
    return head + _table(("measure", "value", "interval", "rows or trials"), rows)


def _slices(measurements: Mapping[str, Any]) -> str:
    sliced = {name: each for name, each in measurements.items() if "@" in name and "." not in name}
    named = {name: each for name, each in sliced.items() if not name.startswith("risk@") and each["value"] is not None}
    return _figures("Slices", named) if named else ""


def _attacks(attacks: Sequence[Mapping[str, Any]]) -> str:
    if not attacks:
        return ""
    rows = ((each["name"], each["tried"], each["turned"], f"{each['upper']:.4f}") for each in attacks if each["tried"])
    head = "## Security\n\nConfidently right answers that an attack turned; 95 % upper bound of the risk.\n\n"
    return head + _table(("attack", "tried", "turned", "risk at most"), rows)


def _gates(verdicts: Sequence[Mapping[str, Any]]) -> str:
    passed = sum(verdict["passed"] is True for verdict in verdicts)
    idle = sum(verdict["passed"] is None for verdict in verdicts)
    tail = f", {idle} did not apply" if idle else ""
    return f"## Gates\n\n{passed} of {len(verdicts)} gates passed{tail}.\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join(
            "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in line) + " |"
            for line in lines
        )
        + "\n"
    )
