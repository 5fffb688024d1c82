"""Whether a person has to say yes before production, by project.toml's policy and what a release says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from delivery.files import read_json

Approval = Literal["never", "too_good", "always"]


def wants_approval(folder: Path, approval: Approval) -> str | None:
    """Why a person has to say yes to a sealed release; None where the policy asks for nobody."""
    if approval == "never":
        return None
    beyond = [verdict["gate"] for verdict in read_json(folder / "release.json")["verdicts"] if too_good(verdict)]
    always = ["every release needs an approval (approval.policy)"] if approval == "always" else []
    return "; ".join([*always, *([f"too good to be true by {', '.join(beyond)}"] if beyond else [])]) or None


def too_good(verdict: Mapping[str, Any]) -> bool:
    """Whether a ceiling was broken: by its numbers, for the gate lets such a release go on to be asked about."""
    seen = verdict[verdict["statistic"]] if verdict["kind"] == "ceiling" else None
    if seen is None:
        return False
    low, high = verdict["at_least"], verdict["at_most"]
    return (low is not None and seen < low) or (high is not None and seen > high)
