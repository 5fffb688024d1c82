"""`python -m delivery respond ALERT.json` in a process of its own, for a project whose servers run with this Python."""

from __future__ import annotations

import sys
from pathlib import Path

from delivery import opening, running
from delivery.settings import Settings
from delivery.targets.local import LocalTarget


def open_here(settings: Settings) -> LocalTarget:
    """The target of a test: any free port, no environment built, releases that are not sealed."""
    var = opening.var_of(settings)
    return LocalTarget(
        var, base_port=0, faults_allowed=True, interpreter=Path(sys.executable), verify=lambda folder: None
    )


if __name__ == "__main__":
    opening.open_local = open_here
    sys.exit(running.main(["respond", *sys.argv[2:]], Path(sys.argv[1])))
