"""What the verbs left: every file of a build that the report knows (docs/contracts.md), read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from report.errors import MalformedFile, UnreadableFile

FILES = {
    "check": "check.json",
    "training": "training.json",
    "contender_schema": "contender/schema.json",
    "contender_reference": "contender/reference.json",
    "contender_card": "contender/card.md",
    "evaluation": "evaluation.json",
    "verdicts": "verdicts.json",
    "release": "release/release.json",
    "release_schema": "release/schema.json",
    "release_reference": "release/reference.json",
    "release_card": "release/card.md",
    "image": "image.json",
    "staging": "staging.json",
    "monitor": "monitor.json",
    "observation": "observation.json",
    "decision": "decision.json",
    "response": "response.json",
    "incident": "incident.json",
    "champion": "champion/release.json",
    "champion_schema": "champion/schema.json",
}
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Ledger:
    """The history: entries oldest first, lines that could not be read, and what its verification said, if given."""

    entries: tuple[Document, ...] = ()
    broken_lines: tuple[int, ...] = ()
    verified: bool | None = None
    sentence: str = ""
    given: bool = False


@dataclass(frozen=True)
class ModelBuild:
    """One model in one build: the documents that are there (by their name in FILES) and its history."""

    name: str
    stem: str
    documents: Mapping[str, Document]
    cards: Mapping[str, str] = field(default_factory=dict)
    ledger: Ledger = Ledger()
    written: Mapping[str, str] = field(default_factory=dict)
    """When each document's file was written, ISO 8601."""
    keys: Document | None = None
    """DORA's four keys of the model, as the delivery counted them."""
    left_out: tuple[str, ...] = ()
    """Files that an earlier build left and this one did not reach."""

    def get(self, name: str) -> Document | None:
        """The document, or None where this build has none."""
        return self.documents.get(name)

    def either(self, name: str) -> Document | None:
        """A document of the sealed release, or of the contender where nothing was sealed."""
        return self.get(f"release_{name}") or self.get(f"contender_{name}")

    @property
    def card(self) -> str | None:
        """The model card's text."""
        return self.cards.get("release_card") or self.cards.get("contender_card")

    @property
    def written_at(self) -> str:
        """When the newest of the documents was written."""
        return max(at for name, at in self.written.items() if name in self.documents)

    @property
    def identity(self) -> str | None:
        """The sealed release's identity."""
        release = self.get("release")
        return release["identity"] if release else None

    @property
    def history(self) -> list[Document]:
        """This model's entries in the ledger, newest first."""
        return [entry for entry in reversed(self.ledger.entries) if entry.get("model") == self.name]


def read_build(build: Path, ledger: Path | None) -> list[ModelBuild]:
    """Every model that left a file under `build`, by name.

    Raises UnreadableFile for a file that is no JSON, MalformedFile for one with another schema version.
    """
    history, dora = read_ledger(build, ledger), build / "dora.json"
    keys = read_document(dora)["models"] if dora.is_file() else {}
    found = sorted(folder for folder in build.iterdir() if any((folder / file).is_file() for file in FILES.values()))
    stems = name_files([folder.name for folder in found])
    return [replace(_read_model(folder, stems[folder.name], history), keys=keys.get(folder.name)) for folder in found]


def _read_model(folder: Path, stem: str, ledger: Ledger) -> ModelBuild:
    paths = {name: folder / file for name, file in FILES.items() if (folder / file).is_file()}
    cards = {name: _read_text(path) for name, path in paths.items() if path.suffix == ".md"}
    documents = {name: read_document(path) for name, path in paths.items() if name not in cards}
    written = {name: datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat() for name, path in paths.items()}
    return ModelBuild(folder.name, stem, documents, cards, ledger, written)


def name_files(names: list[str]) -> dict[str, str]:
    """A file stem for each model: safe in every file system and address, unique, never `index`."""
    stems: dict[str, str] = {}
    for name in names:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in name)
        stem, again = plain, 1
        while stem.lower() in {"index", *(used.lower() for used in stems.values())}:
            again += 1
            stem = f"{plain}-{again}"
        stems[name] = stem
    return stems


def read_document(path: Path) -> Document:
    """A JSON object of schema 1."""
    try:
        document = json.loads(_read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(f"{path}: not JSON ({error})") from None
    if not isinstance(document, dict):
        raise MalformedFile(f"{path}: saw {type(document).__name__}, wanted a JSON object")
    if document.get("schema") != 1:
        raise MalformedFile(f"{path}: saw schema {document.get('schema')!r}, this report reads schema 1")
    return document


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None


def read_ledger(build: Path, ledger: Path | None) -> Ledger:
    """The ledger with what `build/ledger.json` says about its verification; a broken line is kept by its number."""
    verification = build / "ledger.json"
    said = read_document(verification) if verification.is_file() else {}
    if ledger is None or not ledger.is_file():
        return Ledger(verified=said.get("verified"), sentence=said.get("sentence", ""))
    entries, broken = [], []
    # Not splitlines(): a reason may hold characters that it takes for the end of a line.
    text = _read_text(ledger).removesuffix("\n")
    for line_number, line in enumerate(text.split("\n") if text else [], start=1):
        entry = _entry(line)
        if entry is None:
            broken.append(line_number)
        else:
            entries.append(entry)
    return Ledger(tuple(entries), tuple(broken), said.get("verified"), said.get("sentence", ""), given=True)


def _entry(line: str) -> Document | None:
    try:
        entry = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
