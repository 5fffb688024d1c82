"""The key with which servers sign prediction ids: made once on this machine, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from delivery.files import exclusive

KEY_BYTES = 32


def key_file(var: Path) -> Path:
    """`var/signing-key`; servers get its content by their environment, no log ever."""
    return var / "signing-key"


def ensure_key(var: Path) -> None:
    """Make the key unless there is one: a new key would turn all feedback under way into forgeries."""
    with exclusive(var / "signing-key.lock"):
        if not key_file(var).exists():
            arriving = var / ".signing-key"
            arriving.unlink(missing_ok=True)
            handle = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES))
            arriving.rename(key_file(var))
