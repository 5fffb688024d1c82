"""What is sealed and what is written down: one byte changed, a line edited, removed or cut off, is told by name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.delivery.asking import ask
from tests.e2e.checkout import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.examples]
MODEL = "house_price"


def flip(path: Path) -> None:
    """One byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture
def producing(trained: Checkout) -> Checkout:
    """The model in production, in a clone that may be spoilt."""
    trained.make("run", f"MODEL={MODEL}")
    return trained


def test_a_release_with_a_changed_byte_is_not_published(trained: Checkout) -> None:
    trained.make("run", f"MODEL={MODEL}")
    trained.patch_server("To be spoilt")
    for verb in ("check", "train", "gate", "release", "image"):
        trained.deliver(verb, MODEL)
    champion = trained.champion(MODEL)
    flip(trained.folder / "build" / MODEL / "release" / "serving" / "app.py")
    said = trained.deliver("staging", MODEL, wanted=3)
    assert "serving/app.py" in said
    assert len(said.splitlines()) == 1
    assert trained.champion(MODEL) == champion


@pytest.mark.parametrize(
    "file", ["scorer.json", "schema.json", "serving/predict.py", "requirements.txt", "release.json"]
)
def test_a_server_does_not_start_on_a_changed_byte(checkout: Checkout, tmp_path: Path, file: str) -> None:
    release = tmp_path / "release"
    subprocess.run(["cp", "-r", checkout.folder / "build" / MODEL / "release", release], check=True)
    flip(release / file)
    started = subprocess.run(
        [sys.executable, "-B", "-m", "gunicorn", "--config", "serving/gunicorn.conf.py"],
        cwd=release,
        env={"PATH": "/usr/bin", "PYTHONPATH": str(release), "ALLOW_RANDOM_KEY": "yes", "BIND": "127.0.0.1:0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = started.stdout + started.stderr
    assert started.returncode != 0
    assert file in said
    assert "Traceback" not in said


def test_production_does_not_come_back_on_a_changed_byte(producing: Checkout) -> None:
    release = producing.champion(MODEL)
    producing.deliver("stop")
    flip(producing.folder / "var" / "releases" / MODEL / str(release) / "scorer.json")
    assert "scorer.json" in producing.deliver("run", MODEL, wanted=3)
    assert "scorer.json" in producing.deliver("status", MODEL, wanted=3)


def edit(lines: list[str]) -> list[str]:
    entry = json.loads(lines[1]) | {"who": "somebody else"}
    return [lines[0], json.dumps(entry), *lines[2:]]


SPOILT: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "edited": (edit, "line 2 was edited"),
    "no entry": (lambda lines: [lines[0], "{}", *lines[2:]], "line 2 was edited"),
    "removed": (lambda lines: [lines[0], *lines[2:]], "line 2 does not follow line 1"),
    "first removed": (lambda lines: lines[1:], "line 1 does not follow the beginning"),
    "cut off": (lambda lines: lines[:2], "cut off after line 2; 3 lines are recorded"),
    "emptied": (lambda lines: [], "cut off after line 0; 3 lines are recorded"),
    "added": (lambda lines: [*lines, lines[-1]], "line 4 repeats line 3"),
    "swapped": (lambda lines: [lines[1], lines[0], lines[2]], "line 1 does not follow the beginning"),
}


def test_history_says_which_line_was_spoilt_and_nothing_is_delivered_on_it(producing: Checkout) -> None:
    producing.deliver("hold", MODEL, "--why", "to have some lines")
    producing.deliver("resume", MODEL)
    ledger = producing.folder / "var" / "ledger.jsonl"
    whole = ledger.read_text()
    for spoil, told in SPOILT.values():
        ledger.write_text("".join(f"{line}\n" for line in spoil(whole.splitlines())))
        assert told in producing.deliver("history", wanted=3)
        assert told.split(";")[0] in producing.deliver("rollback", MODEL, wanted=3)
    ledger.write_text(whole[:-20])
    assert "line 3 was edited" in producing.deliver("history", wanted=3)
    ledger.write_text(whole)
    assert "3 entries; the ledger verifies" in producing.deliver("history")
    assert ask(producing.url(MODEL))["release"] == producing.champion(MODEL)
