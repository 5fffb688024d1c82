"""From a release folder to something that answers.

    release = load(Path("build/sentiment/release"))
    row = release.schema.read({"text": "a fine film"})
    release.scorer.answer([row])

A model may bring code of its own in `runtime.py`: `TRANSFORMERS`, a dict of name -> function(row) -> row. All of them
are applied to every row, in their order, before the scorer sees it. The file runs only after its hash was verified.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from model.release.documents import Document, read_document, take
from model.release.errors import BadDocument, InstanceProblems, Unsealed
from model.release.explaining import Contribution
from model.release.fields import Row
from model.release.numerics import compacted
from model.release.reference import Reference
from model.release.schema import Schema
from model.release.scorer import Scorer, load_scorer
from model.release.sealing import RELEASE, ReleaseInfo, verify

RUNTIME = "runtime"
"""The module name under which a release's own code is imported."""

Transformer = Callable[[Row], Row]


@dataclass(frozen=True)
class Release:
    """A loaded release."""

    folder: Path
    schema: Schema
    scorer: Scorer
    reference: Reference
    samples: Document
    """`instances`, and the `predictions` this release must make of them, exactly."""
    band: Mapping[str, Any] | None
    """Of a regression: `kind`, `coverage`, `half_width` (docs/contracts.md, Scorers)."""
    info: ReleaseInfo | None
    """None for a contender that nobody sealed yet."""

    @property
    def identity(self) -> str:
        """The sealed identity; Unsealed where there is none."""
        return self._sealed().identity

    @property
    def document(self) -> Document:
        """All of release.json; Unsealed where there is none."""
        return self._sealed().document

    def _sealed(self) -> ReleaseInfo:
        if self.info is None:
            raise Unsealed(self.folder)
        return self.info


def load(folder: Path, *, sealed: bool = True) -> Release:
    """Load a release once every byte of it is verified; ReleaseError says what is wrong with it.

    `sealed=False` loads a contender without release.json too, as training and gates need it; nothing is served so.
    """
    info = verify(folder) if sealed or (folder / RELEASE).exists() else None
    schema = Schema.from_document(read_document(folder / "schema.json"))
    document = read_document(folder / "scorer.json", compacted)
    _require_agreement(schema, document)
    scorer = _scorer_of(document, folder)
    return Release(
        folder=folder,
        schema=schema,
        scorer=scorer,
        reference=Reference(read_document(folder / "reference.json"), schema, scorer.knows),
        samples=_load_samples(folder / "samples.json", schema),
        band=take(document, "band", "scorer.json"),
        info=info,
    )


def scorer_in(folder: Path) -> Scorer:
    """The scorer of a folder, behind the model's own transformers where it has some. Nothing is verified here."""
    return _scorer_of(read_document(folder / "scorer.json", compacted), folder)


def _scorer_of(document: Document, folder: Path) -> Scorer:
    transformers = load_transformers(folder / "runtime.py")  # First: the fallback may need its types.
    scorer = load_scorer(document, folder)
    return TransformingScorer(scorer, transformers) if transformers else scorer


class TransformingScorer:
    """A scorer behind a model's own transformers."""

    def __init__(self, scorer: Scorer, transformers: Sequence[Transformer]) -> None:
        self._scorer = scorer
        self._transformers = transformers
        self.exact = scorer.exact
        self.unit = scorer.unit

    def answer(self, rows: Sequence[Row]) -> list[list[float]] | list[float]:
        """The scorer's answers to the transformed rows."""
        return self._scorer.answer([self._transform(row) for row in rows])

    def members(self) -> Mapping[str, Scorer]:
        """The members of a vote, each behind the same transformers."""
        members = self._scorer.members()
        return {name: TransformingScorer(member, self._transformers) for name, member in members.items()}

    def explain(self, row: Row, reference: Row) -> list[Contribution]:
        """The explanation of the transformed row, against the transformed reference."""
        untold = row.keys() - reference.keys()
        typical = self._transform({**row, **reference})
        told = {name: value for name, value in typical.items() if name not in untold}
        return self._scorer.explain(self._transform(row), told)

    def knows(self, word: str) -> bool:
        """Whether the scorer's vocabulary holds the word."""
        return self._scorer.knows(word)

    def _transform(self, row: Row) -> Row:
        # A transformer may write into its row; the caller's stays as it was.
        return reduce(lambda changed, transform: transform(changed), self._transformers, dict(row))


def _require_agreement(schema: Schema, scorer: Document) -> None:
    for key, wanted in (("task", schema.task), ("labels", list(schema.labels))):
        if take(scorer, key, "scorer.json") != wanted:
            raise BadDocument("scorer.json", f"{key} {scorer[key]!r}, schema.json says {wanted!r}")


def _load_samples(path: Path, schema: Schema) -> Document:
    samples = read_document(path)
    take(samples, "predictions", str(path))
    _, problems = schema.read_all(take(samples, "instances", str(path)))
    if problems:
        raise BadDocument(str(path), f"the schema refuses a sample: {InstanceProblems(problems)}")
    return samples


class _SourceOnly(SourceFileLoader):
    """Compiles anew each time: a bytecode file would be one that nobody sealed."""

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Write nothing."""


def load_transformers(path: Path) -> list[Transformer]:
    """The transformers of a model's own code, in their order; none where there is no such file."""
    if not path.exists():
        return []
    module = _import(path)
    transformers = getattr(module, "TRANSFORMERS", {})
    if not isinstance(transformers, dict) or not all(map(callable, transformers.values())):
        raise BadDocument(str(path), "TRANSFORMERS is wanted as a dict of name -> function(row) -> row")
    return list(transformers.values())


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(RUNTIME, path, loader=_SourceOnly(RUNTIME, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[RUNTIME] = module  # The fallback's types are looked up there by name.
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadDocument(str(path), f"it cannot be imported: {error!r}") from error
    return module
