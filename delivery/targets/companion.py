"""A process that the keeper keeps beside the servers: started with it, started anew when it ends, ended before them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from delivery.targets.processes import die_with_parent, end, started

PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 10.0
NOT_PASSED_ON = ("MODEL_FAULTS", "DELIVERY_KILL_AFTER", "DELIVERY_WHO", "DELIVERY_ENVIRONMENT")
"""What a delivery may have been told is not meant for one that outlives it."""


@dataclass
class Companion:
    """The watcher of the project in `root`; what it prints goes to `log`."""

    root: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    begun: str = ""
    retry_at: float = 0.0

    def step(self) -> None:
        """Start it where it does not run, not sooner than some seconds after it ended."""
        if self.process and self.process.poll() is not None:
            self.process, self.retry_at = None, time.monotonic() + PAUSE_SECONDS
        if self.process is None and time.monotonic() >= self.retry_at:
            self._start()

    def end(self) -> None:
        """End it, and what it has under way."""
        if self.process:
            end(self.process.pid, self.begun, PATIENCE_SECONDS)
            self.process.wait()
            self.process = None

    def as_json(self) -> dict[str, Any] | None:
        """The process in `status.json`; None while there is none."""
        return {"pid": self.process.pid, "begun": self.begun} if self.process else None

    def _start(self) -> None:
        variables = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "delivery.watcher", "--root", str(self.root)],
                cwd=self.root,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        self.begun = started(self.process.pid) or ""
