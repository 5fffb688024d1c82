"""Functions and files small enough to be read at once, docstrings on what is public, names that say something."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("model", "serving", "delivery", "report")
CODE = (*ROOMS, "jenkins", "upkeep", "tests", "bench")
LONGEST_FUNCTION = 40
LONGEST_FILE = 250
SHADOWING = {"docker", "kubernetes"}
SAYING_NOTHING = {"utils", "util", "common", "base", "manager", "helpers", "misc", "pipeline"}


def long_functions(path: Path) -> Iterator[str]:
    """Functions over the limit."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno} {node.name}: {lines} lines, wanted at most {LONGEST_FUNCTION}"


def long_file(path: Path) -> Iterator[str]:
    """The file, where it is over the limit."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > LONGEST_FILE:
        yield f"{path}: {lines} lines, wanted at most {LONGEST_FILE}"


def undocumented(path: Path) -> Iterator[str]:
    """The module, and public classes and functions at its top, without a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if tree.body and not ast.get_docstring(tree):
        yield f"{path}: no docstring"
    for node in tree.body:
        if (
            isinstance(node, ast.ClassDef | ast.FunctionDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            yield f"{path}:{node.lineno} {node.name}: no docstring"


def bad_names(path: Path) -> Iterator[str]:
    """Folders that shadow a package, files and folders whose name says nothing."""
    for part in (*path.parts[:-1], path.stem):
        if part in SAYING_NOTHING:
            yield f"{path}: {part} says nothing about what is inside"
    for part in path.parts[:-1]:
        if part in SHADOWING:
            yield f"{path}: the folder {part} shadows the package of that name"


def broken(rule, paths) -> list[str]:
    """What a rule finds in all of the files."""
    return [finding for path in paths for finding in rule(path)]


def test_functions_fit_a_screen(repository):
    assert broken(long_functions, repository.under(*CODE)) == []


def test_files_fit_a_head(repository):
    assert broken(long_file, repository.under(*CODE)) == []


def test_what_is_public_is_explained(repository):
    assert broken(undocumented, repository.under(*ROOMS, "jenkins", "upkeep")) == []


def test_names_say_something(repository):
    assert broken(bad_names, [path.relative_to(repository.root) for path in repository.files]) == []


def test_each_rule_is_seen_to_fail(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("def long():\n" + "    x = 1\n" * 40 + "\n" * 210)
    assert len(list(long_functions(path))) == 1
    assert len(list(long_file(path))) == 1
    assert len(list(undocumented(path))) == 2
    assert len(list(bad_names(Path("docker/utils.py")))) == 2
