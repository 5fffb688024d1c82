"""The canary: what both releases did with the same share of the same hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from report.blocks import Absent, Block, Cell, Figure, Gallery, Section, say, table
from report.charts.steps import draw_steps
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.text import count, duration, milliseconds, number, percent, plural

Observation = Mapping[str, Any]
Words = Callable[[float | None], str]
ONLINE: Mapping[str, Words] = {"accuracy": percent, "mean relative error": percent, "mean error": number}
"""What is counted of labelled feedback, and how it is written."""
COLUMNS = ("Share", "Release", "Requests", "Errors", "p50", "p95", "Labelled", "Online")


LEAST_SPAN = {percent: 0.02, milliseconds: 0.001, number: 0.001}
"""What an axis spans at least: two per cent, a millisecond."""


def tell_canary(model: ModelBuild, figures: Figures) -> Section | Absent:
    """The steps as a table and as three charts, and the mix of answers of the last step."""
    document = model.get("observation")
    if document is None:
        return Absent("Canary", "canary was not reached, so the release has answered no live traffic")
    steps = [step for step in document["steps"] if step["canary"]]
    if not steps:
        return Absent("Canary", "canary took no step in which the release was asked")
    online = _online(document, steps[0]["canary"])
    alone = "" if steps[0]["champion"] else " There is no champion: the canary is judged alone."
    traffic = "replayed holdout traffic" if steps[0]["canary"]["traffic"] == "replay" else "people's traffic"
    words = f"{plural(len(steps), 'step')} on {traffic}; “online” is the {online} on labelled feedback.{alone}"
    rows = [row for step in steps for row in _rows(step, ONLINE[online])]
    numbers = table("The canary's steps", COLUMNS, rows, numeric=COLUMNS[2:], stacked=True)
    blocks: list[Block] = [say(words), Gallery(_charts(steps, online, figures)), numbers, *_mix(steps[-1])]
    return Section("canary", "Canary", tuple(blocks))


def _online(document: Document, seen: Observation) -> str:
    """What is counted of labelled feedback; files from before `relative` was told are of relative errors."""
    if "error_sum" not in seen:
        return "accuracy"
    return "mean relative error" if document.get("relative", True) else "mean error"


def _rows(step: Document, words: Words) -> list[list[str | Cell]]:
    sides = [("canary", step["canary"]), ("champion", step["champion"])]
    return [_row(percent(step["share"], 0), name, seen, words) for name, seen in sides if seen]


def _row(share: str, name: str, seen: Observation, words: Words) -> list[str | Cell]:
    return [
        share,
        f"{name} {seen['release']}, {duration(seen['seconds'])}",
        count(seen["requests"]),
        f"{count(seen['errors'])} ({percent(error_share(seen))})",
        milliseconds(seen["p50_seconds"]),
        milliseconds(seen["p95_seconds"]),
        count(seen["labelled"]),
        words(online_figure(seen)),
    ]


def error_share(seen: Observation) -> float | None:
    """Errors a request; None for an empty window."""
    return seen["errors"] / seen["requests"] if seen["requests"] else None


def online_figure(seen: Observation) -> float | None:
    """Accuracy, or the mean error of a regression, on what was labelled; None without labels."""
    if not seen["labelled"]:
        return None
    total = seen["error_sum"] if "error_sum" in seen else seen["right"]
    return float(total / seen["labelled"])


def _charts(steps: list[Document], online: str, figures: Figures) -> tuple[Figure, ...]:
    return (
        _chart("errors", "Share of requests that failed", steps, error_share, percent, figures),
        _chart("latency", "Latency, 95th percentile", steps, lambda seen: seen["p95_seconds"], milliseconds, figures),
        _chart("online", f"Online {online}", steps, online_figure, ONLINE[online], figures),
    )


def _chart(
    name: str,
    title: str,
    steps: list[Document],
    measure: Callable[[Observation], float | None],
    words: Words,
    figures: Figures,
) -> Figure:
    canary = [measure(step["canary"]) for step in steps]
    champion = [measure(step["champion"]) if step["champion"] else None for step in steps]
    last = f"{title}: canary {words(canary[-1])}, champion {words(champion[-1])} in the last step"
    chart = draw_steps(title, [step["share"] for step in steps], canary, champion, words, LEAST_SPAN[words])
    return figures.add(f"canary-{name}", chart, last, title)


def _mix(step: Document) -> list[Block]:
    sides = [(name, step[name]) for name in ("canary", "champion") if step[name] and step[name]["outcomes"]]
    if not sides:
        return []
    names = sorted({outcome for _, seen in sides for outcome in seen["outcomes"]}, key=_place)
    rows = [[outcome, *(_share(seen["outcomes"], outcome) for _, seen in sides)] for outcome in names]
    columns = ("Answer", *(name.capitalize() for name, _ in sides))
    return [table("The mix of answers in the last step", columns, rows, numeric=columns[1:])]


def _place(outcome: str) -> tuple[float, str]:
    """Values by their size, labels by their name."""
    try:
        return float(outcome), ""
    except ValueError:
        return 0.0, outcome


def _share(outcomes: Mapping[str, int], outcome: str) -> str:
    whole = sum(outcomes.values())
    return percent(outcomes.get(outcome, 0) / whole if whole else None)
