"""What the repository around the Jenkinsfile offers it: make targets, verbs, credentials, labels, plugins, files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from delivery.commands import VERBS, WAY, Verb
from report.reading import FILES

DELIVERY = "Jenkinsfile"
"""The file that takes the whole way; any other does a part beside it."""
CASC = Path("jenkins/casc.yaml")
PLUGINS = Path("jenkins/plugins.txt")
MOVING_BESIDE = frozenset({"rollback", "respond"})
PROGRAMS = ("delivery/**/*.py", "model/**/*.py", "upkeep/**/*.py", "jenkins/notify.py")
QUOTED_NAME = re.compile(r"['\"]([A-Z][A-Z0-9_]+)['\"]")
MAKE_VARIABLE = re.compile(r"\$[$({]*([A-Z][A-Z0-9_]*)")
MAKE_MACRO = re.compile(r"\$\((\w+)\)")
LEFT_BESIDE = (
    "build/summary.txt",
    "build/waiting.txt",
    "build/report/index.html",
    "build/junit/test.xml",
    "build/upkeep/junit/audit-serving.xml",
    "build/upkeep/audit.txt",
    "build/upkeep/update.txt",
    "build/update/locks.diff",
    "var/ledger.jsonl",
)
"""What verbs leave that is not one model's (docs/contracts.md)."""


@dataclass(frozen=True)
class Surroundings:
    """The names that a Jenkinsfile may use here."""

    way: tuple[str, ...]
    """The verbs of a commit, in their order; none for a file that is not the delivery."""
    moves: frozenset[str]
    """The verbs that touch what is served."""
    targets: Mapping[str, frozenset[str]]
    """Every target of make with the variables that it reads."""
    wanted: Mapping[str, frozenset[str]]
    """The variables without which a verb does not run."""
    read: frozenset[str]
    """The variables of the environment that the programs here know by name."""
    credentials: Mapping[str, str]
    """Every credential with its kind."""
    labels: frozenset[str]
    plugins: frozenset[str]
    written: tuple[str, ...]
    """One path of each kind that some verb leaves."""


def surroundings_of(root: Path) -> Surroundings:
    """Reads Makefile, jenkins/casc.yaml and jenkins/plugins.txt."""
    casc = yaml.safe_load((root / CASC).read_text(encoding="utf-8"))
    way = tuple(verb.name for verb in WAY)
    return Surroundings(
        way,
        frozenset(verb.name for verb in VERBS.values() if verb.module == "moves") | MOVING_BESIDE,
        targets_of((root / "Makefile").read_text(encoding="utf-8")),
        {verb.name: frozenset(wanted_by(verb)) for verb in VERBS.values()},
        frozenset(name for path in programs(root) for name in QUOTED_NAME.findall(path.read_text(encoding="utf-8"))),
        {credential["id"]: name for kind in kinds_of(casc) for name, credential in kind.items()},
        frozenset(label for node in casc["jenkins"]["nodes"] for label in node["permanent"]["labelString"].split()),
        frozenset(line.split(":")[0] for line in plugin_lines(root)),
        (*LEFT_BESIDE, *(f"build/one_model/{file}" for file in FILES.values()),
         *(f"build/junit/{verb}-one_model.xml" for verb in way if verb != "test")),
    )  # fmt: skip


def surroundings_for(path: Path) -> Surroundings:
    """What the repository around this file offers it; only the Jenkinsfile itself has to take the whole way."""
    root = next((folder for folder in path.resolve().parents if (folder / CASC).is_file()), None)
    if root is None:
        raise FileNotFoundError(f"{path}: no folder above it holds {CASC}")
    offered = surroundings_of(root)
    return offered if path.name == DELIVERY else replace(offered, way=())


def programs(root: Path) -> Iterator[Path]:
    """What make starts, as far as it is of this repository."""
    for pattern in PROGRAMS:
        yield from sorted(root.glob(pattern))


def targets_of(makefile: str) -> dict[str, frozenset[str]]:
    """Targets with the variables in their recipes, those of macros such as `$(why)` included."""
    macros = dict(re.findall(r"^(\w+)\s*:?=\s*(.*)$", makefile, re.MULTILINE))
    recipes = re.findall(r"^([a-z][\w-]*):.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)
    return {
        target: frozenset(
            MAKE_VARIABLE.findall(recipe + "".join(macros.get(m, "") for m in MAKE_MACRO.findall(recipe)))
        )
        - frozenset(macros)
        for target, recipe in recipes
    }


def wanted_by(verb: Verb) -> Iterator[str]:
    """What a verb does not run without, as make's variables: `--why` is WHY."""
    for name, settings in verb.options:
        if settings.get("required") or not name.startswith("--"):
            yield name.removeprefix("--").upper()


def credentials_of(casc: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every credential of the configuration, whatever its kind."""
    for kind in kinds_of(casc):
        yield from kind.values()


def kinds_of(casc: dict[str, Any]) -> Iterator[dict[str, dict[str, Any]]]:
    """Every credential under the name of its kind."""
    for domain in casc["credentials"]["system"]["domainCredentials"]:
        yield from domain["credentials"]


def plugin_lines(root: Path) -> list[str]:
    """`name:version` of every plugin, without comments."""
    lines = (root / PLUGINS).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
