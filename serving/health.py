"""GET /healthz: the process is alive. GET /readyz: it wants requests."""

from __future__ import annotations

from typing import Literal

import orjson
from flask import Response

from serving.problems import NotReady

State = Literal["loading", "ready", "draining"]


class Readiness:
    """Whether this process wants new requests."""

    def __init__(self) -> None:
        self.state: State = "loading"

    def start(self) -> None:
        """Everything is loaded."""
        self.state = "ready"

    def drain(self) -> None:
        """The process was told to stop: requests are still answered, but no new ones are wanted."""
        self.state = "draining"


def health_response(model: str, release: str) -> Response:
    """Alive, and as which release."""
    return _status("alive", model, release)


def readiness_response(readiness: Readiness, model: str, release: str) -> Response:
    """200 when ready; NotReady (503) while loading or draining."""
    if readiness.state != "ready":
        raise NotReady(f"this server is {readiness.state}")
    return _status("ready", model, release)


def _status(status: str, model: str, release: str) -> Response:
    document = {"status": status, "model": model, "release": release}
    return Response(orjson.dumps(document), content_type="application/json")
