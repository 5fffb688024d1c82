"""A release really started, as a process where an image would be a container: what it answers lets it pass or not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from delivery.errors import Broken, Refused
from delivery.images import proving
from delivery.images.buildah_builder import CHILD, free_port
from delivery.images.proving import prove
from tests.delivery.images.releases import seal_for

GUNICORN = ["python", "-m", "gunicorn", "--config", "serving/gunicorn.conf.py"]


class Process:
    """A release's own command in its folder, held as an engine without signals holds it."""

    def __init__(self, folder: Path, log: Path, **variables: str) -> None:
        self.folder, self.written = folder, log
        port = free_port()
        self.environment = {
            **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1", "BIND": f"127.0.0.1:{port}", "WORKERS": "1", "DRAIN_SECONDS": "0",
            "SIGNING_KEY": "a-key-for-tests-only", **variables,
        }  # fmt: skip
        command = ["python", "-c", CHILD.read_text(), *GUNICORN]
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, cwd=folder, env=self.environment, stdin=subprocess.PIPE, stdout=file, stderr=file
            )

    def execute(self, command: Sequence[str]) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Broken(done.stderr.strip())
        return done.stdout

    def stop(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def log(self) -> str:
        return self.written.read_text()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """`start(folder)` starts a release; whatever still runs afterwards is ended."""
    processes = []

    def start(folder: Path, **variables: str) -> Process:
        processes.append(Process(folder, tmp_path / "log", **variables))
        return processes[-1]

    yield start
    for each in processes:
        each.process.communicate()


def test_a_release_that_answers_as_sealed_passes(tmp_path, start):
    folder = seal_for(tmp_path / "release")
    assert "answers its 2 samples exactly, and stops when told to" in prove(start(folder), folder)


def test_another_answer_is_refused(tmp_path, start):
    folder = seal_for(tmp_path / "release")
    served = start(folder)
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    for name in ("release.json", "schema.json", "samples.json"):
        (sealed / name).write_bytes((folder / name).read_bytes())
    samples = json.loads((sealed / "samples.json").read_text())
    samples["predictions"][0] = {"probabilities": [0.9, 0.1]}
    (sealed / "samples.json").write_text(json.dumps(samples))
    with pytest.raises(Refused, match="its 2 samples otherwise than sealed, 2 differences: sample 0: label"):
        prove(served, sealed)


def test_another_release_in_the_image_is_refused(tmp_path, start):
    folder = seal_for(tmp_path / "release")
    other = seal_for(tmp_path / "other", intercept=0.5)
    with pytest.raises(Refused, match="answers as release"):
        prove(start(other), folder)


def test_a_server_that_does_not_start_is_refused_with_what_it_wrote(tmp_path, start, monkeypatch):
    monkeypatch.setattr(proving, "READY_SECONDS", 2.0)
    folder = seal_for(tmp_path / "release")
    with pytest.raises(Refused, match=r"(?s)does not answer: not ready within 2 s; it wrote last:.*SIGNING_KEY"):
        prove(start(folder, SIGNING_KEY="short"), folder)


def test_one_that_does_not_stop_cleanly_is_refused(tmp_path, start):
    folder = seal_for(tmp_path / "release")
    served = start(folder)
    served.stop = lambda: 128 + signal.SIGKILL  # type: ignore[method-assign]
    with pytest.raises(Refused, match="ended with exit code 137 on SIGTERM"):
        prove(served, folder)
