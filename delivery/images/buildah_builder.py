"""Images without a daemon, by buildah: the same release gives the same digest on every machine.

BUILDAH_ISOLATION and STORAGE_DRIVER are buildah's own settings; in a container it usually wants `chroot` and `vfs`.
A release is proved in buildah's isolation, on this machine's network: its root is not mounted read-only there, but all
of it belongs to root and the server's user may change none of it.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.errors import Broken
from delivery.images import Recipe, Started
from delivery.images.arguments import hide
from delivery.images.login import Login
from delivery.images.registry import is_loopback

CHILD = Path(__file__).with_name("child.py")
EPOCH = "0"
"""The time of every file and image: a layer that did not change keeps its digest."""
STOP_SECONDS = 40.0
KILLED = 128 + signal.SIGKILL
LAST_LINES = 15


@dataclass(frozen=True)
class BuildahStarted:
    """The image's command, running in a working container."""

    container: str
    settings: tuple[str, ...]
    process: subprocess.Popen[bytes]
    written: Path

    def execute(self, command: Sequence[str]) -> str:
        """What a command inside prints; Broken where it fails."""
        return run(["run", *self.settings, self.container, "--", *command], "a command in the container").decode()

    def stop(self) -> int:
        """The exit code after SIGTERM, which child.py sends: buildah itself would kill."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return KILLED

    def log(self) -> str:
        """What it has written so far."""
        return self.written.read_text(encoding="utf-8", errors="replace")


class BuildahBuilder:
    """The buildah on PATH."""

    name = "buildah"

    def __init__(self, host: str, login: Login | None) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._transport = ["--tls-verify=false"] if is_loopback(host) else []
        if login:
            # A file, for a command line can be read by everybody; the folder is ours alone (0700).
            path = Path(self._folder.name, "auth.json")
            path.write_text(json.dumps({"auths": {host: {"auth": login.basic}}}), encoding="utf-8")
            self._transport += ["--authfile", str(path)]

    def close(self) -> None:
        """Forget the login."""
        self._folder.cleanup()

    def build(self, recipe: Recipe) -> None:
        """Make the image and name it by the recipe's tag. Arguments go through the environment, unseen by `ps`."""
        names = [word for name in sorted(recipe.arguments) for word in ("--build-arg", name)]
        labels = [word for name in sorted(recipe.labels) for word in ("--label", f"{name}={recipe.labels[name]}")]
        # Docker's own format would hold the names of containers that nobody sees twice. The OCI's knows no HEALTHCHECK,
        # which a cluster never reads. Which buildah made the image is left out for the same reason.
        settings = ["--format", "oci", "--identity-label=false", "--layers", "--timestamp", EPOCH, "--tag", recipe.tag]
        command = ["build", *self._transport, *settings, *names, *labels, "-"]
        run(command, f"{recipe.tag}: the image could not be built", recipe.context, recipe.arguments)

    @contextmanager
    def start(self, tag: str) -> Iterator[Started]:
        """A working container without capabilities, its server on a free port of this machine."""
        command = json.loads(run(["inspect", "--type", "image", tag], tag))["Docker"]["config"]["Cmd"]
        container = run(["from", "--pull-never", tag], tag).decode().strip()
        variables = {"BIND": f"127.0.0.1:{free_port()}", "SIGNING_KEY": secrets.token_urlsafe(32)}
        settings = ("--network", "host", "--cap-drop", "ALL", *(f"--env={k}={v}" for k, v in variables.items()))
        written = Path(self._folder.name, f"{container}.log")
        with written.open("wb") as log:
            inside = [container, "--", "python", "-c", CHILD.read_text(encoding="utf-8"), *command]
            words = ["buildah", "run", *settings, *inside]
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
        try:
            yield BuildahStarted(container, settings, process, written)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            run(["rm", container], container)

    def push(self, tag: str) -> str:
        """The digest under which the registry took it."""
        file = Path(self._folder.name, "digest")
        words = ["push", *self._transport, "--digestfile", str(file), tag, f"docker://{tag}"]
        run(words, f"{tag}: the image could not be pushed")
        return file.read_text(encoding="ascii").strip()

    def releases(self, name: str) -> list[str]:
        """The tags that buildah's storage holds of `registry/repository`."""
        images = json.loads(run(["images", "--json", "--no-trunc"], "buildah images") or b"[]") or []
        tags = [tag for image in images for tag in image.get("names") or []]
        return [tag.rpartition(":")[2] for tag in tags if tag.rpartition(":")[0] == name]

    def remove(self, tag: str) -> None:
        """Forget an image; layers that others use stay."""
        run(["rmi", tag], tag)


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    """This process's own. Buildah refuses every command where DOCKER_CONFIG holds no login, as Docker does not."""
    own = dict(os.environ)
    if "DOCKER_CONFIG" in own and not Path(own["DOCKER_CONFIG"], "config.json").is_file():
        del own["DOCKER_CONFIG"]
    return own


def run(words: Sequence[str], what: str, data: bytes = b"", arguments: Mapping[str, str] | None = None) -> bytes:
    """What a buildah command prints; Broken with its last lines where it fails, the arguments' values hidden."""
    hidden = dict(arguments or {})
    try:
        done = subprocess.run(
            ["buildah", *words], input=data, capture_output=True, check=False, env=environment() | hidden
        )
    except FileNotFoundError:
        raise Broken(f"{what}: there is no buildah on PATH; on Debian and Ubuntu: apt install buildah") from None
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-LAST_LINES:]
        raise Broken(hide("\n".join([f"{what}: buildah {words[0]} ended with {done.returncode}", *lines]), hidden))
    return done.stdout
