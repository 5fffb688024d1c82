"""The repository as text: its files, its modules and what they import."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("model", "serving", "delivery", "report")


@dataclass(frozen=True)
class Import:
    """One import of a module: `at_load` is false inside functions and under TYPE_CHECKING."""

    importer: str
    imported: str
    at_load: bool


@dataclass(frozen=True)
class Repository:
    """The files that git holds or would add."""

    root: Path
    files: tuple[Path, ...]

    def under(self, *folders: str, suffix: str = ".py") -> list[Path]:
        """Files of these folders with this suffix."""
        return [
            path for path in self.files if path.relative_to(self.root).parts[0] in folders and path.suffix == suffix
        ]

    def imports(self) -> list[Import]:
        """Every import of every module in the rooms; `from a import b` counts as `a.b` where that is a module."""
        modules = {module_name(path, self.root): path for path in self.under(*ROOMS)}
        return [found for name, path in modules.items() for found in imports_of(name, path, set(modules))]


def module_name(path: Path, root: Path) -> str:
    """`delivery/targets/__init__.py` is `delivery.targets`."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(name: str, path: Path, modules: set[str]) -> Iterator[Import]:
    """What a module imports, with whether it does so while it is loaded."""
    for node, at_load in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(name, alias.name, at_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield Import(name, whole if whole in modules else str(node.module), at_load)


def statements(node: ast.AST, at_load: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """Every node below, with whether it runs when the module is loaded."""
    for child in ast.iter_child_nodes(node):
        later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        later = later or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
        yield child, at_load and not later
        yield from statements(child, at_load and not later)


@pytest.fixture(scope="session")
def repository() -> Repository:
    """This checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return Repository(
        ROOT, tuple(sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()))
    )
