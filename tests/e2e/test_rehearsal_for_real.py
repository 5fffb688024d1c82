"""The Jenkinsfile in every situation with this repository's real commands, to production on this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jenkins.rehearsal.plays import PLAYS
from tests.delivery.as_jenkins_reads import complaints

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.engines
@pytest.mark.skipif(shutil.which("groovy") is None, reason="THE JENKINSFILE WAS NOT REHEARSED: no groovy here")
def test_every_situation_ends_as_it_should():
    played = subprocess.run(
        [sys.executable, "-m", "jenkins.rehearsal"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    ended = [line.split()[0] for line in played.stdout.splitlines() if line.startswith(("ok ", "NOT "))]
    assert ended == ["ok"] * len(PLAYS), played.stdout + played.stderr
    assert played.returncode == 0
    for name in PLAYS:
        story, _, _ = (ROOT / "build" / "rehearsal" / f"{name.replace(' ', '-')}.log").read_text().partition("----")
        assert story.startswith(f"{name}: {PLAYS[name].ends}\n")
    left = (ROOT / "build" / "rehearsal" / "workspace" / "build").rglob("junit/*.xml")
    assert complaints(*left) == []
