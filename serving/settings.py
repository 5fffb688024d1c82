"""What the environment says to a server. gunicorn's own settings stand in gunicorn.conf.py."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serving.problems import StartRefused

KEY_CHARS_AT_LEAST = 16


@dataclass(frozen=True)
class Settings:
    """The environment, read once at start; StartRefused where it makes no sense."""

    signing_keys: tuple[str, ...]
    """SIGNING_KEY: signs prediction ids. Comma-separated while it is rotated: the first signs, all are accepted."""
    feedback_store: Path | None
    """FEEDBACK_STORE: the SQLite file that remembers used ids. Default: one a model in the temporary folder."""
    feedback_days: float
    """FEEDBACK_DAYS: how long after its prediction a feedback still counts. Default: 30."""
    faults: str
    """MODEL_FAULTS: see serving/faults.py. Default: none."""
    faults_allowed: bool
    """FAULTS_ALLOWED: `yes` lets MODEL_FAULTS be set at all. Default: no."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; without SIGNING_KEY only ALLOW_RANDOM_KEY=yes lets the server start."""
        store = environment.get("FEEDBACK_STORE")
        return cls(
            signing_keys=_signing_keys(environment),
            feedback_store=Path(store) if store else None,
            feedback_days=_positive_number(environment, "FEEDBACK_DAYS", default=30.0),
            faults=environment.get("MODEL_FAULTS", ""),
            faults_allowed=environment.get("FAULTS_ALLOWED") == "yes",
        )

    def feedback_store_of(self, model: str) -> Path:
        """Where the used ids of a model are remembered."""
        return self.feedback_store or Path(tempfile.gettempdir(), f"feedback-{model}.sqlite3")


def _signing_keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in environment.get("SIGNING_KEY", "").split(",") if key.strip())
    if not keys and environment.get("ALLOW_RANDOM_KEY") == "yes":
        return (secrets.token_urlsafe(32),)
    if not keys:
        raise StartRefused(
            "SIGNING_KEY is not set: feedback could not be told from forgeries. "
            "Set it, or ALLOW_RANDOM_KEY=yes for a key that is lost when the server stops"
        )
    if min(map(len, keys)) < KEY_CHARS_AT_LEAST:
        raise StartRefused(f"SIGNING_KEY: wanted at least {KEY_CHARS_AT_LEAST} characters in every key")
    return keys


def _positive_number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise StartRefused(f"{name}: wanted a number above 0, saw {text!r}")
    return value
