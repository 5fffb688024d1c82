"""A sealed release and what it did in the canary, as the verbs leave it (docs/contracts.md)."""

from __future__ import annotations

from typing import Any

from tests.report.samples import AT, Files


def release(name: str, identity: str, measures: Files, **other: Any) -> Files:
    """A sealed release's own words."""
    data = {
        "sha256": "d" * 64,
        "rows": {"train": 10443, "holdout": 2584},
        "profile": {"positive_share": {"movie": 0.51}},
    }
    head = {
        "schema": 1,
        "model": name,
        "identity": identity,
        "task": "binary",
        "api": 1,
        "candidate": "vote",
        "commit": "a3f09c2",
    }
    tail = {
        "created": AT,
        "data": data,
        "base_image": "python@sha256:77aa",
        "lock_sha256": "e" * 64,
        "figures": measures,
    }
    return {**head, **tail, "verdicts": [], "files": {}, "seal": "f" * 64, **other}


def schema(*fields: str) -> Files:
    """A schema with these fields."""
    listed = [{"name": f, "kind": "text" if f == "text" else "number", "nullable": False} for f in fields]
    return {"schema": 1, "model": "m", "task": "binary", "labels": ["negative", "positive"], "api": 1, "fields": listed}


def reference(*features: str) -> Files:
    """A drift reference with one feature that has gaps and one of categories."""
    bins = {"edges": [3.0, 8.0, 13.0, 21.0], "share": [0.11, 0.24, 0.33, 0.2, 0.12], "null_share": 0.0}
    numeric = {name: {**bins, "null_share": 0.18 if place == 1 else 0.0} for place, name in enumerate(features)}
    categories = {"zoning": {"share": {"RL": 0.79, "RM": 0.16, "FV": 0.05}}}
    return {
        "schema": 1,
        "n": 10443,
        "features": numeric,
        "categories": categories,
        "outcomes": {"positive": 0.52, "negative": 0.48},
    }


def observed(name: str, requests: int, right: float, slower: float = 1.0) -> Files:
    """One release over one window of the canary."""
    outcomes = {"positive": round(0.52 * requests), "negative": requests - round(0.52 * requests)}
    head = {
        "release": name,
        "traffic": "replay",
        "seconds": 20.0,
        "requests": requests,
        "errors": 1,
        "outcomes": outcomes,
    }
    return {
        **head,
        "p50_seconds": 0.0021,
        "p95_seconds": 0.0064 * slower,
        "labelled": requests - 9,
        "right": round(right * requests),
    }


def observation(name: str, canary: str, champion: str | None, right: float) -> Files:
    """Three growing steps."""
    steps = [
        {
            "share": s,
            "canary": observed(canary, n, right, 1.1),
            "champion": observed(champion, n, 0.81) if champion else None,
        }
        for s, n in ((0.1, 420), (0.25, 980), (0.5, 2210))
    ]
    return {"schema": 1, "model": name, "steps": steps}


def decision(name: str, identity: str, champion: str | None, word: str, reason: str) -> Files:
    """What was decided."""
    return {
        "schema": 1,
        "model": name,
        "release": identity,
        "champion": champion,
        "decision": word,
        "reason": reason,
        "at": AT,
    }
