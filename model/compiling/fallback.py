"""What cannot be compiled: the pipeline itself, saved by skops with the types that may be built from it by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.compiling.errors import CompilingError
from model.release.documents import VERSION
from model.release.schema import Field

FILE = "scorer.skops"
TRUSTED = ("sklearn.", "numpy.", "scipy.", "pandas.", "operator.", "model.release.", "runtime.")
"""Where types and functions may come from: libraries of the lock, and code that travels in the release."""
OWN = "model.library."


def save_pipeline(
    pipeline: Any, fields: Sequence[Field], task: str, labels: Sequence[str], folder: Path
) -> dict[str, Any]:
    """Write scorer.skops into the folder; its scorer.json. CompilingError where it holds code of nobody's library."""
    from skops.io import dump, get_untrusted_types

    path = folder / FILE
    dump(pipeline, path)
    named = sorted(get_untrusted_types(file=path))
    foreign = [name for name in named if not name.startswith(TRUSTED)]
    if foreign:
        path.unlink()
        own = (
            "; what it needs when it answers belongs into the model's runtime.py" if foreign[0].startswith(OWN) else ""
        )
        raise CompilingError(f"the pipeline holds {', '.join(foreign)}: of no library that the release carries{own}")
    scorer = {"family": "fallback", "file": FILE, "trusted": named, "fields": [[f.name, f.kind] for f in fields]}
    return {"schema": VERSION, "task": task, "labels": list(labels), "band": None, "scorer": scorer}
