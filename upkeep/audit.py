"""`audit`: known vulnerabilities of what is locked, one case a package for the build server.

pip-audit asks the service; what it could not ask about it skips, with exit code 0. Here a skipped package is one that
was not audited, and that is never "nothing found".
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.errors import Broken, Refused
from delivery.junit import Case, write_junit
from upkeep.auditor import auditor
from upkeep.locks import LOCKS, part_of

SECONDS = 600


@dataclass(frozen=True)
class Package:
    """A locked package and what the service said of it."""

    name: str
    version: str
    lock: str
    problems: tuple[str, ...] = ()
    unknown: str | None = None
    """Why it was not audited."""


def audit(root: Path) -> str:
    """Audits every lock; Refused names what is vulnerable, Broken what could not be audited."""
    program = auditor(root)
    packages = [package for lock in LOCKS for package in ask(program, root, lock)]
    for lock in LOCKS:
        cases = [case_of(package) for package in packages if package.lock == lock]
        write_junit(root / "build" / "upkeep", "audit", part_of(lock), cases)
    return judge(packages)


def ask(program: Path, root: Path, lock: str) -> list[Package]:
    """What pip-audit says of one lock. Raises Broken where it says nothing."""
    told = root / "build" / "upkeep" / f"audit-{part_of(lock)}.json"
    told.unlink(missing_ok=True)
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json", f"--output={told}"]
    try:
        done = subprocess.run(
            [program, *options, f"--requirement={root / lock}"],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Broken(f"audit: {lock} took over {SECONDS} s; nothing was audited, try again later") from error
    if not told.exists():
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Broken(
            f"audit: the vulnerability service could not be asked about {lock} ({reason}); nothing was audited, "
            "a way to https://pypi.org/pypi is needed"
        )
    return read(json.loads(told.read_text(encoding="utf-8")), lock)


def read(document: dict[str, Any], lock: str) -> list[Package]:
    """The packages of pip-audit's report."""
    return [
        Package(
            found["name"],
            found.get("version", "?"),
            lock,
            tuple(sentence(problem) for problem in found.get("vulns", ())),
            found.get("skip_reason"),
        )
        for found in document["dependencies"]
    ]


def sentence(problem: dict[str, Any]) -> str:
    """One vulnerability: its name and where it is mended."""
    mended = ", ".join(problem.get("fix_versions", ())) or "no version yet"
    names = " ".join([problem["id"], *(alias for alias in problem.get("aliases", ()) if alias.startswith("CVE"))])
    return f"{names}, mended in {mended}"


def case_of(package: Package) -> Case:
    """A package as a test case: vulnerable and not audited are both failures."""
    said = package.unknown or "; ".join(package.problems)
    failure = f"{package.name} {package.version}: {said} ({package.lock})" if said else None
    return Case(f"{package.name} {package.version}", failure)


def judge(packages: Sequence[Package]) -> str:
    """One line; Broken (what was not audited is not clean) before Refused."""
    unknown = [package for package in packages if package.unknown]
    vulnerable = sorted({f"{package.name} {package.version}" for package in packages if package.problems})
    names = len({package.name for package in packages})
    if unknown:
        raise Broken(
            f"audit: the service knew nothing of {len({package.name for package in unknown})} of {names} packages, "
            f"such as {unknown[0].name} ({unknown[0].unknown}); they were not audited"
            + (f"; vulnerable: {', '.join(vulnerable)}" if vulnerable else "")
        )
    if vulnerable:
        raise Refused(f"audit: {', '.join(vulnerable)} known to be vulnerable; `make update` shows what is newer")
    return f"audit: {names} packages, no known vulnerability"
