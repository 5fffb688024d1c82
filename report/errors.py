"""What can go wrong while a report is written.

ReportError
├── UnreadableFile    a file is there and cannot be read as what it should be
└── MalformedFile     a file was read and lacks what docs/contracts.md promises
"""


class ReportError(Exception):
    """The report could not be written; the message says which file and why."""


class UnreadableFile(ReportError):
    """A file is there and cannot be read as JSON or UTF-8 text."""


class MalformedFile(ReportError):
    """A file was read and lacks a key, or holds a value of the wrong kind."""
