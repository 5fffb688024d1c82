"""Images by a Docker daemon, through its SDK: the classic builder, for the SDK knows no BuildKit."""

from __future__ import annotations

import io
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import docker  # type: ignore[import-untyped]
import docker.errors  # type: ignore[import-untyped]
import requests

from delivery.errors import Broken
from delivery.images import Recipe, Started
from delivery.images.arguments import hide
from delivery.images.login import Login

ENGINE_SECONDS = 900
"""How long the daemon may be silent: a cold build installs packages without a word."""
STOP_SECONDS = 40
"""More than the server's own graceful timeout (30 s)."""
PROCESSES_AT_MOST = 128
LAST_LINES = 15


@dataclass(frozen=True)
class DockerStarted:
    """A container of the daemon."""

    container: Any

    def execute(self, command: Sequence[str]) -> str:
        """What a command inside prints; Broken where it fails or the container has ended."""
        with engine("docker exec"):
            done = self.container.exec_run(list(command), demux=True)
        printed, complained = ((part or b"").decode(errors="replace") for part in done.output)
        if done.exit_code != 0:
            raise Broken(complained.strip() or f"a command in the container ended with exit code {done.exit_code}")
        return printed

    def stop(self) -> int:
        """The exit code after SIGTERM."""
        with engine("docker stop"):
            self.container.stop(timeout=STOP_SECONDS)
            return int(self.container.wait()["StatusCode"])

    def log(self) -> str:
        """What it has written so far."""
        with engine("docker logs"):
            return str(self.container.logs().decode(errors="replace"))


class DockerBuilder:
    """The daemon that DOCKER_HOST or the default socket leads to."""

    name = "docker"

    def __init__(self, host: str, login: Login | None) -> None:
        self.login = login
        with engine("the Docker daemon cannot be used"):
            self.client = docker.from_env(timeout=ENGINE_SECONDS)
            if login:
                # Anew: an older login that docker remembers must not stand in for this one.
                self.client.login(login.user, login.password, registry=host, reauth=True)

    def close(self) -> None:
        """Close the connections to the daemon."""
        self.client.close()

    def build(self, recipe: Recipe) -> None:
        """Make the image and name it by the recipe's tag."""
        with engine(f"{recipe.tag}: docker build"):
            stream = self.client.api.build(
                fileobj=io.BytesIO(recipe.context), custom_context=True, tag=recipe.tag, rm=True, forcerm=True,
                buildargs=dict(recipe.arguments), labels=dict(recipe.labels), decode=True,
            )  # fmt: skip
            read_stream(stream, f"{recipe.tag}: the image could not be built", recipe.arguments)

    @contextmanager
    def start(self, tag: str) -> Iterator[Started]:
        """A container with a read-only root, no capabilities and no network; removed when the block ends."""
        with engine(f"{tag}: docker run"):
            container = self.client.containers.run(
                tag, detach=True, read_only=True, network_mode="none", cap_drop=["ALL"],
                security_opt=["no-new-privileges"], pids_limit=PROCESSES_AT_MOST,
                environment={"SIGNING_KEY": secrets.token_urlsafe(32)},
            )  # fmt: skip
        try:
            yield DockerStarted(container)
        finally:
            with suppress(docker.errors.NotFound), engine(f"{tag}: docker rm"):
                container.remove(force=True, v=True)

    def push(self, tag: str) -> str:
        """The digest under which the registry took it; the SDK itself does not raise where that fails."""
        name, _, release = tag.rpartition(":")
        auth = {"username": self.login.user, "password": self.login.password} if self.login else None
        with engine(f"{tag}: docker push"):
            stream = self.client.api.push(name, tag=release, stream=True, decode=True, auth_config=auth)
            told = read_stream(stream, f"{tag}: the image could not be pushed", {})
        if "Digest" not in told:
            raise Broken(f"{tag}: the daemon tells no digest after the push; was it pushed?")
        return str(told["Digest"])

    def releases(self, name: str) -> list[str]:
        """The tags that the daemon holds of `registry/repository`."""
        with engine("docker images"):
            images = self.client.images.list(name=name)
        return [tag.rpartition(":")[2] for image in images for tag in image.tags if tag.rpartition(":")[0] == name]

    def remove(self, tag: str) -> None:
        """Forget an image; layers that others use stay."""
        with engine(f"{tag}: docker rmi"):
            self.client.images.remove(tag)


@contextmanager
def engine(what: str) -> Iterator[None]:
    """The daemon's failures as Broken; `what` was being done."""
    try:
        yield
    except (docker.errors.DockerException, requests.RequestException) as problem:
        raise Broken(f"{what}: {getattr(problem, 'explanation', None) or problem}") from None


def read_stream(stream: Iterable[Mapping[str, Any]], what: str, arguments: Mapping[str, str]) -> dict[str, Any]:
    """What the daemon tells besides its log (`aux`) while it builds or pushes.

    Broken with the log's last lines where it tells an error, the build arguments' values hidden.
    """
    told: dict[str, Any] = {}
    log: deque[str] = deque(maxlen=LAST_LINES)
    for message in stream:
        log.extend(message.get("stream", "").splitlines())
        told |= message.get("aux") or {}
        if "error" in message:
            lines = [line for line in log if line.strip()]
            raise Broken(hide("\n".join([f"{what}: {message['error']}", *lines]), arguments))
    return told
