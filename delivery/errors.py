"""What can go wrong while a release moves, and the exit code of each.

DeliveryError
├── Refused        1  a gate, a canary or a policy said no
├── WrongSetting   2  a wrong call or a wrong setting
└── Broken         3  an engine, a file or a network failed; the message says which and what to do
    ├── Busy       3  another delivery is at work on the same model
    └── DoesNotComeUp  3  a release was started and does not serve; staging and canary refuse it for that
"""

from __future__ import annotations

from typing import ClassVar


class DeliveryError(Exception):
    """Who, saw, wanted, where, in one sentence: it reaches the user as it stands, without a traceback."""

    exit_code: ClassVar[int] = 3


class Refused(DeliveryError):
    """A rule said no; nothing is broken."""

    exit_code = 1


class WrongSetting(DeliveryError):
    """The call or project.toml asks for something that does not exist or cannot be."""

    exit_code = 2


class Broken(DeliveryError):
    """Something that should work does not."""

    exit_code = 3


class Busy(Broken):
    """Another delivery holds the model's lock."""


class DoesNotComeUp(Broken):
    """A release was started and does not serve; the message has the target's own reason."""
