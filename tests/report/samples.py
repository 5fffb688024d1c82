"""The files of a build as the verbs leave them, with figures like the real ones (docs/contracts.md)."""

from __future__ import annotations

import random
from typing import Any

SENTIMENT, HOUSES, CHAMPION = "8c1d02f7a9be", "51e6b0aa93d4", "2f9a77c0e1b3"
AT = "2026-03-02T09:41:07+00:00"
Files = dict[str, Any]

CARD = """# Sentiment of a sentence

Release `8c1d02f7a9be`, candidate `vote`, interface 1.

## What it does

Says whether an English sentence is **positive** or *negative*. It knows `two` kinds of text.

- film reviews
- product reviews, of
  one shop

## Figures on the holdout

| measure | value | rows |
|---|---|---|
| accuracy | 0.815 [0.801, 0.830] | 2,584 |
| a \\| b | 1 | 2 |
"""


def measured(value: float | None, half: float | None = None, n: int | None = 2584) -> dict[str, Any]:
    """A measurement, with an interval of this half width where there is one."""
    ends = (None, None) if half is None or value is None else (value - half, value + half)
    return {"value": value, "low": ends[0], "high": ends[1], "n": n}


def verdict(measure: str, m: dict[str, Any], kind: str = "floor", passed: bool | None = True, **bounds: Any) -> Files:
    """A verdict with its sentence."""
    full = {"at_least": None, "at_most": None, "statistic": "value", **bounds}
    sign, bound = ("<=", full["at_most"]) if full["at_least"] is None else (">=", full["at_least"])
    sentence = f"{measure} {m['value']} [{m['low']}, {m['high']}], the gate wants {sign} {bound}"
    where = "model/library/sentiment/spec.py"
    gate = f"{measure} {sign} {bound}"
    return {
        "gate": gate,
        "kind": kind,
        "measure": measure,
        **full,
        **m,
        "passed": passed,
        "sentence": sentence,
        "where": where,
    }


SENTIMENT_MEASURES = {
    "accuracy": measured(0.8154, 0.0148), "precision": measured(0.8301, 0.019), "f1": measured(0.8231, 0.0151),
    "roc_auc": measured(0.8968, 0.0121), "calibration_error": measured(0.0121, 0.006),
    "case_flip": measured(0.0, None, 800),
    "count_nb.accuracy": measured(0.8062, 0.0155), "tfidf_logreg.accuracy": measured(0.8042, 0.0151),
    "accuracy@movie": measured(0.8251, 0.017, 1990), "accuracy@amazon": measured(0.7812, 0.0352, 594),
    "f1@movie": measured(0.83, 0.02, 1990), "f1@amazon": measured(0.79, 0.04, 594),
    "difference.f1": measured(0.004, 0.01), "accuracy@negation": measured(0.7601, 0.031, 702),
    "risk": measured(0.081, 0.007), "risk@typos": measured(0.08, 0.01),
    "difference.accuracy": measured(0.0093, 0.0081), "difference.accuracy@amazon": measured(-0.0034, 0.0192, 594),
    "latency_ratio": measured(1.02, 0.04, 100), "incompatible": measured(0, None, 12), "answered": measured(1.0),
}  # fmt: skip
HOUSE_MEASURES = {
    "mae": measured(12626.4, 1100.2, 503), "r2": measured(0.932, 0.023, 503), "mape": measured(0.0741, 0.0052, 503),
    "prb": measured(-0.0241, 0.012, 503), "mape@built_before_1940": measured(0.113, 0.021, 71),
    "ridge.mape": measured(0.0812, 0.006, 503), "coverage": measured(0.894, 0.027, 503),
}  # fmt: skip


def sentiment_verdicts() -> list[Files]:
    """Gates of every look: a floor, a slice, a margin on a low end, two bounds, not applicable."""
    m = SENTIMENT_MEASURES
    return [
        verdict("accuracy", m["accuracy"], at_least=0.77),
        verdict("accuracy", m["accuracy"], "ceiling", at_most=0.87),
        verdict("roc_auc", m["roc_auc"], at_least=0.86),
        verdict("calibration_error", m["calibration_error"], at_most=0.05, statistic="high"),
        verdict("accuracy@movie", m["accuracy@movie"], "slice", at_least=0.78),
        verdict("accuracy@amazon", m["accuracy@amazon"], "slice", at_least=0.73),
        verdict("count_nb.accuracy", m["count_nb.accuracy"], "member", at_least=0.76),
        verdict("risk", m["risk"], "security", at_most=0.12, statistic="high"),
        verdict("empty_score", measured(0.51, None, 1), "behaviour", at_least=0.35, at_most=0.65),
        verdict("difference.accuracy", m["difference.accuracy"], "relative", at_least=-0.015, statistic="low"),
        verdict("latency_ratio", m["latency_ratio"], "latency", None, at_most=1.5, statistic="low"),
    ]


def evaluation(name: str, task: str, contender: str, measures: Files, champion: str | None) -> Files:
    """What `gate` measured; a first release has no comparison."""
    kept = {k: m for k, m in measures.items() if champion or not k.startswith(("difference.", "latency"))}
    said = {"state": "present" if champion else "none", "release": champion}
    holdout = {"sha256": "c" * 64, "n": 2584, "groups": 2430}
    empty: Files = {
        "confusion": None,
        "calibration": None,
        "residuals": None,
        "cases": [],
        "attacks": [],
        "incompatible": [],
    }
    head = {"schema": 1, "model": name, "task": task, "contender": contender, "candidate": "vote", "champion": said}
    return {**head, "holdout": holdout, "measurements": kept, **empty, "identity_terms": []}


def pictures_of_text() -> Files:
    """Confusion, calibration, cases, attacks and identity terms of the text model."""
    cases = [
        ("The film is not bad at all.", "negation", False),
        ("I loved it.", "plain", True),
        ("Dull.", "plain", True),
    ]
    attacks = [
        ("typos", 700, 41, 0.0586, 0.0757),
        ("homoglyphs", 700, 3, 0.0043, 0.011),
        ("zero_width", 700, 0, 0.0, 0.0043),
    ]
    answered = {True: "positive", False: "negative"}
    return {
        "confusion": {"labels": ["negative", "positive"], "counts": [[982, 238], [239, 1125]]},
        "calibration": [
            {"mean_probability": 0.05 + b / 10, "share": 0.06 + b / 10.4, "n": 160 + 40 * b} for b in range(10)
        ],
        "cases": [
            {"input": t, "kind": k, "expected": "positive", "answered": answered[p], "passed": p} for t, k, p in cases
        ],
        "attacks": [dict(zip(("name", "tried", "turned", "risk", "upper"), a, strict=True)) for a in attacks],
        "identity_terms": [
            {"term": t, "mean_probability": p} for t, p in (("young", 0.58), ("old", 0.44), ("deaf", 0.36))
        ],
    }


def pictures_of_houses() -> Files:
    """Residuals of the house model, spread like the real ones."""
    draw = random.Random(7)
    actual = [draw.lognormvariate(12, 0.38) for _ in range(503)]
    residuals = [{"actual": a, "predicted": a * draw.lognormvariate(0, 0.09)} for a in actual]
    attack = {"name": "noise", "tried": 480, "turned": 2, "risk": 0.0042, "upper": 0.015}
    return {
        "residuals": residuals,
        "attacks": [attack, {**attack, "name": "idle", "tried": 0, "risk": None, "upper": None}],
    }


def check(name: str, passed: bool = True) -> Files:
    """What `check` found."""
    wrong = {"name": "labels", "passed": passed, "sentence": f"{name}: labels are 0 or 1", "places": []}
    if not passed:
        wrong |= {
            "sentence": f"{name}: 12 labels are neither 0 nor 1",
            "places": [f"line {n}, column label" for n in range(17, 29)],
        }
    duplicates = {"name": "duplicates", "passed": True, "sentence": f"{name}: no text stands twice", "places": []}
    head = {
        "schema": 1,
        "model": name,
        "passed": passed,
        "data_sha256": "d" * 64,
        "rows": {"train": 10443, "holdout": 2584},
    }
    return {**head, "profile": {"positive_share": {"movie": 0.51}, "rows": 10443}, "checks": [duplicates, wrong]}


def training(name: str, measure: str, figures: list[tuple[str, float, float]]) -> Files:
    """What `train` ranked; the first figure is the winner's."""
    candidates = [
        {
            "name": n,
            "rank": place,
            **measured(v, h),
            "seconds": 4.2 * place,
            "folds": [v] * 5,
            "members": ["a", "b"] * (n == "vote"),
        }
        for place, (n, v, h) in enumerate(figures, start=1)
    ]
    fidelity = {"rows": 13039, "labels_different": 0, "greatest_difference": 3.1e-16}
    head = {
        "schema": 1,
        "model": name,
        "key": "k",
        "data_sha256": "d" * 64,
        "measure": measure,
        "greater_is_better": measure != "mae",
    }
    return {
        **head,
        "candidates": candidates,
        "winner": figures[0][0],
        "band": None,
        "fidelity": fidelity,
        "compiled": True,
    }
