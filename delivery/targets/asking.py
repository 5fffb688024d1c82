"""What a server says of itself over HTTP."""

from __future__ import annotations

import http.client
import json

from delivery.errors import Broken

READY_SECONDS = 0.5
RELEASE_SECONDS = 10.0


def says_ready(port: int) -> bool:
    """Whether `/readyz` on this machine answers 200."""
    try:
        status, _ = _get(f"127.0.0.1:{port}", "/readyz", READY_SECONDS)
    except (OSError, http.client.HTTPException):
        return False
    return status == 200


def ask_release(model: str, url: str) -> str:
    """The release that `/healthz` names; Broken when it names none."""
    try:
        _, body = _get(url.removeprefix("http://"), "/healthz", RELEASE_SECONDS)
        return str(json.loads(body)["release"])
    except (OSError, http.client.HTTPException, ValueError, KeyError) as problem:
        raise Broken(f"{model}: {url}/healthz does not say its release ({problem!r})") from None


def _get(host: str, path: str, seconds: float) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
