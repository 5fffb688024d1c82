"""`feedback`: labels that came as a file, told to production."""

from __future__ import annotations

import argparse
from pathlib import Path

from delivery.errors import WrongSetting
from delivery.opening import open_target
from delivery.progress import progress, tell
from delivery.settings import Settings
from delivery.telling_labels import RESULTS, tell_file


def feedback(settings: Settings, call: argparse.Namespace) -> None:
    """Tells every label of the file and says what became of them."""
    model = whose(call.model)
    with progress("feedback") as report:
        told = tell_file(open_target(settings), model, Path(call.file), report)
    counts = ", ".join(f"{told[result]} {result}" for result in RESULTS)
    tell(f"feedback: {model}, {told.total()} labels of {Path(call.file).name}: {counts}")


def whose(asked: str | None) -> str:
    """The model that is meant; WrongSetting where that is not clear."""
    from model.library import find_models  # here: it brings pandas, and a wrong call should not wait for that

    known = find_models()
    if asked is None and len(known) == 1:
        return str(known[0])
    if asked not in known:
        saw = f"{asked}: no such model" if asked else "feedback: whose labels are these?"
        raise WrongSetting(f"{saw}, wanted --model with one of {', '.join(known)}")
    return asked
