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
    told = ROOT / "build" / "upkeep" / f"{words[0]}.txt"
    line, code = run(words[0], told)
    print(line, file=sys.stderr if code else sys.stdout)
    replace_file(told, line + "\n")
    return code


def run(command: str, told: Path) -> tuple[str, int]:
    """Its one line and its exit code, whatever happens: the build server reads the line, and must find one."""
    try:
        told.unlink(missing_ok=True)  # what was said yesterday is not what is so today
        return COMMANDS[command](ROOT), 0
    except DeliveryError as error:
        return str(error), error.exit_code
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return f"{command}: broke off and told nothing ({said}); remove build/upkeep, then `make {command}` again", 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
