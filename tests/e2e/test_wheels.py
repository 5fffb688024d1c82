"""Everything that an image needs can be had for arm64 as a wheel: no image needs a compiler."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYTHON = "3.13"
ARM = ["--platform", "manylinux2014_aarch64", "--platform", "manylinux_2_28_aarch64", "--python-version", PYTHON]


def wanted_there(pin: str) -> bool:
    """Whether the image's Python takes it: some are for older ones alone."""
    marker = Requirement(pin.partition("\\")[0]).marker
    return marker is None or marker.evaluate({"python_version": PYTHON, "python_full_version": f"{PYTHON}.0"})


@pytest.mark.slow
def test_wheels_for_arm64_exist(tmp_path):
    lock = (ROOT / "serving" / "requirements.txt").read_text()
    pins = re.findall(r"^[a-z][^\n]*\\\n(?:    --hash[^\n]*\n)+", lock, flags=re.MULTILINE)
    pins = [pin for pin in pins if wanted_there(pin)]
    (tmp_path / "wanted.txt").write_text("".join(pins))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--requirement", "wanted.txt", "--only-binary", ":all:", *ARM, "--dest", "wheels"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "wheels").iterdir())) == len(pins) > 5
