"""What can go wrong with a release.

ReleaseError
├── Unsealed                 there is no release.json: nobody vouches for the folder
├── Tampered                 a file is missing, changed or not listed
├── Foreign                  a file lies in a folder to be sealed that has no business there
├── BadDocument              a JSON file of the release cannot be understood
│   └── UnknownSchemaVersion     it was written for another version of this code
└── InstanceProblems         an instance does not fit the schema
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong with an instance: where (a JSON pointer, RFC 6901) and what."""

    pointer: str
    detail: str


class ReleaseError(Exception):
    """Something is wrong with a release or with what was asked of it; the message is fit for a person."""


class Unsealed(ReleaseError):
    """The folder holds no release.json."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: no release.json, this release is not sealed")


class Tampered(ReleaseError):
    """A sealed release is not what was sealed; `path` names the file, relative to the release."""

    def __init__(self, path: str, why: str, folder: Path) -> None:
        super().__init__(f"{path}: {why} ({folder})")
        self.path = path


class Foreign(ReleaseError):
    """A file that may not be sealed lies in the folder."""

    def __init__(self, path: str, why: str, folder: Path) -> None:
        super().__init__(f"{path}: {why} ({folder})")
        self.path = path


class BadDocument(ReleaseError):
    """A document does not hold what it must."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


class UnknownSchemaVersion(BadDocument):
    """A document carries another `schema` version than the one this code reads."""

    def __init__(self, where: str, saw: object, wanted: int) -> None:
        super().__init__(where, f"schema version {saw!r}, this code reads {wanted}")


class InstanceProblems(ReleaseError):
    """An instance does not fit the schema; `problems` lists everything wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.pointer or '/'} {problem.detail}" for problem in problems))
        self.problems = tuple(problems)
