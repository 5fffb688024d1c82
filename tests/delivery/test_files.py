"""Files that are replaced whole: what a reader sees, who may read it, and what a failure leaves."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from delivery.files import replace_file


def test_whoever_may_read_the_folder_may_read_what_was_left(tmp_path: Path) -> None:
    before = os.umask(0o022)
    replace_file(tmp_path / "check.json", "{}")
    os.umask(before)
    assert stat.S_IMODE((tmp_path / "check.json").stat().st_mode) == 0o644


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    replace_file(tmp_path / "check.json", "old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(tmp_path / "check.json", "\ud800")
    assert (tmp_path / "check.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["check.json"]
