"""A registry small enough to be read: manifests by tag and digest, tags in pages, basic or token login."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

USER, PASSWORD, TOKEN = "me", "secret-enough", "a-token"
PAGE = 2
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass
class Shelf:
    """What the registry holds of its one repository, and how it behaves."""

    scheme: str = "basic"
    deletes: bool = True
    manifests: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def add(self, tag: str, labels: dict[str, str]) -> str:
        """An image with these labels; its digest."""
        config = json.dumps({"config": {"Labels": labels}}).encode()
        self.blobs[digest_of(config)] = config
        manifest = json.dumps({"config": {"digest": digest_of(config)}}).encode()
        self.manifests[digest_of(manifest)] = manifest
        self.tags[tag] = digest_of(manifest)
        return self.tags[tag]


def digest_of(content: bytes) -> str:
    """`sha256:...`, as registries name things."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Handler(BaseHTTPRequestHandler):
    """The part of the distribution specification that is asked for here."""

    shelf: Shelf

    def do_GET(self) -> None:
        route, _, query = self.path.partition("?")
        kind, _, name = route.removeprefix("/v2/shop/mood/").partition("/")
        if route == "/token":
            self.answer(200, json.dumps({"token": TOKEN}).encode()) if self.knows("Basic") else self.answer(401)
        elif not self.knows("Bearer" if self.shelf.scheme == "token" else "Basic"):
            realm = f'Bearer realm="http://{self.shelf.address}/token",service="s",scope="repository:shop/mood:pull"'
            self.answer(401, headers={"WWW-Authenticate": realm if self.shelf.scheme == "token" else "Basic realm=x"})
        elif kind == "tags" and route.startswith("/v2/shop/mood/") and self.shelf.tags:
            self.answer_tags(query)
        elif kind == "blobs":
            self.answer(200, self.shelf.blobs[name])
        else:
            self.answer_manifest(self.shelf.tags.get(name, name))

    do_HEAD = do_DELETE = do_GET

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.knows("Bearer" if self.shelf.scheme == "token" else "Basic"):
            return self.do_GET()
        assert self.headers["Content-Type"] == MANIFEST
        self.shelf.tags[self.path.rpartition("/")[2]] = digest_of(body)
        self.shelf.manifests[digest_of(body)] = body
        return self.answer(201)

    def knows(self, scheme: str) -> bool:
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.headers.get("Authorization") == f"{scheme} {TOKEN if scheme == 'Bearer' else basic}"

    def answer_tags(self, query: str) -> None:
        tags = sorted(self.shelf.tags)
        last = query.partition("last=")[2]
        rest = [tag for tag in tags if tag > last]
        link = f'</v2/shop/mood/tags/list?last={rest[PAGE - 1]}&n={PAGE}>; rel="next"' if len(rest) > PAGE else ""
        self.answer(200, json.dumps({"tags": rest[:PAGE]}).encode(), {"Link": link} if link else {})

    def answer_manifest(self, digest: str) -> None:
        if digest not in self.shelf.manifests:
            self.answer(404)
        elif self.command == "DELETE" and not self.shelf.deletes:
            self.answer(405)
        elif self.command == "DELETE":
            del self.shelf.manifests[digest]
            self.shelf.tags = {tag: held for tag, held in self.shelf.tags.items() if held != digest}
            self.answer(202)
        else:
            found = {"Docker-Content-Digest": digest, "Content-Type": MANIFEST}
            self.answer(200, self.shelf.manifests[digest], found)

    def answer(self, status: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A registry that runs, and a login to it in the environment."""
    shelf = Shelf()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"shelf": shelf}))
    shelf.address = f"127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("REGISTRY_USER", USER)
    monkeypatch.setenv("REGISTRY_PASSWORD", PASSWORD)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield shelf
    server.shutdown()
    thread.join()
    server.server_close()
