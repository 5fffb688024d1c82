"""An image run as on the edge: read-only, without rights, on 96 MB and a quarter of a processor."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass

from delivery.images.proving import INSIDE
from tests.e2e.images import docker

SHUT_IN = [
    "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=96m", "--memory-swap=96m",
    "--cpus=0.25",
]  # fmt: skip
EDGE_SECONDS = 30


@dataclass(frozen=True)
class ShutIn:
    """What was seen of a container until it was stopped."""

    seconds: float
    """Until it had answered."""
    predictions: int
    exit_code: int
    killed: bool
    """By the kernel, for its memory."""


def answer_shut_in(image: str) -> ShutIn:
    """Start an image, ask it its samples, wait until it is healthy, stop it."""
    name, begun = f"e2e-{secrets.token_hex(4)}", time.monotonic()
    docker("run", "--detach", "--name", name, *SHUT_IN, "--env", "ALLOW_RANDOM_KEY=yes", image)
    try:
        answer = json.loads(docker("exec", name, "python", "-c", INSIDE.read_text(), str(EDGE_SECONDS)))
        seconds = time.monotonic() - begun
        while (health := docker("inspect", "--format", "{{.State.Health.Status}}", name)) == "starting":
            assert time.monotonic() - begun < 2 * EDGE_SECONDS
            time.sleep(0.5)
        assert health == "healthy"
        docker("stop", "--time=40", name)
        state = json.loads(docker("inspect", "--format", "{{json .State}}", name))
        return ShutIn(round(seconds, 1), len(answer["predictions"]), state["ExitCode"], state["OOMKilled"])
    finally:
        docker("rm", "--force", "--volumes", name)
