"""Whole builds, one for each way a delivery can end: a mapping of file -> document for each model."""

from __future__ import annotations

from typing import Any

from tests.report import release_samples, samples
from tests.report.samples import CHAMPION, HOUSES, SENTIMENT, Files, measured


def promoted(name: str = "sentiment", champion: str | None = CHAMPION, **documents: Any) -> Files:
    """A text model that went to production; `documents` replace or (None) take away files."""
    ran = {"schema": 1, "model": name, "release": SENTIMENT, "passed": True, "sentence": "as it should be"}
    measures = samples.SENTIMENT_MEASURES
    ranked = [("vote", 0.801, 0.008), ("count_nb", 0.797, 0.008), ("hashing_svm", 0.789, 0.009)]
    words = "errors, latency and answers as the champion's, online accuracy 0.816 against 0.810"
    verdicts = {"schema": 1, "model": name, "contender": SENTIMENT, "champion": champion, "passed": True}
    judged = samples.evaluation(name, "binary", SENTIMENT, measures, champion) | samples.pictures_of_text()
    older = {k: measured(m["value"] - 0.01, 0.015) for k, m in measures.items() if k in ("accuracy", "f1", "roc_auc")}
    before = release_samples.release(name, CHAMPION, older, candidate="tfidf_logreg", commit="77b1e02")
    before["data"] = {
        **before["data"],
        "sha256": "b" * 64,
        "rows": {"train": 10120, "holdout": 2584},
        "profile": {"rows": 10120},
    }
    files = {
        "check.json": samples.check(name), "evaluation.json": judged,
        "verdicts.json": {**verdicts, "verdicts": samples.sentiment_verdicts()},
        "training.json": samples.training(name, "accuracy", ranked),
        "release/release.json": release_samples.release(name, SENTIMENT, measures),
        "release/schema.json": release_samples.schema("text", "length"),
        "release/reference.json": release_samples.reference("words", "unseen", "score"),
        "release/card.md": samples.CARD,
        "image.json": ran, "staging.json": ran, "monitor.json": ran,
        "observation.json": release_samples.observation(name, SENTIMENT, champion, 0.816),
        "decision.json": release_samples.decision(name, SENTIMENT, champion, "promoted", words),
    }  # fmt: skip
    if champion:
        files |= {"champion/release.json": before, "champion/schema.json": release_samples.schema("text", "source")}
    return {path: document for path, document in (files | documents).items() if document is not None}


def aborted() -> Files:
    """The canary saw wrong answers."""
    reason = "online accuracy 0.62 [0.59, 0.65] against the champion's 0.81 [0.79, 0.83], the policy wants >= -0.03"
    seen = release_samples.observation("sentiment", SENTIMENT, CHAMPION, 0.62)
    said = release_samples.decision("sentiment", SENTIMENT, CHAMPION, "abort", reason)
    return promoted(**{"observation.json": seen, "decision.json": said})


def refused() -> Files:
    """House prices that two gates refuse, after an earlier build went all the way."""
    measures = samples.HOUSE_MEASURES
    verdicts = [
        samples.verdict("mae", measures["mae"], at_most=14800),
        samples.verdict("r2", measures["r2"], at_least=0.9),
        samples.verdict("mape@built_before_1940", measures["mape@built_before_1940"], "slice", False, at_most=0.1),
        samples.verdict("ridge.mape", measures["ridge.mape"], "member", False, at_most=0.08),
        samples.verdict("prb", measures["prb"], at_least=-0.05, at_most=0.05),
        samples.verdict("change.mae", measured(0.012, 0.02, 503), "relative", at_most=0.05, statistic="high"),
    ]
    judged = {"schema": 1, "model": "house_price", "contender": HOUSES, "champion": CHAMPION, "passed": False}
    compared = {
        "change.mae": measured(0.012, 0.02, 503),
        "change.mae@tier_low": measured(-0.01, 0.05, 170),
    }
    ranked = [
        ("vote", 12990.0, 610.0),
        ("boosting", 13410.0, 640.0),
        ("ridge", 14120.0, 700.0),
        ("linear", 14800.0, 730.0),
    ]
    evaluation = samples.evaluation("house_price", "regression", HOUSES, measures | compared, CHAMPION)
    return {
        "check.json": samples.check("house_price"),
        "training.json": samples.training("house_price", "mae", ranked),
        "contender/schema.json": release_samples.schema("living_area", "lot_area"),
        "contender/reference.json": release_samples.reference("living_area", "lot_frontage", "year_built", "score"),
        "evaluation.json": evaluation | samples.pictures_of_houses(),
        "verdicts.json": {**judged, "verdicts": verdicts},
        "release/release.json": release_samples.release("house_price", CHAMPION, measures),
        "decision.json": release_samples.decision("house_price", CHAMPION, None, "promoted", "an earlier build"),
    }


def wrong_data() -> Files:
    """Rows that the checks refuse; everything else is from before."""
    return {"check.json": samples.check("reviews", False), "training.json": promoted()["training.json"]}


def unfinished() -> Files:
    """Trained, and no further."""
    files = promoted("intents")
    return {path: files[path] for path in ("check.json", "training.json")}


def first() -> Files:
    """The first release of a model: no champion anywhere."""
    return promoted("headlines", None)


STORIES = {
    "sentiment": promoted, "wrong_when_live": aborted, "house_price": refused, "reviews": wrong_data,
    "intents": unfinished, "headlines": first,
}  # fmt: skip


def ledger() -> list[dict[str, Any]]:
    """Four entries, oldest first."""
    told = [
        ("promoted", CHAMPION, None, "the first release"),
        ("refused", "0b1c2d3e4f50", CHAMPION, "accuracy 0.71 [0.69, 0.73], the gate wants >= 0.77"),
        ("rolled_back", CHAMPION, "9d0e1f2a3b4c", "p95 3.1 x the champion's"),
        ("promoted", SENTIMENT, CHAMPION, "online accuracy 0.816 against 0.810"),
    ]
    alert = {
        "name": "ModelSlow", "status": "firing", "started": "2026-02-22T08:14:20+00:00", "fingerprint": "a" * 16,
        "release": CHAMPION, "severity": "page", "summary": "p95 is 3.1 x the champion's", "value": "3.1",
    }  # fmt: skip
    return [
        {"at": f"2026-02-{20 + day}T08:15:00+00:00", "model": "sentiment", "action": action, "release": identity,
         "champion": before, "who": "dana", "why": why, "evidence": {"alert": alert} if action == "rolled_back" else {},
         "previous": "", "hash": ""}
        for day, (action, identity, before, why) in enumerate(told)
    ]  # fmt: skip


def keys() -> dict[str, Any]:
    """DORA's four keys of every model, as the delivery leaves them."""
    figures = {
        "days": 30.0, "deployments": 6, "deployments_a_day": 0.2, "lead_seconds": 5400.0, "failures": 1,
        "failure_share": 1 / 6, "restore_seconds": 40.0,
    }  # fmt: skip
    untried = {"days": 1.0, "deployments": 0, "deployments_a_day": 0.0, "lead_seconds": None, "failures": 0}
    untried |= {"failure_share": None, "restore_seconds": None}
    models = {name: untried if name == "headlines" else figures for name in STORIES}
    return {"schema": 1, "at": "2026-02-23T08:15:00+00:00", "models": models}
