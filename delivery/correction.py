"""What an alert makes the machine do by itself: the bounds, as they stand in project.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from delivery.alerts import ALERTS

Wanted = Literal["rollback", "retrain", "tell"]


@dataclass(frozen=True)
class CorrectionPolicy:
    """`[correction]` in project.toml."""

    recent_seconds: float
    """A release promoted so recently is suspected of what goes wrong now; an older one is not rolled back."""
    cooldown_seconds: float
    """No second correction of a model within."""
    corrections_a_day: int
    """At most so many corrections of a model within any 24 hours; 0: people are told and nothing else is done."""
    alerts: Mapping[str, Wanted]
    """What each alert does; every one of `delivery.alerts.ALERTS` is named."""

    def __post_init__(self) -> None:
        for name, least in {"recent_seconds": 1, "cooldown_seconds": 0, "corrections_a_day": 0}.items():
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} is {getattr(self, name)}, wanted at least {least}")
        unknown = [name for name in self.alerts if name not in ALERTS]
        if unknown:
            raise ValueError(f"alerts.{unknown[0]} is no alert, wanted one of {', '.join(ALERTS)}")
        missing = [name for name in ALERTS if name not in self.alerts]
        if missing:
            raise ValueError(f"alerts.{missing[0]} is missing, wanted one of 'rollback', 'retrain', 'tell'")
