"""A program where pip-audit would stand, so that what the service says is known: of old flasks, or nothing at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

SAYS = """#!/bin/sh
for word in "$@"; do case "$word" in
  --output=*) output="${word#--output=}" ;;
  --requirement=*) lock="${word#--requirement=}" ;;
esac; done
[ -e "$0.down" ] && { echo "ERROR:pip_audit: Failed to resolve host" >&2; exit 1; }
{ printf '{"dependencies": ['
  sed -n 's/^\\([a-z0-9-]*\\)==\\([^ ;]*\\).*/\\1 \\2/p' "$lock" | { before=; while read -r name version; do
    printf '%s{"name": "%s", ' "$before" "$name"; before=', '
    if grep -qs "^$name\\$" "$0.unknown"; then printf '"skip_reason": "not found"}'; continue; fi
    problem=; grep -qs "^$name\\$" "$0.vulnerable" &&
      problem='{"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["9.9"]}'
    printf '"version": "%s", "vulns": [%s]}' "$version" "$problem"; done; }
  printf '], "fixes": []}'; } > "$output"
"""


def stand_in(root: Path) -> Path:
    """Puts it where the auditor's environment is made, with the mark of the lock that is there."""
    program = root / "build" / "upkeep" / "environment" / "bin" / "pip-audit"
    program.parent.mkdir(parents=True)
    program.write_text(SAYS)
    program.chmod(0o755)
    lock = (root / "upkeep" / "requirements.txt").read_bytes()
    (program.parents[1] / "ready").write_text(hashlib.sha256(lock).hexdigest() + "\n")
    return program
