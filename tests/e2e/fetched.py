"""A model whose rows a command fetches, and the alert that makes the delivery fetch them again."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.delivery import alarms
from tests.e2e.checkout import Checkout
from tests.model.test_scaffolding import Foreign, wines

KNOWN = 400
"""Rows that there are at first."""


@dataclass(frozen=True)
class Fetched:
    """The model, and the file that its command prints."""

    model: Foreign
    rows: Path

    def grow(self) -> None:
        """All rows are there now."""
        self.model.write(self.rows.parent)

    def drifts(self, folder: Path, namespace: str | None = None) -> str:
        """A file with Alertmanager's word that the input drifts, from now on; by then no release is recent any more."""
        time.sleep(1.5)
        told = {"name": "ModelInputDrift", "model": self.model.name, "summary": "PSI 0.4", "namespace": namespace}
        path = folder / "alert.json"
        path.write_text(alarms.text([alarms.alert(started=datetime.now(UTC), **told)]))
        return str(path)


def bring(checkout: Checkout, folder: Path) -> Fetched:
    """A model by `new`, in a project that suspects no release for longer than a second; committed."""
    wine = wines()
    rows = wine.write(folder)
    rows.write_text("".join(rows.read_text().splitlines(keepends=True)[: KNOWN + 1]))
    checkout.make("new", f"NAME={wine.name}", f"CSV={rows}", f"TARGET={wine.target}")
    project = checkout.folder / "project.toml"
    text, count = re.subn(r"(?m)^recent_seconds = [\d.]+", "recent_seconds = 1.0", project.read_text())
    assert count == 1
    source = f'[data.{wine.name}]\ncommand = ["cat", {json.dumps(str(rows))}]\n'
    project.write_text(f"{text}\n{source}")
    checkout.commit("A model of wines")
    return Fetched(wine, rows)
