"""A container's share of the processors, read from either version of control groups."""

import os

import pytest

from serving.limits import cpu_limit


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"cpu.max": "25000 100000\n"}, 0.25),
        ({"cpu/cpu.cfs_quota_us": "150000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, os.cpu_count()),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, os.cpu_count()),
        ({"cpu.max": "no idea\n"}, os.cpu_count()),
        ({}, os.cpu_count()),
    ],
)
def test_the_limit_is_quota_by_period(tmp_path, files, wanted):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cpu_limit(tmp_path) == wanted
