"""`python -m jenkins.checking Jenkinsfile`: one line a mistake; exit code 1 where there is one."""

from __future__ import annotations

import sys
from pathlib import Path

from jenkins.checking.rules import check
from jenkins.checking.surroundings import surroundings_for


def main(words: list[str]) -> int:
    """Checks each file named with what its folder offers."""
    if not words:
        print("usage: python -m jenkins.checking Jenkinsfile", file=sys.stderr)
        return 2
    wrong = 0
    for path in map(Path, words):
        if not path.is_file():
            print(f"{path}: no such file", file=sys.stderr)
            return 2
        try:
            offered = surroundings_for(path)
        except FileNotFoundError as error:
            print(error, file=sys.stderr)
            return 2
        for finding in check(path.read_text(encoding="utf-8"), offered):
            print(f"{path}:{finding.line}: {finding.says}")
            wrong = 1
    return wrong


sys.exit(main(sys.argv[1:]))
