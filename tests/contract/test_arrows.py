"""report <- delivery -> model <- serving, and no circles: read from the imports of every module."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest

ROOMS = ("model", "serving", "delivery", "report")
ALLOWED = {"model": set(), "serving": {"model"}, "delivery": {"model", "report"}, "report": set()}
LAZY_IN_FALLBACK = {"sklearn", "skops", "numpy", "pandas", "scipy"}


def wrong_arrows(imports: Iterable[Any]) -> Iterator[str]:
    """Imports from room to room that no arrow allows."""
    for found in imports:
        here, there = found.importer.split(".")[0], found.imported.split(".")[0]
        if there in ROOMS and there != here and there not in ALLOWED[here]:
            yield f"{found.importer} imports {found.imported}"
        if here == "serving" and there == "model" and not found.imported.startswith("model.release"):
            yield f"{found.importer} imports {found.imported}, of model/ it may know model.release"


def foreign_to_release(imports: Iterable[Any]) -> Iterator[str]:
    """Imports of model.release besides the standard library and itself; the fallback may have its engines, lazily."""
    for found in imports:
        there = found.imported.split(".")[0]
        if not found.importer.startswith("model.release") or there in sys.stdlib_module_names:
            continue
        lazily = found.importer == "model.release.fallback" and there in LAZY_IN_FALLBACK and not found.at_load
        if not lazily and not found.imported.startswith("model.release"):
            yield f"{found.importer} imports {found.imported}"


def circle(imports: Iterable[Any]) -> list[str]:
    """A circle of modules that need each other while they are loaded; empty where there is none."""
    graph: dict[str, set[str]] = {}
    for found in imports:
        if found.at_load and found.imported.split(".")[0] in ROOMS:
            graph.setdefault(found.importer, set()).add(found.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


class Seen:
    """An import, for the rules to be seen to fail."""

    def __init__(self, importer: str, imported: str, at_load: bool = True) -> None:
        self.importer, self.imported, self.at_load = importer, imported, at_load


def test_rooms_import_along_the_arrows_only(repository):
    assert list(wrong_arrows(repository.imports())) == []


def test_a_sealed_release_needs_the_standard_library_only(repository):
    assert list(foreign_to_release(repository.imports())) == []


def test_no_modules_need_each_other(repository):
    assert circle(repository.imports()) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("serving.app", "delivery.settings"),
        ("delivery.rollout", "serving.app"),
        ("report.pages", "delivery.ledger"),
        ("report.pages", "model.release.schema"),
        ("model.training", "delivery.progress"),
        ("serving.app", "model.spec"),
    ],
)
def test_a_wrong_arrow_is_seen(importer, imported):
    assert len(list(wrong_arrows([Seen(importer, imported)]))) == 1


def test_a_release_with_an_engine_is_seen():
    engines = [Seen("model.release.scorer", "numpy"), Seen("model.release.fallback", "sklearn.base")]
    assert len(list(foreign_to_release(engines))) == 2
    assert list(foreign_to_release([Seen("model.release.fallback", "skops.io", at_load=False)])) == []


def test_a_circle_is_seen():
    there_and_back = [Seen("model.a", "model.b"), Seen("model.b", "model.a")]
    assert circle(there_and_back)
    assert circle([there_and_back[0], Seen("model.b", "model.a", at_load=False)]) == []
