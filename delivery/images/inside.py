"""Runs inside a started image: waits until its server is ready, asks it the release's own samples, prints the answer.

Handed over as source (`python -c`), so that nothing is added to the image; standard library only.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from pathlib import Path

ANSWER_SECONDS = 30.0
PAUSE_SECONDS = 0.1


def ask(method: str, route: str, body: str | None = None) -> tuple[int, str]:
    """Status and body of the server in this container."""
    headers = {"Content-Type": "application/json", "Traffic": "replay", "Connection": "close"}
    port = int(os.environ["BIND"].rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request(method, route, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def ready() -> bool:
    """Whether it wants requests."""
    try:
        return ask("GET", "/readyz")[0] == 200
    except OSError:
        return False


def main(seconds: float) -> None:
    """Print the answer to the samples; leave with a sentence where there is none."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            sys.exit(f"not ready within {seconds:.0f} s")
        time.sleep(PAUSE_SECONDS)
    instances = json.loads(Path("samples.json").read_text(encoding="utf-8"))["instances"]
    status, body = ask("POST", "/predict", json.dumps({"instances": instances}))
    if status != 200:
        sys.exit(f"its own samples were answered with {status}: {body[:300]}")
    print(body)


if __name__ == "__main__":
    main(float(sys.argv[1]))
