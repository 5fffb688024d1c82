"""A webhook of our own, so that `make notify` posts for real and what it said can be read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def listening(secret: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address that holds the secret, as a chat's webhooks do, and what has been posted to it so far."""
    received: list[dict[str, Any]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == f"/{secret}":
                received.append(json.loads(body))
            self.send_response(204 if self.path == f"/{secret}" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the path is the secret."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{secret}", received
        finally:
            server.shutdown()
