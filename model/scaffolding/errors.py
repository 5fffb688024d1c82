"""Why no model was written."""

from __future__ import annotations

from typing import ClassVar


class ScaffoldingError(Exception):
    """A model cannot be written from this CSV; the message says what it needs. `exit_code` is what the CLI answers."""

    exit_code: ClassVar[int] = 2
