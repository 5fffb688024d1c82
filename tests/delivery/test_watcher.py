"""The watcher on real servers: a release that goes bad live is taken back, a healthy one left alone."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from delivery import opening
from delivery.promotion import Delivery, promote
from delivery.settings import FILE, load_settings
from delivery.targets.companion import Companion
from delivery.targets.local import LocalTarget
from delivery.targets.misbehaving import misbehave
from delivery.targets.processes import alive, started
from delivery.verbs.telling import watching
from delivery.watcher import Watcher
from tests.delivery import respond_here
from tests.delivery.people import people
from tests.delivery.test_keeper import until
from tests.delivery.tiny import seal_tiny

ROOT = Path(__file__).resolve().parents[2]
MODEL, WHO = "mood", {"who": "me", "why": "test"}


@pytest.fixture
def releases(tmp_path: Path, delivery: Delivery) -> list[str]:
    """Two good releases, the second in production."""
    made = [seal_tiny(tmp_path / f"release {number}", intercept=number / 10) for number in (1, 2)]
    for number, release in zip((1, 2), made, strict=True):
        delivery.target.publish(MODEL, tmp_path / f"release {number}")
        promote(delivery, MODEL, release, **WHO)
    return made


@pytest.fixture
def watcher(tmp_path: Path, delivery: Delivery, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    """One that looks when told, and calls `respond` for the project of this test."""
    shutil.copy(ROOT / FILE, tmp_path / FILE)
    monkeypatch.setattr(opening, "open_local", respond_here.open_here)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    settings = load_settings(tmp_path / FILE)
    lenient = replace(settings.rollout, latency_limit_seconds=5.0, latency_grace_seconds=5.0)
    settings = replace(settings, rollout=lenient)
    made = Watcher(settings, (sys.executable, "-m", respond_here.__name__, str(tmp_path), "-"))
    made.__dict__["target"] = delivery.target
    return made


def looks(watcher: Watcher, ends: Callable[[], object], seconds: float = 60.0) -> None:
    """Look until something has come true."""
    deadline = time.monotonic() + seconds
    while not ends():
        assert time.monotonic() < deadline, watcher.as_json()
        watcher.step()
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("faults", "name"),
    [("errors:0.5", "ModelErrorsFast"), pytest.param("wrong:0.9", "ModelQuality", marks=pytest.mark.slow)],
)
def test_a_release_that_goes_bad_live_is_taken_back(
    watcher: Watcher, delivery: Delivery, releases: list[str], faults: str, name: str
) -> None:
    with people(delivery.target.public_url(MODEL)) as counts:
        looks(watcher, lambda: counts["200"] > 150)
        assert watcher.raised == {}
        assert misbehave(delivery.target, MODEL, faults) == releases[1]
        looks(watcher, lambda: delivery.target.named(MODEL) == releases[0])
        looks(watcher, lambda: watcher.raised == {})
    taken = delivery.ledger.entries(MODEL)[-1]
    assert (taken.action, taken.release, taken.champion, taken.who) == ("rolled_back", *releases[::-1], "watcher")
    assert taken.evidence["alert"]["name"] == name
    assert delivery.target.contact.slot(MODEL, "stable")["faults"] is None


def test_on_too_little_nothing_is_done(watcher: Watcher, delivery: Delivery, releases: list[str]) -> None:
    misbehave(delivery.target, MODEL, "errors:1")
    watcher.step()
    with people(delivery.target.public_url(MODEL)) as counts:
        until(lambda: counts["500"] > 20)
    for _ in range(3):
        watcher.step()
    assert watcher.raised == {}
    assert delivery.target.named(MODEL) == releases[1]
    assert watcher.as_json()["models"][MODEL]["requests"] < 100


def test_a_release_that_answers_nothing_is_seen(watcher: Watcher, delivery: Delivery, releases: list[str]) -> None:
    watcher.step()
    (delivery.target.release_folder(MODEL, releases[1]) / "serving" / "app.py").write_text("raise SystemExit(1)")
    os.killpg(delivery.target.contact.slot(MODEL, "stable")["pid"], signal.SIGKILL)
    until(lambda: not delivery.target.contact.slot(MODEL, "stable")["ready"])
    watcher.away[MODEL] = time.monotonic() - 100
    looks(watcher, lambda: delivery.target.named(MODEL) == releases[0])
    assert delivery.ledger.entries(MODEL)[-1].evidence["alert"]["name"] == "ModelUnavailable"


@pytest.fixture
def watched(tmp_path: Path, target: LocalTarget) -> LocalTarget:
    """A target whose keeper keeps a real watcher, for a project where nothing serves."""
    shutil.copy(ROOT / FILE, tmp_path / FILE)
    return replace(target, watched=tmp_path)


def test_the_watcher_comes_and_goes_with_the_keeper(watched: LocalTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert watching(watched) == "watcher: none is running; it comes with `run`"
    watched.open()
    until(lambda: watching(watched).endswith("nothing in production"))
    first = watched.contact.status()["watcher"]
    os.kill(first["pid"], signal.SIGKILL)
    until(lambda: watched.contact.status()["watcher"] not in (None, first))
    second = watched.contact.status()["watcher"]
    watched.close()
    assert not alive(second["pid"], second["begun"])
    assert watching(watched) == "watcher: none is running; it comes with `run`"


def test_the_watcher_ends_with_a_killed_keeper(watched: LocalTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    watched.open()
    until(lambda: watched.contact.status()["watcher"])
    status = watched.contact.status()
    os.kill(status["pid"], signal.SIGKILL)
    until(lambda: not alive(status["watcher"]["pid"], status["watcher"]["begun"]))
    assert watching(watched).startswith("watcher: none is running")


def test_a_companion_that_ends_is_not_started_in_a_circle(tmp_path: Path) -> None:
    companion = Companion(tmp_path, tmp_path / "log")  # no project there: it ends at once
    companion.step()
    assert companion.process
    companion.process.wait()
    assert started(companion.process.pid) is None
    companion.step()
    companion.step()
    assert companion.as_json() is None
