"""Runs inside a container: one command as a child, told to stop (SIGTERM) when standard input ends.

For engines that pass no signal on. Handed over as source, like inside.py.
"""

from __future__ import annotations

import subprocess
import sys


def main(command: list[str]) -> int:
    """The exit code of the command."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    sys.stdin.read()
    child.terminate()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
