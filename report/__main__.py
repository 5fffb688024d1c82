"""The report from a terminal.

`python -m report --build build --ledger var/ledger.jsonl --out build/report --project NAME`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from report.errors import ReportError
from report.rendering import render


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; argparse leaves with 2 where it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m report", description="Write the report of a build.")
    parser.add_argument("--build", type=Path, required=True, help="the folder with one folder a model")
    parser.add_argument("--ledger", type=Path, help="the ledger, JSON lines; without it the pages tell no history")
    parser.add_argument("--out", type=Path, required=True, help="where the report is written")
    parser.add_argument("--project", required=True, help="the name in the head of every page")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report; 0 when done, 2 for a folder that is not there, 3 for a file that cannot be used."""
    options = parse(arguments)
    if not options.build.is_dir():
        print(f"report: {options.build} is no folder; --build wants the folder that the verbs wrote", file=sys.stderr)
        return 2
    try:
        render(options.build, options.ledger, options.out, project=options.project)
    except (ReportError, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 3
    print(options.out / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
