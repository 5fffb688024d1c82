"""`python -m upkeep audit | update`; exit codes as everywhere: 0 done, 1 vulnerable, 2 wrong call, 3 broken."""

from __future__ import annotations

import sys
from pathlib import Path

from delivery.errors import DeliveryError
from delivery.files import replace_file
from upkeep.audit import audit
from upkeep.update import update

COMMANDS = {"audit": audit, "update": update}
ROOT = Path(__file__).resolve().parents[1]


def main(words: list[str]) -> int:
    """Runs the command; its one line stays in build/upkeep/ for the build server."""
    if len(words) != 1 or words[0] not in COMMANDS:
        print(f"usage: python -m upkeep {' | '.join(COMMANDS)}", file=sys.stderr)
        return 2
    code = 0
    try:
        line = COMMANDS[words[0]](ROOT)
    except DeliveryError as error:
        line, code = str(error), error.exit_code
    print(line, file=sys.stderr if code else sys.stdout)
    replace_file(ROOT / "build" / "upkeep" / f"{words[0]}.txt", line + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
