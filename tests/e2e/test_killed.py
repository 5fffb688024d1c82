"""`make run` killed with kill -9, interrupted, and twice at once: the old release or the new one, never neither.

Every single write is gone through with tiny releases in tests/delivery/test_recovery.py; here are a few of them with
the commands that people type, and with a real model.
"""

from __future__ import annotations

import signal
import subprocess

import pytest

from delivery.journal import Write
from model.library import find_models
from tests.delivery.asking import ask
from tests.e2e.checkout import Checkout

pytestmark = pytest.mark.slow
MODEL = find_models()[0]
WRITES = (Write.RELEASE_PUBLISHED, Write.SHARE_WEIGHED, Write.STABLE_NAMED, Write.LEDGER_HALF_WRITTEN)


@pytest.fixture
def producing(trained: Checkout) -> Checkout:
    """The model in production, and a commit that is not there yet."""
    trained.make("run", f"MODEL={MODEL}")
    trained.patch_server("A second release")
    return trained


def answering(checkout: Checkout) -> str:
    """The release that answers the public."""
    return str(ask(checkout.url(MODEL))["release"])


def until_it_says(process: subprocess.Popen[str], words: str) -> str:
    """What a process prints up to a line about the model with these words in it."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith(MODEL) and words in line:
            return said
    raise AssertionError(f"it never said {words!r}:\n{said}")


def assert_whole(checkout: Checkout) -> None:
    """What must hold after every delivery: ledger, target and server tell the same story."""
    assert "the ledger verifies" in checkout.make("history")
    assert answering(checkout) == checkout.champion(MODEL)
    promoted = [entry["release"] for entry in checkout.ledger() if entry["action"] == "promoted"]
    assert promoted[-1] == checkout.champion(MODEL)
    assert len(promoted) == len(set(promoted))


def test_killed_after_a_write_the_next_run_completes_it(producing: Checkout) -> None:
    for number, write in enumerate(WRITES):
        old = answering(producing)
        producing.patch_server(f"Release {number}")
        said = producing.make("run", f"MODEL={MODEL}", wanted=2, DELIVERY_KILL_AFTER=write.value)
        assert "Killed" in said, f"{write}: {said}"
        new = producing.read(f"build/{MODEL}/release/release.json")["identity"]
        assert answering(producing) in (old, new)
        producing.make("run", f"MODEL={MODEL}")
        assert answering(producing) == new != old
        assert_whole(producing)


def test_two_runs_at_once_deliver_once(producing: Checkout) -> None:
    both = [producing.start("make", "run", f"MODEL={MODEL}") for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("waiting: " in each for each in said) == 1, said
    assert_whole(producing)
    assert len(producing.ledger()) == 2


def test_ctrl_c_ends_all_that_it_started_and_the_next_run_goes_on(producing: Checkout) -> None:
    old = answering(producing)
    command = (".venv/bin/python", "-m", "delivery", "run")
    for verb in ("check", "gate", "monitor"):
        process = producing.start(*command)
        lines = until_it_says(process, f"| {verb}: ")
        process.send_signal(signal.SIGINT)
        said = lines + process.communicate(timeout=30)[0]
        assert process.returncode == 130, said
        assert "Traceback" not in said
        assert answering(producing) == old
    producing.make("run", f"MODEL={MODEL}")
    assert answering(producing) != old
    assert_whole(producing)
