"""The data: what was checked of it, and how its features are spread (the reference that drift is measured from)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report.blocks import Absent, Block, Cell, Figure, Gallery, Section, say, table
from report.charts.bars import draw_bars
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.text import bound, count, excerpt, number, percent, plural

MOST_PLACES = 10
MOST_BARS = 24


def tell_checks(model: ModelBuild, _: Figures) -> Section | Absent:
    """Every data check, failed ones first and with the places of the wrong rows."""
    check = model.get("check")
    if check is None:
        return Absent("Data checks", "check was not reached")
    failed = sum(not c["passed"] for c in check["checks"])
    words = f"{_amount(check)} {len(check['checks']) - failed} of {plural(len(check['checks']), 'check')} passed."
    ordered = sorted(check["checks"], key=lambda c: bool(c["passed"]))
    lines = [_check(c) for c in ordered]
    block = table("Checks of the data", ("Verdict", "Check", "What was seen", "Where"), lines, stacked=True)
    return Section("data", "Data checks", (say(words), block))


def _amount(check: Document) -> str:
    if check["rows"] is None:
        return "The rows could not be read."
    rows = check["rows"]
    taught, held = plural(rows["train"], "training row"), plural(rows["holdout"], "holdout row")
    return f"{taught} and {held}, data {check['data_sha256'][:12]}."


def _check(check: Mapping[str, Any]) -> list[str | Cell]:
    places = check["places"]
    more = f" and {count(len(places) - MOST_PLACES)} more" if len(places) > MOST_PLACES else ""
    verdict = Cell("✓ passed", "good") if check["passed"] else Cell("✕ failed", "bad")
    return [verdict, check["name"], excerpt(check["sentence"], 400), "; ".join(places[:MOST_PLACES]) + more or "–"]


def tell_reference(model: ModelBuild, figures: Figures) -> Section | Absent:
    """Small multiples: the share of training rows in each bin of each feature, of the score and of the answers."""
    reference = model.either("reference")
    if reference is None:
        return Absent("Drift reference", "train was not reached, so there is no reference to measure drift from")
    numbers = [_numeric(name, feature, figures) for name, feature in reference["features"].items()]
    words = [_shares(name, c["share"], figures) for name, c in reference.get("categories", {}).items()]
    answers = [_shares("answers", reference["outcomes"], figures)] if reference.get("outcomes") else []
    median = f" The median answer is {number(reference['median'])}." if reference.get("median") is not None else ""
    rows = plural(reference["n"], "row")
    intro = say(f"Shares of {rows} answered out of fold, in the bins that the server counts.{median} Grey: missing.")
    gallery = Gallery((*answers, *numbers, *words), size="small")
    blocks: tuple[Block, ...] = (intro, gallery)
    return Section("drift", "Drift reference", blocks)


def _numeric(name: str, feature: Document, figures: Figures) -> Figure:
    bars = [(str(place), share) for place, share in enumerate(feature["share"])]
    missing = feature.get("null_share") or 0.0
    bars += [("missing", missing)] if missing else []
    edges = feature["edges"]
    ends = (f"≤ {_edge(edges[0])}", f"> {_edge(edges[-1])}") if edges else ("", "")
    largest = percent(max(feature["share"], default=0.0))
    alt = f"{name}: {plural(len(feature['share']), 'bin')}, the largest with {largest}"
    gap = f", missing {percent(missing)}" if missing else ""
    return figures.add(f"drift-{name}", draw_bars(name, bars, ends), alt + gap, name.replace("_", " "))


def _edge(value: float) -> str:
    return bound(float(f"{value:.4g}"))


def _shares(name: str, shares: Mapping[str, float], figures: Figures) -> Figure:
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    bars = ordered[:MOST_BARS]
    alt = f"{name}: " + ", ".join(f"{value} {percent(share)}" for value, share in ordered[:6])
    ends = (str(bars[0][0]), str(bars[-1][0])) if bars else ("", "")
    return figures.add(f"drift-{name}", draw_bars(name, bars, ends), alt, name.replace("_", " "))
