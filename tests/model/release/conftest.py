"""Two tiny releases, unsealed, with the real code that answers: `mood` reads a text, `price` a small table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from model.release.documents import Document
from model.release.sealing import seal

ROOT = Path(__file__).resolve().parents[3]

PROVENANCE: dict[str, object] = {
    "candidate": "linear",
    "commit": "0" * 40,
    "created": "2026-01-01T00:00:00+00:00",
    "data": {"sha256": "0" * 64, "rows": 100, "profile": {}},
    "base_image": "python@sha256:" + "1" * 64,
    "dockerfile_sha256": "2" * 64,
    "figures": {"accuracy": {"value": 0.81, "low": 0.79, "high": 0.83, "n": 2584}},
    "verdicts": [],
}

MOOD: dict[str, Document] = {
    "schema.json": {
        "schema": 1, "model": "mood", "task": "binary", "labels": ["bad", "good"], "api": 1, "target": "label",
        "fields": [{"name": "text", "kind": "text", "nullable": True, "max_chars": 5000}],
    },
    "scorer.json": {
        "schema": 1, "task": "binary", "labels": ["bad", "good"], "band": None,
        "readers": [{
            "field": "text", "vocabulary": ["good", "bad", "film"], "fill": None, "prepare": ["normalize"],
            "token_pattern": r"(?u)\b\w\w+\b", "stop_words": [], "ngram_range": [1, 1],
        }],
        "scorer": {
            "family": "linear", "link": "logit", "intercepts": [0.0], "fields": None,
            "words": [{
                "reader": 0, "count": "present", "norm": None, "idf": None,
                "weights": [{"length": 3, "values": [2.0, -2.0, 0.0]}],
            }],
        },
    },
    "reference.json": {
        "schema": 1, "n": 100,
        "features": {
            "text.words": {"edges": [2, 5], "share": [0.3, 0.4, 0.3], "null_share": 0.0},
            "text.unseen": {"edges": [0.5], "share": [0.6, 0.4], "null_share": 0.0},
            "score": {"edges": [0.5], "share": [0.5, 0.5], "null_share": 0.0},
        },
        "categories": {}, "typical": {}, "outcomes": {"bad": 0.5, "good": 0.5}, "median": None,
    },
    "samples.json": {
        "schema": 1, "instances": [{"text": "a good film"}], "predictions": [{"probabilities": [0.1192, 0.8808]}],
    },
}  # fmt: skip

PRICE: dict[str, Document] = {
    "schema.json": {
        "schema": 1, "model": "price", "task": "regression", "labels": [], "api": 2, "target": "price",
        "fields": [
            {"name": "area", "kind": "number", "minimum": 10, "maximum": 5000},
            {"name": "zone", "kind": "category", "choices": ["A", "B"], "nullable": True},
        ],
    },
    "scorer.json": {
        "schema": 1, "task": "regression", "labels": [], "readers": [],
        "band": {"kind": "absolute", "coverage": 0.9, "half_width": 5.0},
        "scorer": {
            "family": "linear", "link": "identity", "intercepts": [50.0], "words": [],
            "fields": {"outputs": [{
                "numbers": [["area", 0.0, 2.0, 0.0]],
                "tables": [["zone", ["A", "B"], [7.0, -7.0], 0.0, None]], "curves": [],
            }]},
        },
    },
    "reference.json": {
        "schema": 1, "n": 100,
        "features": {
            "area": {"edges": [50, 200], "share": [0.2, 0.5, 0.3], "null_share": 0.0},
            "score": {"edges": [100], "share": [0.4, 0.6], "null_share": 0.0},
        },
        "categories": {"zone": {"share": {"A": 0.8}, "null_share": 0.05}},
        "typical": {"area": 100.0, "zone": "A"}, "outcomes": {}, "median": 120.0,
    },
    "samples.json": {"schema": 1, "instances": [{"area": 100, "zone": "A"}], "predictions": [{"value": 257.0}]},
}  # fmt: skip


def write_release(folder: Path, parts: dict[str, Document]) -> Path:
    """The folder of an unsealed release."""
    folder.mkdir(parents=True)
    for name, document in parts.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "model/release", folder / "model/release", ignore=ignored)
    shutil.copy(ROOT / "model/__init__.py", folder / "model")
    (folder / "serving").mkdir()
    (folder / "serving/app.py").write_text('"""Serves."""\n')
    (folder / "requirements.txt").write_text("flask==3.1.0\n")
    (folder / "card.md").write_text("# A tiny model\n")
    return folder


@pytest.fixture
def provenance() -> dict[str, Any]:
    """What sealing must be told."""
    return dict(PROVENANCE)


@pytest.fixture
def mood(tmp_path: Path) -> Path:
    """A text classifier, unsealed."""
    return write_release(tmp_path / "mood", MOOD)


@pytest.fixture
def price(tmp_path: Path) -> Path:
    """A regression on a table, unsealed."""
    return write_release(tmp_path / "price", PRICE)


@pytest.fixture
def sealed(mood: Path) -> Path:
    """The text classifier, sealed."""
    seal(mood, PROVENANCE)
    return mood
