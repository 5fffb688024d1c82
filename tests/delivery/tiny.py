"""Tiny sealed releases served by the real server, and labelled rows for them."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

from delivery.replaying import Case
from model.release.answering import reply
from model.release.loading import load
from model.release.sealing import seal
from tests.serving.releases import PROVENANCE, TABLE, TEXT, write_release

FIGURES = {
    "accuracy": {"value": 0.85, "low": 0.81, "high": 0.89, "n": 400},
    "mape": {"value": 0.1, "low": 0.08, "high": 0.12, "n": 400},
}


def seal_tiny(folder: Path, parts: dict[str, Any] = TEXT, intercept: float = 0.1, **provenance: Any) -> str:
    """Write and seal a release that knows its own answers; another intercept is another release. Its identity."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    parts = copy.deepcopy(parts)
    parts["scorer.json"]["scorer"]["intercepts"] = [intercept]
    write_release(folder, parts)
    (folder / "release.json").unlink()
    answers = reply({"instances": parts["instances"]}, load(folder, sealed=False))["answers"]
    samples = {"schema": 1, "instances": parts["instances"], "predictions": answers}
    (folder / "samples.json").write_text(json.dumps(samples))
    return seal(folder, {**PROVENANCE, "figures": FIGURES, **provenance}).identity


def cases(rows: int = 400, right: float = 0.85) -> list[Case]:
    """Reviews whose words say the label, but for some."""
    chance = random.Random(7)
    chosen = [chance.choice(["good", "bad"]) for _ in range(rows)]
    labels = {"good": ("negative", "positive"), "bad": ("positive", "negative")}
    return [Case({"text": f"a {word} film"}, labels[word][chance.random() < right]) for word in chosen]


def houses(rows: int = 60) -> list[Case]:
    """Houses whose price is a tenth above what `TABLE` answers."""
    areas = range(1000, 1000 + 10 * rows, 10)
    return [Case({"area": area, "rooms": 5, "zone": "RM"}, 1.1 * value_of(area)) for area in areas]


def value_of(area: float) -> float:
    """What `TABLE` answers for a house of five rooms in zone RM."""
    scorer = TABLE["scorer.json"]["scorer"]
    _, centre, slope, _ = scorer["fields"]["outputs"][0]["numbers"][0]
    return float(scorer["intercepts"][0] + (area - centre) * slope)
