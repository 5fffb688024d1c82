"""A registry, asked over its HTTP interface (OCI distribution specification): digests, tags, labels, deletion."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from delivery.errors import Broken
from delivery.images.login import Login, login_for

MANIFESTS = ", ".join((
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
))  # fmt: skip
HOSTS = {"docker.io": "registry-1.docker.io"}
"""Registries that answer under another name."""
SECONDS = 30.0
RETRIES = urllib3.Retry(2, redirect=3, status=0, backoff_factor=0.5)
LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")


def is_loopback(host: str) -> bool:
    """Whether a registry is on this machine: engines speak plain HTTP with such a one, and so do we."""
    return LOOPBACK.fullmatch(host) is not None


@dataclass
class Registry:
    """A registry as project.toml names it: `localhost:5000`, or `ghcr.io/acme` with a path before every repository."""

    address: str
    login: Login | None
    authorizations: dict[str, str] = field(default_factory=dict, repr=False)
    """By repository: a token is given for one of them."""

    @classmethod
    def open(cls, address: str, environment: Mapping[str, str]) -> Registry:
        """The registry with the login that the environment or docker's configuration holds."""
        return cls(address, login_for(address.partition("/")[0], environment))

    @property
    def host(self) -> str:
        """Host and port, as engines know it."""
        return self.address.partition("/")[0]

    def name_of(self, repository: str) -> str:
        """A repository's whole name, for engines: `localhost:5000/shop/sentiment`."""
        return f"{self.address}/{repository}"

    def digest_of(self, repository: str, tag: str) -> str | None:
        """`sha256:...` of the image that a tag names; None where there is none."""
        answer = self._ask("HEAD", repository, f"manifests/{tag}", missing=True)
        return answer.headers["Docker-Content-Digest"] if answer else None

    def tags(self, repository: str) -> list[str]:
        """All tags of a repository; empty where it does not exist."""
        found: list[str] = []
        route: str | None = "tags/list?n=1000"
        while route:
            answer = self._ask("GET", repository, route, missing=True)
            if answer is None:
                return found
            found += json.loads(answer.data)["tags"] or []
            more = re.search(r"last=[^&>]+", answer.headers.get("Link", ""))
            route = f"tags/list?n=1000&{more[0]}" if more else None
        return found

    def manifest(self, repository: str, reference: str) -> dict[str, Any]:
        """The manifest of a tag or digest: an image's configuration and layers, by digest and size."""
        manifest: dict[str, Any] = json.loads(self._answer("GET", repository, f"manifests/{reference}").data)
        return manifest

    def blob(self, repository: str, digest: str) -> bytes:
        """A layer or a configuration."""
        return self._answer("GET", repository, f"blobs/{digest}").data

    def tag(self, repository: str, digest: str, tag: str) -> None:
        """Give an image that is there one more tag, or move the tag to it."""
        found = self._answer("GET", repository, f"manifests/{digest}")
        self._answer("PUT", repository, f"manifests/{tag}", found.data, found.headers["Content-Type"])

    def begin_upload(self, repository: str) -> None:
        """Begin to push and send nothing: Broken where that is not allowed. The registry forgets it by itself."""
        self._answer("POST", repository, "blobs/uploads/")

    def labels_of(self, repository: str, digest: str) -> dict[str, str]:
        """The labels of an image; empty for what is no single image."""
        manifest = self.manifest(repository, digest)
        if "config" not in manifest:
            return {}
        blob = self._answer("GET", repository, f"blobs/{manifest['config']['digest']}")
        labels: dict[str, str] = json.loads(blob.data)["config"].get("Labels") or {}
        return labels

    def delete(self, repository: str, digest: str) -> None:
        """Delete an image, all of its tags with it; its layers go when the registry collects its garbage."""
        self._answer("DELETE", repository, f"manifests/{digest}")

    def _answer(
        self, method: str, repository: str, route: str, body: bytes | None = None, content_type: str = ""
    ) -> urllib3.BaseHTTPResponse:
        answer = self._ask(method, repository, route, False, body, content_type)
        assert answer is not None
        return answer

    def _ask(
        self, method: str, repository: str, route: str, missing: bool, body: bytes | None = None, content_type: str = ""
    ) -> urllib3.BaseHTTPResponse | None:
        """The registry's answer; None for a 404 where something may be missing; Broken for anything unexpected."""
        prefix = self.address.partition("/")[2]
        path = f"/v2/{prefix}/{repository}" if prefix else f"/v2/{repository}"
        url = f"{'http' if is_loopback(self.host) else 'https'}://{HOSTS.get(self.host, self.host)}{path}/{route}"
        answer = self._send(method, url, self.authorizations.get(repository), body, content_type)
        if answer.status == 401:
            challenge = answer.headers.get("WWW-Authenticate", "")
            self.authorizations[repository] = self._authorize(challenge)
            answer = self._send(method, url, self.authorizations[repository], body, content_type)
        if answer.status == 404 and missing:
            return None
        if answer.status >= 300:
            raise Broken(
                f"registry {self.host}: {method} {path}/{route} answered {answer.status}{self._advice(answer)}"
            )
        return answer

    def _send(
        self, method: str, url: str, authorization: str | None, body: bytes | None = None, content_type: str = ""
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": MANIFESTS} | ({"Authorization": authorization} if authorization else {})
        headers |= {"Content-Type": content_type} if content_type else {}
        try:
            return urllib3.request(method, url, body=body, headers=headers, timeout=SECONDS, retries=RETRIES)
        except urllib3.exceptions.HTTPError as problem:
            raise Broken(f"registry {self.host}: {url} cannot be reached ({type(problem).__name__})") from None

    def _authorize(self, challenge: str) -> str:
        """What a registry's challenge asks for: the login itself, or a token that it buys."""
        basic = f"Basic {self.login.basic}" if self.login else None
        if not challenge.lower().startswith("bearer "):
            if basic is None:
                raise Broken(f"registry {self.host}: it wants a login; `docker login {self.host}` or REGISTRY_USER")
            return basic
        asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        realm = asked.pop("realm", "")
        answer = self._send("GET", f"{realm}?{urlencode(asked)}", basic)
        if answer.status != 200:
            raise Broken(f"registry {self.host}: its token service answered {answer.status}; is the login right?")
        token: dict[str, Any] = json.loads(answer.data)
        return f"Bearer {token.get('token') or token['access_token']}"

    def _advice(self, answer: urllib3.BaseHTTPResponse) -> str:
        if answer.status in (401, 403):
            return f": {'the login' if self.login else 'no login'} does not allow it; `docker login {self.host}`"
        if answer.status == 405:
            return ": it does not allow deletion (REGISTRY_STORAGE_DELETE_ENABLED)"
        return f": {answer.data[:200].decode(errors='replace')}"
