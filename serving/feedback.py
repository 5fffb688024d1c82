"""POST /feedback: what was right after all. Each prediction counts once, whichever worker or replica is told.

An id names the release that answered; its feedback is counted under that release's label, also when another release of
the same model takes it in, as happens around every promotion. The id is remembered before anything is counted: a crash
between the two loses one count and never counts twice.
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response

from model.release.errors import Problem
from model.release.fields import shown
from serving.bodies import read_list
from serving.metrics import RESULTS, UNKNOWN_TRAFFIC
from serving.problems import StoreUnavailable, WrongFields
from serving.served import Served
from serving.tokens import Issued, UnknownToken
from serving.used_ids import SECONDS_A_DAY, StoreFailed

log = logging.getLogger("gunicorn.error.serving")


@dataclass(frozen=True)
class Entry:
    """One feedback: what its id says (None where nothing) and what was right."""

    issued: Issued | None
    actual: str | float


def feedback_endpoint(served: Served) -> Callable[[], Response]:
    """The view that takes feedback."""

    def feedback() -> Response:
        entries = _read(served, read_list("feedback"))
        results = _match(served, entries)
        for entry, result in zip(entries, results, strict=True):
            _count(served, entry, result)
        tally = Counter(results)
        return Response(
            orjson.dumps({result: tally[result] for result in RESULTS}), status=202, content_type="application/json"
        )

    return feedback


def _read(served: Served, feedback: Sequence[Any]) -> list[Entry]:
    entries, problems = [], []
    for index, each in enumerate(feedback):
        found = list(_problems(served, each))
        problems += [Problem(f"/feedback/{index}{pointer}", detail) for pointer, detail in found]
        if not problems:
            entries.append(Entry(_issued(served, each["id"]), each["actual"]))
    if problems:
        raise WrongFields(problems[:100])
    return entries


def _problems(served: Served, each: Any) -> list[tuple[str, str]]:
    if not isinstance(each, dict) or each.keys() != {"id", "actual"}:
        seen = f"the members {', '.join(map(shown, each)) or 'none'}" if isinstance(each, dict) else shown(each)
        return [("", f'wanted {{"id": ..., "actual": ...}}, saw {seen}')]
    problems = []
    if not isinstance(each["id"], str):
        problems.append(("/id", f"wanted the id of a prediction, saw {shown(each['id'])}"))
    labels, actual = served.release.schema.labels, each["actual"]
    if labels and actual not in labels:
        problems.append(("/actual", f"wanted one of {', '.join(labels)}, saw {shown(actual)}"))
    if not labels and not _is_value(served, actual):
        wanted = "a number other than 0" if _is_relative(served) else "a number"
        problems.append(("/actual", f"wanted {wanted}, saw {shown(actual)}"))
    return problems


def _is_value(served: Served, actual: object) -> bool:
    if isinstance(actual, bool) or not isinstance(actual, int | float) or not math.isfinite(actual):
        return False
    # A value so small or large that its squared error is no number would spoil the sum for good.
    return 1e-100 < abs(actual) < 1e100 if _is_relative(served) else abs(actual) < 1e100


def _is_relative(served: Served) -> bool:
    band = served.release.band
    return band is not None and band["kind"] == "relative"


def _issued(served: Served, token: str) -> Issued | None:
    try:
        return served.tokens.read(token)
    except UnknownToken:
        return None


def _match(served: Served, entries: Sequence[Entry]) -> list[str]:
    """The result of each entry; ids that match are remembered, all or (StoreUnavailable) none."""
    oldest = time.time() - served.feedback_days * SECONDS_A_DAY
    fresh = [each.issued for each in entries if each.issued and each.issued.at >= oldest]
    try:
        news = iter(served.used_ids.remember([(issued.nonce, issued.at) for issued in fresh]) if fresh else [])
    except StoreFailed as error:
        log.error("feedback store: %s", error)
        raise StoreUnavailable from None

    def result(entry: Entry) -> str:
        if entry.issued is None:
            return "unknown"
        if entry.issued.at < oldest:
            return "expired"
        return "matched" if next(news) else "repeated"

    return [result(entry) for entry in entries]


def _count(served: Served, entry: Entry, result: str) -> None:
    if entry.issued is None:
        served.metrics.count_feedback(result, UNKNOWN_TRAFFIC)
        return
    release, _, traffic, predicted, _ = entry.issued
    served.metrics.count_feedback(result, traffic, release)
    if result != "matched":
        return
    if isinstance(predicted, str):
        if predicted == entry.actual:
            served.metrics.count_right(traffic, release)
        return
    error = abs(predicted - float(entry.actual))
    served.metrics.count_error(traffic, release, error / abs(float(entry.actual)) if _is_relative(served) else error)
