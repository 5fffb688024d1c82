"""A rollback does not wait for a canary: the canary sees it wait and gives way."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from delivery.correcting import Correction
from delivery.errors import Refused
from delivery.locking import delivery_lock, hurried, in_a_hurry
from delivery.opening import hurried as asked_by_moves
from delivery.promotion import Delivery
from delivery.settings import FILE, load_settings
from delivery.verbs import respond, steering
from delivery.work import Work
from model.library import load_spec
from tests.delivery import alarms
from tests.delivery.test_respond import Project, failing, live, project
from tests.delivery.test_rollout import MODEL as TINY
from tests.delivery.test_rollout import Bench
from tests.delivery.test_steering import MODEL, ROOT

__all__ = ["live", "project"]
WAIT = """
import sys, time; from pathlib import Path
from delivery.locking import in_a_hurry
with in_a_hurry(Path(sys.argv[1]), "toy"):
    print("waits", flush=True)
    sys.stdin.read()
"""


def test_several_may_be_in_a_hurry_and_a_killed_one_is_not(tmp_path: Path) -> None:
    assert not hurried(tmp_path, "toy")
    with in_a_hurry(tmp_path, "toy"), in_a_hurry(tmp_path, "toy"):
        assert hurried(tmp_path, "toy")
        assert not hurried(tmp_path, "other")
    command = [sys.executable, "-c", WAIT, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"waits\n"
        assert hurried(tmp_path, "toy")
        process.kill()
    assert not hurried(tmp_path, "toy")


def until(there: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it comes to be in time."""
    deadline = time.monotonic() + seconds
    while not there() and time.monotonic() < deadline:
        time.sleep(0.01)
    return there()


def test_a_rollback_that_waits_is_seen_by_the_canary_that_holds_the_lock(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text((ROOT / FILE).read_text())
    work = Work(load_spec(MODEL), load_settings(tmp_path / FILE))
    seen = asked_by_moves(work.settings, MODEL)
    ended: list[str] = []

    def roll_back() -> None:
        steering.rollback(work, argparse.Namespace(of="8c1d02f7a9be", why="now"))
        ended.append("done")

    waiting = threading.Thread(target=roll_back)
    with delivery_lock(tmp_path / "var", MODEL, "canary"):
        assert not seen()
        waiting.start()
        assert until(seen)
        assert ended == []
    waiting.join()
    assert (ended, seen()) == (["done"], False)
    steering.open_delivery(work.settings).target.close()  # type: ignore[attr-defined]


def test_an_alert_that_calls_for_a_rollback_makes_a_canary_give_way(live: Project) -> None:
    seen, path = asked_by_moves(load_settings(live.root / FILE), "toy"), live.root / "alert.json"
    path.write_text(alarms.text([failing()]))
    with delivery_lock(live.root / "var", "toy", "canary"):
        call = live.start(path)
        assert until(seen, 20.0)
        assert call.poll() is None
    assert call.wait() == 0
    assert live.actions() == ["promoted", "promoted", "rolled_back"]


@pytest.mark.parametrize(
    ("about", "hurries"), [({}, True), ({"name": "ModelSilent"}, False), ({"firing": False}, False)]
)
def test_of_alerts_only_one_that_calls_for_a_rollback_hurries(live: Project, about: Any, hurries: bool) -> None:
    settings = load_settings(live.root / FILE)
    correction = Correction(live.delivery, failing(**about), settings.correction, "respond")
    with respond.hurry(settings, correction):
        assert hurried(live.root / "var", "toy") is hurries


def test_a_canary_gives_way_and_is_gone(delivery: Delivery, tmp_path: Path) -> None:
    bench = Bench(delivery, tmp_path / "work")
    first = bench.seal(0.1)
    with pytest.raises(Refused, match=r"the canary of .* gave way to a rollback; it may run again"):
        bench.canary(first, hurried=lambda: True)
    assert bench.ends("canary")
    [entry] = delivery.ledger.entries(TINY)
    assert (entry.action, "gave way to a rollback" in entry.why) == ("refused", True)
    assert delivery.ledger.refused_releases(TINY) == {}
    assert "with no champion" in bench.canary(first)
