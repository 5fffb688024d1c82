"""How much of the machine a container may use, as its control group says."""

from __future__ import annotations

import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
FILES = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))
"""Quota and period in microseconds: of control groups version 2, and of version 1."""


def cpu_limit(cgroups: Path = CGROUPS) -> float:
    """How many processors may be used, such as 0.25; all there are where nothing limits them."""
    for names in FILES:
        try:
            quota, period = " ".join((cgroups / name).read_text(encoding="ascii") for name in names).split()
            if quota not in ("max", "-1"):
                return int(quota) / int(period)
        except (OSError, ValueError):
            continue
    return float(os.cpu_count() or 1)
