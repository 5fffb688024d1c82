"""A release folder on its own: `python -m model.release answer`, and `python -m model.release verify FOLDER`.

Exit codes: 0 done, 2 a wrong call, 3 the release is not what it should be; one line on standard error says why.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.release.errors import ReleaseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for and return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        return answer() if asked.verb == "answer" else check(asked.folder)
    except (ReleaseError, OSError) as error:
        print(str(error), file=sys.stderr)
        return 3


def answer() -> int:
    """Answer the lines of standard input until it ends; the release is the working directory."""
    # Imported here so that `verify` runs no more of a release's code than it needs.
    from model.release.answering import reply_to
    from model.release.loading import load

    for line in reply_to(sys.stdin, load(Path(), sealed=False)):
        print(line, flush=True)
    return 0


def check(folder: Path) -> int:
    """Verify a sealed release, byte by byte."""
    from model.release.sealing import verify

    info = verify(folder)
    print(f"{info.model} {info.identity}: {len(info.document['files'])} files are as sealed")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model.release", description=__doc__.partition("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("answer", help="rows in, answers out, with the release in the working directory")
    verify = verbs.add_parser("verify", help="exit 3 when a byte of a sealed release differs")
    verify.add_argument("folder", type=Path, nargs="?", default=Path())
    return parser


if __name__ == "__main__":
    sys.exit(main())
