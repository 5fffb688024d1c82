"""Two tiny releases written by hand: a linear text model and a linear table model, as docs/contracts.md has them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from model.release.sealing import seal

REPOSITORY = Path(__file__).parents[2]

TEXT: dict[str, Any] = {
    "schema.json": {
        "schema": 1, "model": "mood", "task": "binary", "labels": ["negative", "positive"], "api": 1, "target": "label",
        "fields": [{"name": "text", "kind": "text", "max_chars": 5000, "description": "One review."}],
    },
    "scorer.json": {
        "schema": 1, "task": "binary", "labels": ["negative", "positive"], "band": None,
        "readers": [{
            "field": "text", "vocabulary": ["good", "bad", "film", "fine"], "fill": None, "prepare": ["lower"],
            "token_pattern": r"(?u)\b\w\w+\b", "stop_words": [], "ngram_range": [1, 1],
        }],
        "scorer": {
            "family": "linear", "link": "logit", "intercepts": [0.1], "fields": None,
            "words": [{
                "reader": 0, "count": "present", "norm": None, "idf": None,
                "weights": [{"length": 4, "values": [2.0, -2.0, 0.1, 1.0]}],
            }],
        },
    },
    "reference.json": {
        "schema": 1, "n": 100,
        "features": {
            "text.words": {"edges": [2, 5], "share": [0.3, 0.4, 0.3], "null_share": 0.0},
            "text.chars": {"edges": [10, 30], "share": [0.3, 0.4, 0.3], "null_share": 0.0},
            "text.unseen": {"edges": [0.5], "share": [0.6, 0.4], "null_share": 0.0},
            "text.upper": {"edges": [0.1], "share": [0.6, 0.4], "null_share": 0.0},
            "score": {"edges": [0.25, 0.5, 0.75], "share": [0.25, 0.25, 0.25, 0.25], "null_share": 0.0},
        },
        "categories": {}, "typical": {}, "outcomes": {"positive": 0.52}, "median": None,
    },
    "instances": [{"text": "A good film"}, {"text": "a bad film"}],
}  # fmt: skip

TABLE: dict[str, Any] = {
    "schema.json": {
        "schema": 1, "model": "price", "task": "regression", "labels": [], "api": 2, "target": "sale_price",
        "fields": [
            {"name": "area", "kind": "number", "minimum": 100, "maximum": 5000, "unit": "sq ft"},
            {"name": "rooms", "kind": "number", "integer": True, "minimum": 1, "maximum": 20, "nullable": True},
            {"name": "zone", "kind": "category", "choices": ["RL", "RM", "C"]},
            {"name": "sold", "kind": "date", "nullable": True, "minimum": 0, "maximum": 30000},
        ],
    },
    "scorer.json": {
        "schema": 1, "task": "regression", "labels": [],
        "band": {"kind": "relative", "coverage": 0.9, "half_width": 0.158}, "readers": [],
        "scorer": {
            "family": "linear", "link": "identity", "intercepts": [50000.0], "words": [],
            "fields": {"outputs": [{
                "numbers": [["area", 1000.0, 100.0, 0.0], ["rooms", 5.0, 1000.0, -500.0]],
                "tables": [["zone", ["RL", "RM", "C"], [5000.0, 0.0, -8000.0], None, None]], "curves": [],
            }]},
        },
    },
    "reference.json": {
        "schema": 1, "n": 100,
        "features": {
            "area": {"edges": [800, 1500], "share": [0.2, 0.5, 0.3], "null_share": 0.0},
            "rooms": {"edges": [4, 6], "share": [0.2, 0.4, 0.3], "null_share": 0.1},
            "score": {"edges": [50000, 100000], "share": [0.3, 0.4, 0.3], "null_share": 0.0},
        },
        "categories": {"zone": {"share": {"RL": 0.8, "RM": 0.15, "C": 0.05}}},
        "typical": {"area": 1400.0, "rooms": 6.0, "zone": "RL", "sold": 14000.0},
        "outcomes": {"55100": 0.3, "92700": 0.4, "131000": 0.3}, "median": 90000.0,
    },
    "instances": [
        {"area": 1400, "rooms": 6, "zone": "RL", "sold": "2008-05-01"},
        {"area": 900, "rooms": None, "zone": "C", "sold": None},
    ],
}  # fmt: skip


PROVENANCE: dict[str, Any] = {
    "candidate": "linear", "commit": "0" * 40, "created": "2026-01-01T00:00:00+00:00", "data": {}, "base_image": None,
    "dockerfile_sha256": None, "figures": {}, "verdicts": [],
}  # fmt: skip


def write_release(folder: Path, parts: dict[str, Any]) -> Path:
    """A sealed release folder, the code of the server and of model/release included."""
    folder.mkdir()
    for name in ("schema.json", "scorer.json", "reference.json"):
        (folder / name).write_text(json.dumps(parts[name]))
    (folder / "samples.json").write_text(json.dumps({"schema": 1, "instances": parts["instances"], "predictions": []}))
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "serving", folder / "serving", ignore=ignored)
    (folder / "model").mkdir()
    shutil.copy(REPOSITORY / "model/__init__.py", folder / "model")
    shutil.copytree(REPOSITORY / "model/release", folder / "model/release", ignore=ignored)
    shutil.copy(REPOSITORY / "serving/requirements.txt", folder / "requirements.txt")
    (folder / "card.md").write_text("# A tiny model\n")
    seal(folder, PROVENANCE)
    return folder
