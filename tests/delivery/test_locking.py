"""One delivery at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.errors import Busy
from delivery.locking import delivery_lock

HOLD = """
import sys, time; from pathlib import Path
from delivery.locking import delivery_lock
with delivery_lock(Path(sys.argv[1]), "toy", "canary"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the lock of `toy`."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process


def test_the_second_is_told_who_holds_it(tmp_path: Path, holder) -> None:
    wanted = rf"toy: another delivery is at work \(canary, process {holder.pid}, since 20"
    with pytest.raises(Busy, match=wanted) as refused, delivery_lock(tmp_path, "toy", "promote"):
        pass
    assert refused.value.exit_code == 3


def test_another_model_is_free(tmp_path: Path, holder) -> None:
    with delivery_lock(tmp_path, "other", "promote"):
        assert str(os.getpid()) in (tmp_path / "delivery-other.lock").read_text()


def test_the_second_waits_for_the_first(tmp_path: Path, holder) -> None:
    holder.stdin.close()
    with delivery_lock(tmp_path, "toy", "promote", wait_seconds=10):
        assert "promote" in (tmp_path / "delivery-toy.lock").read_text()


def test_a_killed_holder_frees_it(tmp_path: Path, holder) -> None:
    holder.kill()
    holder.wait()
    with delivery_lock(tmp_path, "toy", "promote"):
        assert "promote" in (tmp_path / "delivery-toy.lock").read_text()
