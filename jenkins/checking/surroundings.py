"""What the repository around the Jenkinsfile offers it: make targets, verbs, credentials, labels, plugins, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from delivery.commands import WAY
from report.reading import FILES

DELIVERY = "Jenkinsfile"
"""The file that takes the whole way; any other does a part beside it."""
CASC = Path("jenkins/casc.yaml")
PLUGINS = Path("jenkins/plugins.txt")
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
    targets: frozenset[str]
    credentials: frozenset[str]
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
        frozenset(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)),
        frozenset(credential["id"] for credential in credentials_of(casc)),
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


def credentials_of(casc: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every credential of the configuration, whatever its kind."""
    for domain in casc["credentials"]["system"]["domainCredentials"]:
        for credential in domain["credentials"]:
            yield from credential.values()


def plugin_lines(root: Path) -> list[str]:
    """`name:version` of every plugin, without comments."""
    lines = (root / PLUGINS).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
