"""The gates: every verdict with its value, interval and bound, what was refused first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report.blocks import Absent, Block, Bullets, Cell, Section, Span, say, table
from report.charts.bullet import draw_bullet
from report.figures import Figures
from report.reading import ModelBuild
from report.sections.measurements import interval_of
from report.text import bound, count, decimals, estimate, number, title

TITLE = "Gates"
WORDS = {True: Cell("✓ passed", "good"), False: Cell("✕ refused", "bad"), None: Cell("– not applicable", "quiet")}
STATISTICS = {"value": "", "low": "low end ", "high": "high end "}
Verdict = Mapping[str, Any]


def tell_gates(model: ModelBuild, figures: Figures) -> Section | Absent:
    """The verdicts, refused ones on top; their sentences stand at the head of the page."""
    document = model.get("verdicts")
    if document is None:
        return Absent(TITLE, "gate was not reached, so nothing has judged this contender")
    verdicts = sorted(document["verdicts"], key=lambda v: {False: 0, None: 2, True: 1}[v["passed"]])
    rows = [_row(verdict, figures) for verdict in verdicts]
    blocks: list[Block] = [say(f"Gates: {count_verdicts(verdicts)}.")]
    idle = [_reason(v) for v in verdicts if v["passed"] is None]
    blocks += [Bullets(tuple(idle), "quiet")] if idle else []
    columns = ("Verdict", "Gate", "Value", "Interval", "Bound", "Rows", "Chart")
    caption = "The gates. Band: what is allowed; upright stroke: the bound; dot or cross: the value with its interval."
    blocks.append(table(caption, columns, rows, numeric=("Value", "Interval", "Rows"), stacked=True))
    return Section("gates", TITLE, tuple(blocks))


def count_verdicts(verdicts: list[Verdict]) -> str:
    """`31 of 33 passed, 1 refused, 1 not applicable`"""
    words = {True: "passed", False: "refused", None: "not applicable"}
    tally = {word: sum(v["passed"] is state for v in verdicts) for state, word in words.items()}
    rest = "".join(f", {n} {word}" for word, n in tally.items() if n and word != "passed")
    return f"{tally['passed']} of {count(len(verdicts))} passed{rest}"


def say_bound(verdict: Verdict) -> str:
    """`≥ 0.77`, `low end ≥ −0.015`, `between 0.4 and 0.6`."""
    least, most = verdict["at_least"], verdict["at_most"]
    end = STATISTICS[verdict["statistic"]]
    if least is not None and most is not None:
        return f"{end}between {bound(least)} and {bound(most)}"
    return f"{end}≥ {bound(least)}" if most is None else f"{end}≤ {bound(most)}"


def _row(verdict: Verdict, figures: Figures) -> list[str | Cell]:
    value, low, high = verdict["value"], verdict["low"], verdict["high"]
    places = decimals(value, low, high)
    rows = "–" if verdict["n"] is None else count(verdict["n"])
    return [
        WORDS[verdict["passed"]],
        Cell(title(verdict["measure"])),
        number(value, places),
        interval_of(verdict, places),
        say_bound(verdict),
        rows,
        Cell("", figure=_chart(verdict, figures)) if value is not None else "–",
    ]


def _chart(verdict: Verdict, figures: Figures) -> Any:
    measure, value, ends = verdict["measure"], verdict["value"], (verdict["low"], verdict["high"])
    canvas = draw_bullet(measure, value, ends, (verdict["at_least"], verdict["at_most"]), verdict["passed"])
    return figures.add(f"gate-{measure}", canvas, f"{estimate(value, *ends)}, wanted {say_bound(verdict)}")


def _reason(verdict: Verdict) -> tuple[Span, ...]:
    return (Span(f"{title(verdict['measure'])}: ", "strong"), Span(verdict["sentence"]))
