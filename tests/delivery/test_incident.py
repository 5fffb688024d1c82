"""What a fault in production costs, counted on real servers with the watcher at work."""

from __future__ import annotations

import threading
import time

import pytest

from delivery import incident
from delivery.errors import WrongSetting
from delivery.incident import Visitors, go_bad
from delivery.promotion import Delivery
from delivery.targets.local import LocalTarget
from delivery.targets.misbehaving import misbehave
from delivery.watcher import Watcher
from tests.delivery.test_watcher import MODEL, releases, watcher
from tests.delivery.tiny import cases

__all__ = ["releases", "watcher"]


@pytest.mark.slow
def test_a_fault_is_timed_and_counted(
    watcher: Watcher, delivery: Delivery, releases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incident, "BEFORE_SECONDS", 1.0)
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            watcher.step()
            time.sleep(0.2)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        seen = go_bad(watcher.settings, MODEL, cases(), "errors:0.5")
    finally:
        over.set()
        watching.join()
    print(seen.sentence())
    assert (seen.release, seen.restored, seen.alert) == (releases[1], releases[0], "ModelErrorsFast")
    assert 0 < seen.seconds_to_detect < seen.seconds_to_restore
    assert 0.3 * seen.requests < seen.wrong < 0.75 * seen.requests
    assert seen.wrong_share_before < 0.3
    assert seen.sentence().startswith("noticed after ")


def test_who_is_not_answered_was_failed() -> None:
    nobody = Visitors("http://127.0.0.1:9", cases(2))
    threading.Timer(0.3, nobody.over.set).start()
    nobody.ask(0)
    assert nobody.answers
    assert nobody.met("aaa", 0.0, time.monotonic()) == [False] * len(nobody.answers)


def test_faults_where_they_are_not_allowed_are_refused(target: LocalTarget) -> None:
    careful = LocalTarget(target.var)
    with pytest.raises(WrongSetting, match=r"local\.faults_allowed is false"):
        misbehave(careful, MODEL, "slow:1")
