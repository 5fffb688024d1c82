"""A slot's address on this machine: requests go through the API server to a ready pod of its Service.

A connection of its own for every question, and no load balancer between: each request may reach another pod.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3

from delivery.targets.kube.api import Answer, Api

PASSED_ON = ("Content-Type", "Accept", "Traffic")


@dataclass
class Tunnels:
    """The tunnels of this process, one a Service, opened when first asked for; they end with it."""

    api: Api
    servers: dict[str, ThreadingHTTPServer] = field(default_factory=dict)

    def url(self, namespace: str, service: str) -> str:
        """Where the Service answers on this machine."""
        path = f"api/v1/namespaces/{namespace}/services/{service}:http/proxy"
        if path not in self.servers:
            self.servers[path] = _listen(self.api, path)
        return f"http://127.0.0.1:{self.servers[path].server_port}"

    def close(self) -> None:
        """End them."""
        for server in self.servers.values():
            server.shutdown()
            server.server_close()
        self.servers.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _listen(api: Api, prefix: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on("GET", None)

        def do_POST(self) -> None:
            self._pass_on("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def log_message(self, *_: object) -> None:
            """Nothing: what is asked here is not worth a line."""

        def _pass_on(self, method: str, body: bytes | None) -> None:
            headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
            self.close_connection = True
            try:
                answer = api.raw(method, prefix + self.path, body, headers)
            except urllib3.exceptions.HTTPError:
                return
            if not never_arrived(answer):
                self._answer(answer)

        def _answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)

    server = _Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def never_arrived(answer: Answer) -> bool:
    """Whether the API server reached no pod: whoever asked gets no answer then, as from a pod that is not there."""
    return answer.status >= 500 and b'"kind":"Status"' in answer.body[:200]
