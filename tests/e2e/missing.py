"""What this machine lacks: a test that needs it is skipped and says so; on a build server it fails."""

from __future__ import annotations

import os

import pytest


def require(there: bool, missing: str) -> None:
    """Skip where something is not there; fail where CI is set, for there a skipped proof is no proof."""
    if there:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{missing}, and with CI set nothing is skipped", pytrace=False)
    pytest.skip(f"{missing}: this was NOT shown")
