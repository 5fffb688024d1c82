"""Several processes at once: their lines behind their names, their codes by name, and an end for all of them."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time

from delivery.side_by_side import run_side_by_side
from delivery.targets.processes import started


def python(code: str) -> list[str]:
    """A process that runs these lines."""
    return [sys.executable, "-c", textwrap.dedent(code)]


def test_lines_stand_behind_their_names(capfd, tmp_path):
    codes = run_side_by_side(
        {"a": python("print('[one]  two')"), "longer": python("import sys; print('no', file=sys.stderr); sys.exit(1)")},
        tmp_path,
    )
    told = capfd.readouterr()
    assert codes == {"a": 0, "longer": 1}
    assert told.out == "a      | [one]  two\n"
    assert told.err == "longer | no\n"


def test_they_run_at_the_same_time(tmp_path):
    meet = """
        import pathlib, sys, time
        mine, other = (pathlib.Path(name) for name in sys.argv[1:])
        mine.touch()
        deadline = time.monotonic() + 20
        while not other.exists():
            assert time.monotonic() < deadline
            time.sleep(.01)
        """
    assert run_side_by_side({"a": [*python(meet), "a", "b"], "b": [*python(meet), "b", "a"]}, tmp_path) == {
        "a": 0,
        "b": 0,
    }


def test_an_interruption_ends_all_of_them(tmp_path):
    sleeper = [*python("import sys, time, pathlib; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"), "begun"]
    parent = f"""
        import sys
        from pathlib import Path
        from delivery.running import main, interrupt
        from delivery.side_by_side import run_side_by_side
        import signal
        signal.signal(signal.SIGTERM, interrupt)
        try:
            run_side_by_side({{"a": {sleeper!r}, "b": {sleeper!r}}}, Path({str(tmp_path)!r}))
        except KeyboardInterrupt:
            sys.exit(130)
        """
    process = subprocess.Popen(python(parent))
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 130


def test_none_outlives_a_parent_that_was_killed(tmp_path):
    begin = "import os, sys, time, pathlib; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
    sleepers = {name: [*python(begin), name] for name in ("a", "b")}
    parent = f"""
        from pathlib import Path
        from delivery.side_by_side import run_side_by_side
        run_side_by_side({sleepers!r}, Path({str(tmp_path)!r}))
        """
    process = subprocess.Popen(python(parent))
    files = [tmp_path / name for name in sleepers]
    while not all(file.exists() and file.read_text() for file in files):
        time.sleep(0.01)
        assert process.poll() is None
    process.kill()
    process.wait(20)
    deadline = time.monotonic() + 20
    while any(started(int(file.read_text())) for file in files):
        assert time.monotonic() < deadline, "a part goes on without its parent"
        time.sleep(0.01)


def test_ctrl_c_while_the_verbs_are_being_imported_is_no_traceback():
    interrupted = """
        import runpy, sys

        class Interrupted:
            def find_spec(self, name, path=None, target=None):
                if name == "delivery.running":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Interrupted())
        runpy.run_module("delivery", run_name="__main__")
        """
    done = subprocess.run(python(interrupted), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
