"""One gunicorn of one slot: started from a release folder with that release's own code, asked, drained."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from delivery.targets import Slot
from delivery.targets.asking import says_ready
from delivery.targets.environments import Environments
from delivery.targets.processes import die_with_parent, started
from delivery.targets.signing import key_file

START_SECONDS = 60.0
DRAIN_SECONDS = 40.0
"""More than gunicorn's own graceful timeout (30 s), after which it ends by itself."""
LAST_LINES = 12
SERIAL_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Wanted:
    """What a slot should run."""

    model: str
    slot: Slot
    release: str
    faults: str | None = None


@dataclass(frozen=True)
class Site:
    """What every server on this machine shares."""

    var: Path
    environments: Environments
    faults_allowed: bool = False

    def folder(self, wanted: Wanted) -> Path:
        """The sealed release."""
        return self.var.absolute() / "releases" / wanted.model / wanted.release

    def command(self, wanted: Wanted, listeners: list[int]) -> list[str]:
        """gunicorn on sockets that are already open."""
        binds = [word for handle in listeners for word in ("--bind", f"fd://{handle}")]
        python = str(self.environments.python(self.folder(wanted)))
        return [python, "-B", "-m", "gunicorn", "--config", "serving/gunicorn.conf.py", *binds]

    def environment(self, wanted: Wanted, metrics: Path) -> dict[str, str]:
        """The variables of a server: its own, and of ours only what any program needs."""
        feedback = self.var.absolute() / "feedback"
        feedback.mkdir(parents=True, exist_ok=True)
        variables = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        variables |= {
            "PYTHONPATH": str(self.folder(wanted)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DRAIN_SECONDS": "0",  # whoever comes next accepts on the same socket already: nobody needs time to look
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "FEEDBACK_STORE": str(feedback / f"{wanted.model}.sqlite"),
            "SIGNING_KEY": key_file(self.var).read_text(encoding="ascii"),
        }
        if self.faults_allowed:
            variables["FAULTS_ALLOWED"] = "yes"
        if wanted.faults:
            variables["MODEL_FAULTS"] = wanted.faults
        return variables


@dataclass
class Server:
    """A started server process and its private socket."""

    wanted: Wanted
    process: subprocess.Popen[bytes]
    private: socket.socket
    log: Path
    metrics: Path
    begun: str
    at: float = field(default_factory=time.monotonic)
    is_ready: bool = False
    draining_since: float | None = None

    @property
    def port(self) -> int:
        """The private port, on which this server alone answers."""
        port: int = self.private.getsockname()[1]
        return port

    def as_json(self) -> dict[str, Any]:
        """The process in `status.json`: enough to find it again, and to see whether it still drains."""
        return {
            "pid": self.process.pid,
            "begun": self.begun,
            "model": self.wanted.model,
            "slot": self.wanted.slot,
            "draining": self.draining_since is not None,
        }

    def ready(self) -> bool:
        """Whether it has said once that it is ready."""
        self.is_ready = self.is_ready or says_ready(self.port)
        return self.is_ready

    def late(self) -> bool:
        """Whether it should have been ready long ago."""
        return not self.is_ready and time.monotonic() - self.at > START_SECONDS

    def failure(self) -> str:
        """Why it ended, with the last lines it wrote."""
        code = self.process.poll()
        how = "was not ready in time" if code is None else _how(code)
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-LAST_LINES:]
        return "\n".join([f"{self.wanted.model}: release {self.wanted.release} in {self.wanted.slot} {how}", *lines])

    def drain(self) -> None:
        """Answer what has been accepted, then end. The public socket stays open for the others."""
        self.draining_since = time.monotonic()
        self.private.close()
        with suppress(ProcessLookupError):
            self.process.terminate()

    def gone(self) -> bool:
        """Whether it has ended; one that does not drain in time is killed."""
        if self.process.poll() is None and time.monotonic() - (self.draining_since or self.at) > DRAIN_SECONDS:
            self.kill()
        return self.process.poll() is not None

    def kill(self) -> None:
        """End it and its workers now."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def clear(self) -> None:
        """Close and delete what it leaves behind."""
        self.private.close()
        self.log.unlink(missing_ok=True)
        shutil.rmtree(self.metrics, ignore_errors=True)


def start(wanted: Wanted, site: Site, public: socket.socket | None) -> Server:
    """Start a server on a new private port and, for stable, on the public socket; OSError when it cannot be run."""
    keeper = site.var.absolute() / "keeper"
    name = f"{wanted.model}-{wanted.slot}-{next(SERIAL_NUMBERS)}"
    log, metrics = keeper / f"{name}.log", keeper / "metrics" / name
    metrics.mkdir(parents=True)
    private = socket.create_server(("127.0.0.1", 0), backlog=128)
    listeners = [private.fileno()] + ([public.fileno()] if public else [])
    try:
        with log.open("wb") as file:
            process = _spawn(wanted, site, listeners, metrics, file)
    except OSError:
        private.close()
        raise
    return Server(wanted, process, private, log, metrics, started(process.pid) or "")


def _spawn(wanted: Wanted, site: Site, listeners: list[int], metrics: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        site.command(wanted, listeners),
        cwd=site.folder(wanted),
        env=site.environment(wanted, metrics),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=listeners,
        start_new_session=True,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )


def _how(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
