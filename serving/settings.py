"""What the environment says to a server. gunicorn's own settings stand in gunicorn.conf.py."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from serving.problems import StartRefused

KEY_CHARS_AT_LEAST = 16
REDIS = ("redis", "rediss")
PASSWORD = "FEEDBACK_STORE_PASSWORD"  # noqa: S105 - its name


@dataclass(frozen=True)
class StoreAddress:
    """Where Redis is and how one gets in; a password is never part of the address, so that the log may name it."""

    url: str
    user: str | None
    password_file: Path | None
    _password: str | None = field(repr=False)

    def password(self) -> str | None:
        """As it is now: a mounted Secret changes while the server runs. OSError where it cannot be read."""
        if self.password_file is None:
            return self._password
        return self.password_file.read_text(encoding="utf-8").strip() or None


@dataclass(frozen=True)
class Settings:
    """The environment, read once at start; StartRefused where it makes no sense."""

    signing_keys: tuple[str, ...]
    """SIGNING_KEY: signs prediction ids. Comma-separated while it is rotated: the first signs, all are accepted."""
    feedback_store: Path | StoreAddress | None
    """FEEDBACK_STORE: what remembers used ids: a SQLite file, or `redis://USER@HOST:PORT/DB` (`rediss` with TLS) where
    there are replicas, its password in FEEDBACK_STORE_PASSWORD or in the file FEEDBACK_STORE_PASSWORD_FILE.
    Default: a file a model in the temporary folder."""
    feedback_days: float
    """FEEDBACK_DAYS: how long after its prediction a feedback still counts. Default: 30."""
    faults: str
    """MODEL_FAULTS: see serving/faults.py. Default: none."""
    faults_allowed: bool
    """FAULTS_ALLOWED: `yes` lets MODEL_FAULTS be set at all. Default: no."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; without SIGNING_KEY only ALLOW_RANDOM_KEY=yes lets the server start."""
        return cls(
            signing_keys=_signing_keys(environment),
            feedback_store=_feedback_store(environment),
            feedback_days=_positive_number(environment, "FEEDBACK_DAYS", default=30.0),
            faults=environment.get("MODEL_FAULTS", ""),
            faults_allowed=environment.get("FAULTS_ALLOWED") == "yes",
        )


def _feedback_store(environment: Mapping[str, str]) -> Path | StoreAddress | None:
    store = environment.get("FEEDBACK_STORE", "")
    if "://" not in store:
        return Path(store) if store else None
    try:
        parts = urlsplit(store)
        host, port = parts.hostname, parts.port or 6379
    except ValueError as error:
        raise StartRefused(f"FEEDBACK_STORE: no address: {error}") from None
    if parts.password is not None:
        raise StartRefused(f"FEEDBACK_STORE holds a password: it belongs into {PASSWORD} or {PASSWORD}_FILE")
    if parts.scheme not in REDIS or not host:
        raise StartRefused(f"FEEDBACK_STORE: wanted a file, redis://HOST:PORT/DB or rediss://..., saw {store!r}")
    file = environment.get(f"{PASSWORD}_FILE")
    url = parts._replace(netloc=f"[{host}]:{port}" if ":" in host else f"{host}:{port}").geturl()
    return StoreAddress(url, parts.username, Path(file) if file else None, environment.get(PASSWORD) or None)


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
