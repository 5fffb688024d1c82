"""Before any traffic: the release started alone, asked its own samples, and its metrics read."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import urllib3

from delivery.errors import Broken, DoesNotComeUp, Refused
from delivery.files import replace_json
from delivery.ledger import Entry
from delivery.observing import holds_what_rules_need, scrape
from delivery.promotion import Delivery

SCHEMA = 1
ASK_SECONDS = 30.0
HEADERS = {"Traffic": "replay", "Connection": "close"}
SHOWN = 3


def stage(delivery: Delivery, model: str, folder: Path, build: Path, *, who: str) -> str:
    """Start the release in the staging slot and compare its answers with its own samples.json, exactly.

    Returns the sentence that it also leaves in staging.json. Refused where it does not come up or answers
    otherwise; the slot is then empty.
    """
    release = identity_of(folder)
    if is_live(delivery, model, release):
        return _leave(build, "staging", model, release, [], f"release {release} is in production, nothing to stage")
    delivery.target.publish(model, folder)
    begun = time.monotonic()
    try:
        url = delivery.target.start(model, "staging", release)
    except DoesNotComeUp as problem:
        return _conclude(delivery, build, "staging", model, release, [str(problem)], str(problem), who)
    seconds = time.monotonic() - begun
    samples = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    labels = json.loads((folder / "schema.json").read_text(encoding="utf-8"))["labels"]
    wrong = differing(samples["predictions"], ask(url, samples["instances"]), labels)
    count = len(samples["instances"])
    sentence = (
        f"{len(wrong)} of {count} samples answered otherwise than sealed: {'; '.join(wrong[:SHOWN])}"
        if wrong
        else f"release {release} was ready after {seconds:.1f} s and answers its {count} samples exactly"
    )
    return _conclude(delivery, build, "staging", model, release, wrong, sentence, who)


def monitor(delivery: Delivery, model: str, folder: Path, build: Path, *, who: str) -> str:
    """Scrape the staged release and look for every series that rules and judging need; the slot is empty afterwards.

    Rules, route and dashboards are brought up to date for a release that is live already too. Returns the sentence that
    it also leaves in monitor.json. Refused where a series is missing.
    """
    release = identity_of(folder)
    if is_live(delivery, model, release):
        selected = delivery.target.prove_scraped(model, "stable", release)
        sentence = f"release {release} is in production and monitored there{selected}"
        return _leave(build, "monitor", model, release, [], sentence)
    delivery.target.publish(model, folder)
    text = scrape(delivery.target.start(model, "staging", release))
    selected = delivery.target.prove_scraped(model, "staging", release)
    delivery.target.remove(model, "staging")
    missing = holds_what_rules_need(text, release)
    series = sum(1 for line in text.splitlines() if line and not line.startswith("#"))
    sentence = (
        f"{len(missing)} series that rules need are missing: {'; '.join(missing[:SHOWN])}"
        if missing
        else f"/metrics holds all that rules need: {series} series, {len(text) / 1024:.0f} KiB a scrape{selected}"
    )
    return _conclude(delivery, build, "monitor", model, release, missing, sentence, who)


def identity_of(folder: Path) -> str:
    """The identity of a sealed release; Broken where the folder is not sealed."""
    try:
        return str(json.loads((folder / "release.json").read_text(encoding="utf-8"))["identity"])
    except FileNotFoundError:
        raise Broken(f"{folder}: no release.json, so it is not sealed; `release` seals it") from None


def is_live(delivery: Delivery, model: str, release: str) -> bool:
    """Whether production answers with this very release."""
    champion = delivery.target.current(model)
    return champion is not None and champion.release == release


def ask(url: str, instances: list[Any]) -> list[dict[str, Any]]:
    """The predictions of a server; Broken where it does not answer with 200."""
    try:
        answer = urllib3.request(
            "POST", f"{url}/predict", json={"instances": instances}, headers=HEADERS, timeout=ASK_SECONDS, retries=False
        )
    except urllib3.exceptions.HTTPError as problem:
        raise Broken(f"{url}/predict does not answer ({type(problem).__name__})") from None
    if answer.status != 200:
        raise Broken(f"{url}/predict answered its own samples with {answer.status}: {answer.data[:300]!r}")
    predictions: list[dict[str, Any]] = json.loads(answer.data)["predictions"]
    return predictions


def differing(sealed: list[Mapping[str, Any]], answered: list[dict[str, Any]], labels: list[str]) -> list[str]:
    """What was answered otherwise than sealed; floats are compared bit by bit, ids are new every time."""
    if not sealed or len(sealed) != len(answered):
        return [f"{len(answered)} answers, sealed are {len(sealed)}, wanted as many and at least one"]
    differences = []
    for row, (wanted, got) in enumerate(zip(sealed, answered, strict=True)):
        for name, value in presented(wanted, labels).items():
            if name not in got or got[name] != value:
                differences.append(f"sample {row}: {name} {got.get(name)!r}, sealed {value!r}")
    return differences


def presented(answer: Mapping[str, Any], labels: list[str]) -> Mapping[str, Any]:
    """An answer of a scorer as the interface tells it: the most probable label, the first on a tie."""
    probabilities = answer.get("probabilities")
    if not isinstance(probabilities, list):
        return answer
    greatest = max(probabilities)
    every = {"probabilities": dict(zip(labels, probabilities, strict=True))} if len(labels) > 2 else {}
    return {"label": labels[probabilities.index(greatest)], "probability": greatest, **every}


def _conclude(
    delivery: Delivery, build: Path, verb: str, model: str, release: str, wrong: list[str], sentence: str, who: str
) -> str:
    _leave(build, verb, model, release, wrong, sentence)
    if not wrong:
        return sentence
    delivery.target.remove(model, "staging")
    delivery.record(Entry(model, "refused", release, who, f"{verb}: {sentence}"))
    raise Refused(f"{model}: release {release}, {verb}: {sentence}")


def _leave(build: Path, verb: str, model: str, release: str, wrong: list[str], sentence: str) -> str:
    document = {"schema": SCHEMA, "model": model, "release": release, "passed": not wrong, "sentence": sentence}
    replace_json(build / f"{verb}.json", {**document, "wrong": wrong})
    return sentence
