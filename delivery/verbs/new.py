"""`new`: a folder in model/library/ from a person's own CSV."""

from __future__ import annotations

import argparse
from pathlib import Path

from delivery.progress import progress, tell
from delivery.settings import Settings
from model.scaffolding import write_model


def new(settings: Settings, call: argparse.Namespace) -> None:
    """Writes the folder and says what to read in it and what to do next."""
    with progress("new") as report:
        report("trying candidates, to propose bounds that mean something")
        written = write_model(call.name, Path(call.csv).absolute(), call.target, settings.root)
    for path in written.files:
        tell(f"new: {path.relative_to(settings.root)}")
    for each in written.failing:
        tell(f"new: check {each.check.kind} is only a comment in spec.py, for your rows fail it: {each.sentence}")
    tell(f"new: read its spec.py, every choice says why; then: make run MODEL={call.name}")
