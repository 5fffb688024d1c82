"""Who we are to a registry: from the environment, else from where `docker login` leaves it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

import docker.auth  # type: ignore[import-untyped]

from delivery.errors import WrongSetting

USER, PASSWORD = "REGISTRY_USER", "REGISTRY_PASSWORD"


@dataclass(frozen=True)
class Login:
    """A user and a password or token."""

    user: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """As HTTP's basic authentication and engines' auth files spell it."""
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def login_for(host: str, environment: Mapping[str, str]) -> Login | None:
    """The login to a registry; None where nobody logged in; WrongSetting where half of it is set."""
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    if bool(user) != bool(password):
        raise WrongSetting(f"{USER if password else PASSWORD} is not set, {PASSWORD if password else USER} is")
    if user:
        return Login(user, password)
    kept = docker.auth.resolve_authconfig(docker.auth.load_config(), host) or {}
    if not kept.get("username"):
        return None
    return Login(kept["username"], kept["password"])
