"""Whether a release folder is whole: what every target asks before it runs one."""

from __future__ import annotations

from pathlib import Path

from delivery.errors import Broken
from model.release.errors import ReleaseError
from model.release.sealing import verify


def verify_sealed(folder: Path) -> None:
    """Broken unless the folder is a sealed release and every byte is as sealed; the file is named."""
    try:
        verify(folder)
    except ReleaseError as problem:
        raise Broken(f"{problem}; seal or publish it anew") from None
