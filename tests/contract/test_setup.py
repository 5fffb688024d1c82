"""`.ci/setup`: an environment that was not finished never counts as done, and one that was is left alone."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest


@pytest.fixture
def setup(repository, tmp_path):
    """Runs the setup in a folder of its own; `before` is Python that runs first in the same process."""

    def run(before: str = "") -> subprocess.CompletedProcess[str]:
        script = repository.root / ".ci" / "setup"
        code = f"import runpy, sys\n{textwrap.dedent(before)}\nrunpy.run_path({str(script)!r}, run_name='__main__')"
        return subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_an_old_python_is_told_so(setup):
    done = setup("sys.version_info = (3, 9, 2)")
    assert done.returncode == 3
    assert done.stderr.startswith("setup: this project needs Python 3.11 or newer, and ")
    assert done.stderr.endswith(" is 3.9.2\n")


def test_a_failed_setup_leaves_no_mark_and_the_next_begins_anew(setup, tmp_path):
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "half").touch()
    failed = setup("import subprocess; subprocess.call = lambda words: 'pip' in words")
    assert failed.returncode == 3
    assert "could not install requirements.txt" in failed.stderr
    assert not (tmp_path / ".venv" / "ready").exists()
    assert not (tmp_path / ".venv" / "half").exists()


def test_a_finished_setup_is_left_alone_until_the_lock_changes(setup, tmp_path):
    lock, made = tmp_path / "requirements.txt", "import subprocess; from pathlib import Path"
    made += "; subprocess.call = lambda words: Path('.venv').mkdir(exist_ok=True) or 0"
    lock.write_text("# nothing\n")
    assert setup(made).returncode == 0
    assert setup("import subprocess; subprocess.call = None").stdout == ""
    lock.write_text("# something\n")
    assert "setting up .venv" in setup(made).stdout
