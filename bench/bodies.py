"""What is asked: requests made of the holdout's rows."""

from __future__ import annotations

import json
from pathlib import Path

from model.data import load
from model.instances import instances_of
from model.library import load_spec

ROOT = Path(__file__).parents[1]


def bodies_of(model: str, rows_a_request: int, bodies: int = 50) -> Path:
    """A file of request bodies of holdout rows, one a line."""
    spec = load_spec(model)
    instances = instances_of(load(spec, ROOT).holdout.features, spec.features)
    path = ROOT / "build" / "bench" / f"{model}-{rows_a_request}.jsonl"
    some = [
        [instances[(n * rows_a_request + k) % len(instances)] for k in range(rows_a_request)] for n in range(bodies)
    ]
    path.write_text("\n".join(json.dumps({"instances": rows}) for rows in some), encoding="utf-8")
    return path
