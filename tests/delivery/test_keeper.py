"""The keeper: no request lost, what crashes comes back, what is not named ends, a killed keeper leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from delivery.errors import Broken
from delivery.promotion import Delivery, promote
from delivery.targets import keeper
from delivery.targets.local import LocalTarget
from delivery.targets.processes import alive, end, started
from tests.delivery.asking import ask
from tests.delivery.load import load

WHO = {"who": "me", "why": "test"}


def until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that must come true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.02)


def stable(target: LocalTarget) -> dict:
    return target.contact.slot("toy", "stable")


@pytest.fixture
def serving(delivery: Delivery, make_release) -> LocalTarget:
    """`aaa` in production."""
    delivery.target.publish("toy", make_release("aaa"))
    promote(delivery, "toy", "aaa", **WHO)
    return delivery.target


def test_no_request_is_lost_while_releases_follow_each_other(delivery, serving: LocalTarget, make_release) -> None:
    serving.publish("toy", make_release("bbb"))
    with load(serving.public_url("toy")) as counts:
        for release in ("bbb", "aaa"):
            time.sleep(0.2)
            promote(delivery, "toy", release, **WHO)
        until(lambda: len(serving.contact.status()["processes"]) == 1)
    assert counts["sent"] > 100
    assert counts == {"sent": counts["sent"], "answered": counts["sent"], "failed": 0, "reset": 0}


def test_a_crashed_server_comes_back_and_the_keeper_says_why(serving: LocalTarget) -> None:
    crashed = stable(serving)["pid"]
    os.killpg(crashed, signal.SIGKILL)
    until(lambda: stable(serving)["restarts"] == 1 and stable(serving)["ready"])
    assert stable(serving)["pid"] != crashed
    assert "toy: release aaa in stable was killed by SIGKILL" in stable(serving)["last_error"]
    assert ask(serving.public_url("toy"))["release"] == "aaa"


def test_one_that_does_not_start_is_tried_again_while_the_others_serve(serving: LocalTarget, make_release) -> None:
    needs_a_file = "if not pathlib.Path('../ready').exists(): raise SystemExit('no memory left')"
    serving.publish("toy", make_release("bad", extra=needs_a_file))
    with pytest.raises(Broken, match="no memory left"):
        serving.start("toy", "canary", "bad")
    with pytest.raises(Broken, match=r"canary does not answer: .*bad in canary ended"):
        serving.address("toy", "canary")
    assert ask(serving.public_url("toy"))["release"] == "aaa"
    (serving.var / "releases" / "toy" / "ready").touch()
    until(lambda: serving.contact.slot("toy", "canary")["ready"])
    assert ask(serving.address("toy", "canary"))["release"] == "bad"


def test_a_killed_keeper_leaves_no_server_and_the_next_one_starts_them_again(serving: LocalTarget) -> None:
    status = serving.contact.status()
    os.kill(status["pid"], signal.SIGKILL)
    until(lambda: not any(alive(process["pid"], process["begun"]) for process in status["processes"]))
    with pytest.raises(Broken, match=r"the keeper of .* is not running"):
        serving.current("toy")
    serving.open()
    assert serving.current("toy").release == "aaa"


def test_orphans_of_a_killed_keeper_are_ended_by_the_next(tmp_path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as orphan:
        begun = started(orphan.pid)
        (tmp_path / "status.json").write_text(f'{{"processes": [{{"pid": {orphan.pid}, "begun": "{begun}"}}]}}')
        keeper.end_orphans(tmp_path / "status.json")
        assert orphan.wait() == -signal.SIGTERM
    assert not alive(orphan.pid, begun)


def test_a_stranger_with_an_old_number_is_left_alone() -> None:
    end(os.getpid(), "another start time", patience_seconds=0)
    assert alive(os.getpid(), started(os.getpid()))


def test_there_is_one_keeper(serving: LocalTarget) -> None:
    first = serving.contact.status()["pid"]
    assert keeper.main(["--var", str(serving.var)]) == 0
    assert serving.contact.status()["pid"] == first
    assert keeper.only_one(serving.var / "keeper") is None


def test_an_unreadable_state_stops_nothing(serving: LocalTarget) -> None:
    whole = serving.state.path.read_text()
    serving.state.path.write_text("{")
    serving.contact.wake()
    until(lambda: serving.contact.status()["error"])
    assert "target.json: no JSON" in serving.contact.status()["error"]
    assert ask(stable_url(serving))["release"] == "aaa"
    serving.state.path.write_text(whole)
    serving.contact.wake()
    until(lambda: serving.contact.status()["error"] is None)


def stable_url(target: LocalTarget) -> str:
    return f"http://127.0.0.1:{stable(target)['port']}"
