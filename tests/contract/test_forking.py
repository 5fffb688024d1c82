"""A fork: another name by one edit, its own lines in few places, later versions of this repository merged in."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from model.library import find_models
from tests.contract.test_name import places_of

OWN = "acme-forecasts"


def git(folder: Path, *words: str, code: int = 0) -> str:
    """A git command that has to end with this code."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def upstream(repository, tmp_path) -> Path:
    """This repository as it stands, as a repository of its own with one commit."""
    folder = tmp_path / "upstream"
    for path in repository.files:
        there = folder / path.relative_to(repository.root)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, there)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "as it was forked")
    return folder


@pytest.fixture
def fork(upstream, tmp_path) -> Path:
    """A fork that did what docs/staying-up-to-date.md says."""
    folder = tmp_path / "fork"
    git(tmp_path, "clone", "-q", str(upstream), "fork")
    subprocess.run(["make", "-C", str(folder), "init", f"NAME={OWN}"], check=True, capture_output=True)
    edit(folder / "project.toml", 'registry = "localhost:5000"', 'registry = "registry.example.org/ml"')
    edit(folder / "Jenkinsfile", "def BUILDS = 'ml'  ", "def BUILDS = 'gpu' ")
    edit(folder / "Jenkinsfile", "'H 3 * * 1-5'", "'H 1 * * 6'  ")
    shutil.copytree(folder / "model" / "library" / find_models()[0], folder / "model" / "library" / "rent")
    commit(folder, "ours")
    return folder


def commit(folder: Path, message: str) -> None:
    """All changes, in one commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", message)


def edit(path: Path, before: str, after: str) -> None:
    """One place of a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) >= 1, f"{path.name} has no {before!r}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def files_of(folder: Path) -> tuple[Path, ...]:
    """What git holds there."""
    return tuple(folder / name for name in git(folder, "ls-files", "-z").split("\0") if name)


def test_a_fork_under_another_name_has_no_leftover(repository, fork):
    before = tomllib.loads((repository.root / "project.toml").read_text())["name"]
    assert tomllib.loads((fork / "project.toml").read_text())["name"] == OWN
    assert places_of(before, fork, files_of(fork)) == []
    own = [place.split(":")[0] for place in places_of(OWN, fork, files_of(fork))]
    assert own == ["project.toml", "tests/contract/test_forking.py"]


@pytest.mark.parametrize("name", ["", "Churn", "a", "churn models", 'x"\nregistry = "evil', "-x"])
def test_a_name_that_cannot_name_an_image_is_refused(upstream, name):
    rename = [str(upstream / ".ci" / "rename"), name]
    done = subprocess.run(rename, cwd=upstream, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("init: saw NAME=")
    assert git(upstream, "status", "--porcelain") == ""


def test_a_later_version_merges_without_a_conflict(upstream, fork):
    edit(upstream / "Jenkinsfile", "        timestamps()\n", "        timestamps()\n        disableResume()\n")
    edit(upstream / "project.toml", "accuracy_margin = 0.05 ", "accuracy_margin = 0.04 ")
    edit(upstream / "Makefile", ".DEFAULT_GOAL := help\n", ".DEFAULT_GOAL := help\nLATER := 1\n")
    (upstream / "delivery" / "later.py").write_text('"""Something new."""\n')
    commit(upstream, "a later version")
    git(fork, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    assert git(fork, "status", "--porcelain") == ""
    assert "disableResume()" in (fork / "Jenkinsfile").read_text()
    assert "def BUILDS = 'gpu'" in (fork / "Jenkinsfile").read_text()
    settings = tomllib.loads((fork / "project.toml").read_text())
    assert (settings["name"], settings["rollout"]["accuracy_margin"]) == (OWN, 0.04)
    assert (fork / "delivery" / "later.py").exists()
    assert (fork / "model" / "library" / "rent" / "spec.py").exists()


@pytest.mark.examples
def test_examples_that_a_fork_removed_stay_removed(upstream, fork):
    git(fork, "rm", "-r", "-q", "model/library/sentiment")
    git(fork, "commit", "-q", "-m", "without the example")
    edit(upstream / "model" / "library" / "sentiment" / "spec.py", '"""', '"""Later: ')
    commit(upstream, "the example, bettered")
    merging = git(fork, "pull", "--no-rebase", "--no-edit", "origin", "main", code=1)
    assert "CONFLICT (modify/delete): model/library/sentiment/spec.py" in merging
    git(fork, "rm", "-r", "-q", "--ignore-unmatch", "model/library/sentiment")
    git(fork, "commit", "-q", "--no-edit")
    assert git(fork, "status", "--porcelain") == ""
    assert not (fork / "model" / "library" / "sentiment").exists()
