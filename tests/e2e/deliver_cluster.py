"""One move of a release in a cluster, in a process of its own so that a test can kill it: SETTINGS MOVE RELEASE.

MOVE is promote, rollback, hold, or canary, of which RELEASE is then the folder.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from delivery.opening import lock, open_delivery
from delivery.promotion import hold, promote, recover, rollback
from tests.e2e.canaries import canary
from tests.e2e.cluster import WHO, Bench
from tests.e2e.images import MODEL


def main(settings: Path, move: str, release: str) -> None:
    """As the verbs do it: under the model's lease, after what a killed delivery left was mended."""
    here = pickle.loads(settings.read_bytes())
    delivery = open_delivery(here)
    with lock(here, MODEL, move, 90):
        delivery.target.open()
        recover(delivery, MODEL)
        if move == "promote":
            promote(delivery, MODEL, release, again=True, **WHO)
        elif move == "canary":
            canary(Bench(here, ""), Path(release))
        elif move == "hold":
            hold(delivery, MODEL, **WHO)
        else:
            rollback(delivery, MODEL, of=release, **WHO)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
