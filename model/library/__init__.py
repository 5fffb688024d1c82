"""The shared model library: a folder a model, found by its `spec.py`; a file a candidate, found by its `pipeline()`.

Adding a model or a candidate edits no file that is there already.

LibraryError
├── UnknownModel     nobody put a model of this name here
└── BrokenModel      a file of a model cannot be used; the message names the file
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from model.library.validation import problem_of_candidate, problems_of
from model.spec import ModelSpec

NO_CANDIDATES = ("spec", "runtime", "features")


class LibraryError(Exception):
    """A model of the library cannot be used. `exit_code` is what the CLI answers."""

    exit_code: ClassVar[int] = 2


class UnknownModel(LibraryError):
    """There is no model of this name."""


class BrokenModel(LibraryError):
    """A file of a model cannot be used."""


@dataclass(frozen=True)
class Candidate:
    """One way to learn a model: `build` returns an unfitted scikit-learn estimator, a new one each time."""

    name: str
    file: Path
    build: Callable[[], Any]
    author: str = ""


@contextmanager
def blaming(candidate: Candidate, doing: str) -> Iterator[None]:
    """Whatever the block raises is told as BrokenModel: the candidate's file is what helps its author."""
    try:
        yield
    except Exception as error:
        raise BrokenModel(f"{_shown(candidate.file)}: {doing} fails, {_cause(error)}") from error


def find_models() -> list[str]:
    """The names of all models, in alphabetical order."""
    return sorted(file.parent.name for folder in __path__ for file in Path(folder).glob("*/spec.py"))


def load_spec(name: str) -> ModelSpec:
    """The spec of a model, its folder filled in (relative to the repository).

    Raises UnknownModel, or BrokenModel where the spec contradicts itself.
    """
    folder = _folder(name)
    module = _import(name, folder / "spec.py")
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, ModelSpec):
        raise BrokenModel(f"{_shown(folder / 'spec.py')}: wanted SPEC = ModelSpec(...), saw {type(spec).__name__}")
    spec = replace(spec, folder=folder.relative_to(folder.parents[2]))
    problems = problems_of(spec)
    if problems:
        raise BrokenModel(f"{_shown(folder / 'spec.py')}: {'; '.join(problems)}")
    return spec


def load_candidates(spec: ModelSpec) -> dict[str, Candidate]:
    """The candidates of a model by name, in alphabetical order. Raises BrokenModel."""
    folder = _folder(spec.name)
    files = [file for file in sorted(folder.glob("*.py")) if _may_be_candidate(file)]
    modules = {file: _import(spec.name, file) for file in files}
    candidates = {
        file.stem: _candidate(file, module) for file, module in modules.items() if hasattr(module, "pipeline")
    }
    if not candidates:
        raise BrokenModel(f"{_shown(folder)}: no candidate, wanted at least one file that defines pipeline()")
    for name, candidate in candidates.items():
        if problem := problem_of_candidate(name):
            raise BrokenModel(f"{_shown(candidate.file)}: {problem}")
    return candidates


def _folder(name: str) -> Path:
    folders = [Path(folder) / name for folder in __path__ if (Path(folder) / name / "spec.py").is_file()]
    if not folders:
        raise UnknownModel(f"{name}: no such model, there are {', '.join(find_models()) or 'none'}")
    return folders[0].absolute()


def _may_be_candidate(file: Path) -> bool:
    return file.stem not in NO_CANDIDATES and not file.stem.startswith("_")


def _candidate(file: Path, module: ModuleType) -> Candidate:
    try:
        estimator = module.pipeline()
    except Exception as error:  # whatever a person's file raises, its name is what helps
        raise BrokenModel(f"{_shown(file)}: pipeline() fails, {_cause(error)}") from error
    if not (hasattr(estimator, "fit") and hasattr(estimator, "predict")):
        saw = type(estimator).__name__
        raise BrokenModel(f"{_shown(file)}: pipeline() returns {saw}, wanted an unfitted scikit-learn estimator")
    return Candidate(file.stem, file, module.pipeline, str(getattr(module, "AUTHOR", "")))


def _import(name: str, file: Path) -> ModuleType:
    try:
        return importlib.import_module(f"{__name__}.{name}.{file.stem}")
    except SyntaxError as error:
        where = Path(error.filename or file)
        raise BrokenModel(f"{_shown(where)}: line {error.lineno} is no Python ({error.msg})") from error
    except Exception as error:
        raise BrokenModel(f"{_shown(file)}: cannot be imported, {_cause(error)}") from error


def _cause(error: Exception) -> str:
    """What was raised, and at which line of a model's own file: the innermost one, since that is where to look."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename != __file__]
    own = [each for each in frames if any(Path(each.filename).is_relative_to(folder) for folder in __path__)]
    place = "".join(f" ({_shown(Path(each.filename))}, line {each.lineno})" for each in own[-1:])
    return f"{type(error).__name__}: {error}{place}"


def _shown(path: Path) -> str:
    """A path as a person of this repository writes it: `model/library/...`."""
    inside = [path.relative_to(Path(folder).absolute()) for folder in __path__ if path.is_relative_to(folder)]
    return str(Path("model", "library", inside[0])) if inside else str(path)
