"""A real cluster: a delivery killed anywhere, two at once, and a ledger that somebody edited."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.journal import Write
from delivery.opening import lock
from delivery.promotion import recover
from tests.e2e.cluster import Bench, go_live, live
from tests.e2e.images import MODEL

pytestmark = [pytest.mark.slow, pytest.mark.engines]
KILLED_AFTER = [
    Write.INTENT_RECORDED, Write.STABLE_NAMED, Write.STABLE_SERVING, Write.LEDGER_ANNOUNCED, Write.LEDGER_APPENDED,
    Write.LEDGER_HEAD_RECORDED, Write.CHAMPION_PUBLISHED, Write.INTENT_CLEARED,
]  # fmt: skip


@pytest.mark.parametrize("write", KILLED_AFTER, ids=lambda write: write.value)
def test_a_killed_promotion_is_completed_or_undone(there: Bench, second: Path, write: Write) -> None:
    go_live(there, there.build("first"))
    old, new = live(there), there.delivery().target.publish(MODEL, second)
    assert started(there, "promote", new, DELIVERY_KILL_AFTER=write.value).wait() == -9
    assert recovered(there) in (old, new)
    delivery = there.delivery()
    serving = live(there)
    assert serving == (old if write is Write.INTENT_RECORDED else new)
    assert delivery.ledger.verify() == []
    assert delivery.journal.interrupted(MODEL) is None
    assert delivery.target.memory.state(MODEL).champion_published == serving


def started(there: Bench, move: str, release: str, **variables: str) -> subprocess.Popen[bytes]:
    path = there.settings.root / "settings"
    path.write_bytes(pickle.dumps(there.settings))
    command = [sys.executable, "-m", "tests.e2e.deliver_cluster", str(path), move, release]
    return subprocess.Popen(command, env={**os.environ, **variables})


def recovered(there: Bench) -> str:
    """What serves after the next delivery has begun: it waits until the dead one's lease has run out."""
    with lock(there.settings, MODEL, "recover", 90):
        recover(there.delivery(), MODEL)
    return live(there)


def test_two_deliveries_at_once_come_one_after_the_other(there: Bench, second: Path) -> None:
    releases = [there.delivery().target.publish(MODEL, folder) for folder in (there.build("first"), second)]
    both = [started(there, "promote", release) for release in releases]
    assert [process.wait() for process in both] == [0, 0]
    delivery = there.delivery()
    promoted = [entry.release for entry in delivery.ledger.entries(MODEL) if entry.action == "promoted"]
    assert live(there) == promoted[-1]
    assert delivery.ledger.verify() == []


def test_an_edited_ledger_is_seen(there: Bench) -> None:
    delivery = there.delivery()
    data, _ = delivery.target.memory.read("ledger-0001")
    for lines in (data["lines"].replace("promoted", "refused", 1), data["lines"].rpartition("{")[0]):
        write_lines(there, lines)
        assert len(there.delivery().ledger.verify()) == 1
    write_lines(there, data["lines"])
    assert there.delivery().ledger.verify() == []


def write_lines(there: Bench, lines: str) -> None:
    memory = there.delivery().target.memory
    memory.write("ledger-0001", {"lines": lines}, memory.read("ledger-0001")[1])
