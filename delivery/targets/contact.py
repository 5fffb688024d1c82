"""How a delivery talks to the keeper: start it, wake it, wait for what it was asked, end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.errors import Broken, DoesNotComeUp
from delivery.files import read_json
from delivery.journal import Write, visible
from delivery.targets import Slot
from delivery.targets.processes import POLL_SECONDS, alive
from delivery.targets.servers import DRAIN_SECONDS, START_SECONDS

KEEPER_SECONDS = 60.0
PATIENCE_SECONDS = 10.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Contact:
    """The keeper of a `var/` folder."""

    var: Path
    interpreter: Path | None = None
    faults_allowed: bool = False
    watch: Path | None = None
    """The project that a watcher is kept for, if any."""

    @property
    def log(self) -> Path:
        """What the keeper itself writes."""
        return self.var / "keeper" / "log"

    def status(self) -> dict[str, Any] | None:
        """What the keeper said last; None when there never was one."""
        path = self.var / "keeper" / "status.json"
        return read_json(path) if path.exists() else None

    def running(self) -> bool:
        """Whether the keeper lives."""
        status = self.status()
        return status is not None and not status["stopped"] and alive(status["pid"], status["begun"])

    def stopped(self) -> bool:
        """Whether somebody ended it on purpose, or it never ran."""
        status = self.status()
        return status is None or status["stopped"]

    def ensure(self) -> None:
        """Start the keeper unless it runs."""
        deadline = time.monotonic() + KEEPER_SECONDS
        while not self.running():
            if time.monotonic() > deadline:
                raise Broken(f"the keeper does not come up in {KEEPER_SECONDS:.0f} s; its last words are in {self.log}")
            self._spawn()
            self._wait_a_moment()
            visible(Write.KEEPER_STARTED)

    def wake(self) -> None:
        """Something changed in `target.json`."""
        status = self.status()
        if status and alive(status["pid"], status["begun"]):
            with suppress(ProcessLookupError):
                os.kill(status["pid"], signal.SIGHUP)

    def slot(self, model: str, slot: Slot) -> dict[str, Any] | None:
        """What runs in a slot, None when nothing was ever asked for there; Broken while no keeper runs."""
        return _slot(self.kept(), model, slot)

    def kept(self) -> dict[str, Any]:
        """The status of a keeper that lives; Broken when none does."""
        status = self.status()
        if status is None or status["stopped"] or not alive(status["pid"], status["begun"]):
            raise Broken(
                f"the keeper of {self.var} is not running, so nobody can say what serves; "
                "`python -m delivery run` brings it back"
            )
        return status

    def wait_for(self, model: str, slot: Slot, release: str | None, faults: str | None, revision: int) -> None:
        """Until the slot runs that release (or nothing, for None); Broken gives the server's own last words."""
        self.wake()
        deadline = time.monotonic() + START_SECONDS + KEEPER_SECONDS
        while not self._runs(model, slot, release, faults, revision):
            if time.monotonic() > deadline:
                raise DoesNotComeUp(f"{model}: {slot} does not run {release} in time; see {self.log}")
            time.sleep(POLL_SECONDS)

    def wait_for_drained(self, model: str, slot: Slot) -> None:
        """Until what ran in the slot before has answered its last request, but not for ever: it ends by itself."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and any(
            process["draining"] and (process["model"], process["slot"]) == (model, slot)
            for process in self.kept()["processes"]
        ):
            time.sleep(POLL_SECONDS)

    def stop(self) -> bool:
        """End the keeper and its servers after their last accepted requests; False when none ran."""
        status = self.status()
        if status is None or not alive(status["pid"], status["begun"]):
            return False
        os.kill(status["pid"], signal.SIGTERM)
        deadline = time.monotonic() + DRAIN_SECONDS + KEEPER_SECONDS
        while alive(status["pid"], status["begun"]):
            if time.monotonic() > deadline:
                raise Broken(f"the keeper (process {status['pid']}) does not end; see {self.log}")
            time.sleep(POLL_SECONDS)
        visible(Write.KEEPER_STOPPED)
        return True

    def _runs(self, model: str, slot: Slot, release: str | None, faults: str | None, revision: int) -> bool:
        status = self.kept()
        seen = _slot(status, model, slot)
        if status["revision"] < revision:
            return False
        if status["error"]:
            raise Broken(status["error"])
        if seen is None:
            return release is None
        if seen["error_of"] is not None and seen["error_of"] == release:
            raise DoesNotComeUp(seen["error"])
        return bool(seen["release"] == release and seen["faults"] == faults)

    def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "delivery.targets.keeper", "--var", str(self.var.absolute())]
        if self.interpreter:
            command += ["--interpreter", str(self.interpreter)]
        if self.faults_allowed:
            command += ["--faults-allowed"]
        if self.watch:
            command += ["--watch", str(self.watch.absolute())]
        # A kill meant for a delivery is not meant for the keeper.
        variables = {name: value for name, value in os.environ.items() if name != "DELIVERY_KILL_AFTER"}
        with self.log.open("ab") as log:
            done = subprocess.run(
                command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            )
        if done.returncode:
            raise Broken(f"the keeper cannot be started (exit code {done.returncode}); it says why in {self.log}")

    def _wait_a_moment(self) -> None:
        deadline = time.monotonic() + 5.0
        while not self.running() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def _slot(status: dict[str, Any], model: str, slot: Slot) -> dict[str, Any] | None:
    return next((seen for seen in status["slots"] if (seen["model"], seen["slot"]) == (model, slot)), None)
