"""kill -9 after every externally visible write: afterwards the old release serves or the new one, never neither."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from delivery.journal import Write
from delivery.promotion import Delivery, promote, recover, resume
from tests.delivery.asking import ask
from tests.delivery.deliver import WHO, at

BEFORE_ANY_CHANGE = {Write.INTENT_RECORDED}
IN_A_ROLLBACK = [
    Write.STABLE_NAMED,
    Write.LEDGER_HALF_WRITTEN,
    *(pytest.param(write, marks=pytest.mark.slow) for write in (Write.INTENT_RECORDED, Write.STABLE_SERVING)),
]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory):
    """One target for all: every kill is followed by the recovery that the next delivery begins with."""
    delivery = at(tmp_path_factory.mktemp("killed") / "var")
    yield delivery
    delivery.target.close()


def killed(delivery: Delivery, write: Write, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.delivery.deliver", str(delivery.target.var), *words]
    return subprocess.Popen(command, env={**os.environ, "DELIVERY_KILL_AFTER": write.value})


def live(delivery: Delivery) -> str:
    delivery.target.open()
    champion = delivery.target.current("toy")
    assert champion is not None
    return champion.release


def assert_whole(delivery: Delivery, serving: str) -> None:
    """What must hold after any recovery."""
    state = delivery.target.state.read().model("toy")
    assert ask(delivery.target.public_url("toy"))["release"] == serving
    assert (state.stable, state.champion_published) == (serving, serving)
    assert delivery.ledger.verify() == []
    assert delivery.journal.interrupted("toy") is None
    assert delivery.target.held("toy") is None or delivery.ledger.hold("toy") is not None
    assert recover(delivery, "toy") == []


@pytest.mark.parametrize(
    "write", [each for each in Write if each is not Write.PORTS_COUNTED], ids=lambda write: write.value
)
def test_a_delivery_killed_after_a_write_is_completed_or_undone(there: Delivery, make_release, write: Write) -> None:
    if there.target.current("toy") is None:
        there.target.publish("toy", make_release("first"))
        promote(there, "toy", "first", **WHO)
    old, new = live(there), f"release-{write.value}"
    if write is Write.KEEPER_STARTED:
        there.target.close()
    assert killed(there, write, "deliver", str(make_release(new))).wait() == -9
    there.target.open()
    assert ask(there.target.public_url("toy"))["release"] in (old, new)
    recover(there, "toy")
    serving = live(there)
    assert serving in (old, new)
    assert_whole(there, serving)
    actions = [entry.action for entry in there.ledger.entries() if entry.release == new]
    assert ("promoted" in actions) == (serving == new)
    assert ("undone" in actions) == (write in BEFORE_ANY_CHANGE)
    resume(there, "toy", **WHO)


@pytest.mark.parametrize("write", IN_A_ROLLBACK, ids=lambda write: write.value)
def test_a_rollback_killed_after_a_write_is_completed_or_undone(there: Delivery, make_release, write: Write) -> None:
    back, old = (f"{name}-{write.value}" for name in ("good", "bad"))
    for release in (back, old):
        there.target.publish("toy", make_release(release))
        promote(there, "toy", release, **WHO)
    assert killed(there, write, "rollback").wait() == -9
    assert ask(there.target.public_url("toy"))["release"] in (old, back)
    recover(there, "toy")
    serving = live(there)
    assert serving == (old if write in BEFORE_ANY_CHANGE else back)
    assert (old in there.ledger.refused_releases("toy")) == (serving == back)
    assert_whole(there, serving)


def test_a_delivery_killed_while_a_bad_release_was_to_be_stable_is_undone(there: Delivery, make_release) -> None:
    there.target.publish("toy", make_release("sound"))
    promote(there, "toy", "sound", again=True, **WHO)
    folder = make_release("unsound", extra="raise SystemExit('never')")
    there.target.publish("toy", folder)
    assert killed(there, Write.STABLE_NAMED, "promote", "unsound").wait() == -9
    there.target.open()
    assert ["undone" in sentence for sentence in recover(there, "toy")] == [True]
    assert live(there) == "sound"
    assert_whole(there, "sound")


def test_a_killed_recovery_is_recovered(there: Delivery, make_release) -> None:
    there.target.publish("toy", make_release("before"))
    promote(there, "toy", "before", **WHO)
    folder = str(make_release("after"))
    assert killed(there, Write.STABLE_NAMED, "deliver", folder).wait() == -9
    for write in (Write.LEDGER_APPENDED, Write.CHAMPION_PUBLISHED):
        assert killed(there, write, "deliver", folder).wait() == -9
    recover(there, "toy")
    assert_whole(there, "after")
    actions = [entry.action for entry in there.ledger.entries() if entry.release == "after"]
    assert sorted(actions) == ["completed", "promoted"]


def test_two_deliveries_at_once_come_one_after_the_other(there: Delivery, make_release) -> None:
    folders = [str(make_release(name)) for name in ("one", "two")]
    environment = {**os.environ, "DELIVERY_KILL_AFTER": "none"}
    command = [sys.executable, "-m", "tests.delivery.deliver", str(there.target.var), "deliver"]
    both = [subprocess.Popen([*command, folder], env=environment) for folder in folders]
    assert [process.wait() for process in both] == [0, 0]
    promoted = [entry.release for entry in there.ledger.entries() if entry.action == "promoted"]
    assert sorted(promoted[-2:]) == ["one", "two"]
    assert_whole(there, live(there))
    assert live(there) == promoted[-1]
