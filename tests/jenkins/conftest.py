"""This repository's Jenkinsfile and what stands around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jenkins.checking.surroundings import Surroundings, surroundings_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def jenkinsfile() -> str:
    """The text of the Jenkinsfile."""
    return (ROOT / "Jenkinsfile").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def offered() -> Surroundings:
    """Targets, credentials, labels, plugins and paths of this repository."""
    return surroundings_of(ROOT)
