"""Write a model's folder from a person's own CSV: types guessed, gates proposed from the data, comments."""

from __future__ import annotations

import importlib
import keyword
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import model.library
from model.cells import read_cells
from model.data import load
from model.library import Candidate
from model.scaffolding import proposing, writing
from model.scaffolding.columns import Guess, guess
from model.scaffolding.errors import ScaffoldingError
from model.scaffolding.proposing import Failing
from model.spec import Dataset, ModelSpec

__all__ = ["Failing", "ScaffoldingError", "Written", "write_model"]

SMALL_ROWS = 1_000
"""Below this the holdout takes a larger share: with fewer than some hundred rows no gate can tell good from bad."""


@dataclass(frozen=True)
class Written:
    """The files of a new model, and the checks that its rows fail: its spec.py holds those as comments."""

    files: list[Path]
    failing: list[Failing]


def write_model(name: str, csv: Path, target: str, root: Path) -> Written:
    """Write `model/library/<name>/` below `root`. Nothing is left behind where that fails.

    Raises ScaffoldingError, or DataError where the CSV cannot be read.
    """
    _refuse_name(name, root)
    guessed = guess(read_cells(csv, str(csv)), target, str(csv))
    folder = root / "model" / "library" / name
    try:
        return _write(name, guessed, folder, root)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _refuse_name(name: str, root: Path) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name):
        raise ScaffoldingError(f"{name}: wanted a name of small letters, digits and _ that starts with a letter")
    if name == "validation" or (root / "model" / "library" / name).exists():
        raise ScaffoldingError(f"{name}: there is already model/library/{name}, wanted a new name")


def _write(name: str, guessed: Guess, folder: Path, root: Path) -> Written:
    (folder / "data").mkdir(parents=True)
    writing.write_data(folder / "data" / f"{name}.csv.gz", guessed.cells)
    spec = _first_spec(name, guessed)
    files = {"__init__.py": writing.init_file(spec), "features.py": writing.features_file(guessed)}
    files["linear.py"] = writing.linear_file(name, guessed.task == "regression")
    if any(column.field.kind != "text" for column in guessed.columns):
        files["boosting.py"] = writing.boosting_file(name, guessed)
    written = [_put(folder / file, content) for file, content in files.items()]
    data = load(spec, root)
    figures = proposing.measure_candidates(spec, data, _candidates(name, folder))
    passed, failing = proposing.propose_checks(spec, data)
    spec = replace(spec, gates=tuple(proposing.propose_gates(spec, figures)), checks=tuple(passed))
    written.append(_put(folder / "spec.py", writing.spec_file(spec, guessed, figures, failing)))
    writing.lay_out(written)
    return Written([*written, folder / "data" / f"{name}.csv.gz"], failing)


def _first_spec(name: str, guessed: Guess) -> ModelSpec:
    rows = len(guessed.cells[guessed.target])
    share = 0.3 if rows < SMALL_ROWS else 0.2
    return ModelSpec(
        name=name,
        task=guessed.task,
        title=name.replace("_", " ").capitalize(),
        dataset=Dataset(f"data/{name}.csv.gz", guessed.target, split_salt=f"{name}-split-v1", holdout_share=share),
        features=tuple(column.field for column in guessed.columns),
        ranking=proposing.RANKINGS[guessed.task],
        gates=(),
        checks=(),
        labels=guessed.classes,
        label_values=guessed.classes,
        folder=Path("model", "library", name),
    )


def _put(file: Path, content: str) -> Path:
    file.write_text(content, encoding="utf-8")
    return file


def _candidates(name: str, folder: Path) -> dict[str, Candidate]:
    """The files just written, imported as the library will import them."""
    names = [each for each in ("boosting", "linear") if (folder / f"{each}.py").exists()]
    with _importable(name, folder.parent):
        modules = {each: importlib.import_module(f"model.library.{name}.{each}") for each in names}
    return {each: Candidate(each, folder / f"{each}.py", module.pipeline) for each, module in modules.items()}


@contextmanager
def _importable(name: str, folder: Path) -> Iterator[None]:
    """The library as it will be, also where it is not the one this code runs from; nothing imported stays."""
    before = list(model.library.__path__)
    model.library.__path__[:] = dict.fromkeys([*before, str(folder)])
    importlib.invalidate_caches()
    try:
        yield
    finally:
        model.library.__path__[:] = before
        for module in [each for each in sys.modules if f"{each}.".startswith(f"model.library.{name}.")]:
            del sys.modules[module]
