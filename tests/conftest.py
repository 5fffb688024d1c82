"""What holds for all tests: those about the example models are left out where a fork has removed the examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ("house_price", "sentiment")
MISSING = [name for name in EXAMPLES if not (ROOT / "model" / "library" / name / "spec.py").is_file()]
WHOLE_FILE = re.compile(r"^pytestmark = .*\bmark\.examples\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A file that is about the examples altogether cannot even be imported without them."""
    if not MISSING or collection_path.suffix != ".py":
        return None
    return bool(WHOLE_FILE.search(collection_path.read_text(encoding="utf-8"))) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Single tests that are about them."""
    left_out = [item for item in items if MISSING and item.get_closest_marker("examples")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Said once, so that nobody takes them for passed."""
    if MISSING:
        terminalreporter.write_line(
            f"left out: tests about the examples, for model/library has no {' and no '.join(MISSING)}"
        )
