"""What stops a pipeline from becoming data.

CompilingError
├── CannotCompile     a step is of no kind that can be written down as data; scikit-learn itself must serve it
└── NotEqual          the compiled scorer does not answer as the pipeline does
"""

from __future__ import annotations

from typing import ClassVar


class CompilingError(Exception):
    """The message is fit for a person."""


class CannotCompile(CompilingError):
    """The message names the step and says why."""


class NotEqual(CompilingError):
    """The message shows the worst row and both answers. `exit_code` is what the CLI answers: the proof says no."""

    exit_code: ClassVar[int] = 1
