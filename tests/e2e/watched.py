"""Both models of this repository, two servers with two workers each, asked by people and read by a real Prometheus."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.prometheus_server import Prometheus, prometheus, retarget
from tests.e2e.traffic import People, labelled_rows, release_of
from tests.serving.servers import Server, serving

NAMESPACE = "models"
CHANGED = "sentiment"
BEFORE_SECONDS, AFTER_SECONDS = 45.0, 90.0
"""So long before and after one model's release is followed by another."""


@dataclass(frozen=True)
class Watched:
    """What was seen, and when it began and ended."""

    prometheus: Prometheus
    began: float
    ended: float
    releases: Mapping[str, str]
    """Of each model, at the end."""


@contextmanager
def watched(folder: Path, built: Mapping[str, Path]) -> Iterator[Watched]:
    """Some minutes of traffic; one model changes its release in the middle, and now and then a request fails."""
    with ExitStack() as stack:
        server = stack.enter_context(prometheus(folder / "prometheus"))
        running = {model: start(stack, folder, release_of(path, folder / model)) for model, path in built.items()}
        point(folder, running)
        began = time.time()
        with ExitStack() as asking:
            people = {
                model: asking.enter_context(People(labelled_rows(model), ports(servers)))
                for model, (_, servers) in running.items()
            }
            time.sleep(BEFORE_SECONDS)
            running[CHANGED] = start(stack, folder, release_of(built[CHANGED], folder / "following", "the next one"))
            point(folder, running)
            people[CHANGED].ports[:] = ports(running[CHANGED][1])
            time.sleep(AFTER_SECONDS)
        yield Watched(server, began, time.time(), {model: release for model, (release, _) in running.items()})


def start(stack: ExitStack, folder: Path, release: Path) -> tuple[str, list[Server]]:
    """Two servers of a release that share their used ids; one request in a hundred fails."""
    name = release.name
    faults = {"MODEL_FAULTS": "errors:0.01", "FAULTS_ALLOWED": "yes"}
    settings = {"FEEDBACK_STORE": str(folder / f"{name}.sqlite"), "WORKERS": "2", **faults}
    servers = [stack.enter_context(serving(release, folder / f"{name}-{number}.log", **settings)) for number in "ab"]
    return str(json.loads((release / "release.json").read_text())["identity"]), servers


def ports(servers: list[Server]) -> list[int]:
    """Where they answer."""
    return [server.port for server in servers]


def point(folder: Path, running: Mapping[str, tuple[str, list[Server]]]) -> None:
    """Let Prometheus read these servers and no others."""
    targets = {model: [(port, release) for port in ports(servers)] for model, (release, servers) in running.items()}
    retarget(folder / "prometheus", targets, NAMESPACE)
