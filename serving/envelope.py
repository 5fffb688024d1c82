"""What every answer has, whatever the endpoint: its headers, its count and its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from serving.metrics import PEOPLE, REPLAY, STATUSES, Metrics

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

waited = threading.local()
"""`seconds`: how long the request of this thread lay ready before a thread was free (set by serving.worker)."""


def traffic_of(environ: Environ) -> str:
    """People's unless the request says that it is replayed."""
    return REPLAY if environ.get("HTTP_TRAFFIC") == REPLAY else PEOPLE


class Envelope:
    """A WSGI application around the app: it adds the headers, counts the answer and observes its time.

    The time starts when the request is ready to be read, which is before WSGI begins, and ends when the answer is made.
    """

    def __init__(self, app: Application, metrics: Metrics, release: str) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = [
            ("Release", release),
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = perf_counter() - getattr(waited, "seconds", 0.0)
        status = 500

        def start(line: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, headers + self._headers, *error)

        body = self._app(environ, start)
        path = environ["PATH_INFO"]
        route = path if path in STATUSES else "other"
        self._metrics.count_request(route, status, traffic_of(environ), perf_counter() - started)
        return body
