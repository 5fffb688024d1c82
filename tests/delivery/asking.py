"""One question over a fresh connection."""

from __future__ import annotations

import http.client
import json
from typing import Any


def ask(url: str | None, path: str = "/healthz") -> Any:
    """The JSON at `url` + `path`."""
    assert url is not None
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
