"""Bad commits, each refused by the gate that should see it; harmless ones, none of them refused.

A commit is an edit of a scratch copy of a model's rows, its candidate, its spec or the files that travel in its
contender. Rows are checked as `check` does; one candidate is fitted, without the tournament, laid out, evaluated beside
the honest champion and judged by every gate. Leaves build/prove.json and build/prove.md. Exit code 1: somebody who
should have said no did not, or a harmless commit was refused.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

# Before anything loads numpy: two processes that use both cores each only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from rich.console import Console

from model.checks import run_checks
from model.data import load
from model.documents import write_json
from model.library import load_spec
from prove import matrix, tables
from prove.catalogue import BAD, HARMLESS, UNSEEN
from prove.commits import Commit, Outcome
from prove.foreign import stand_foreign
from prove.honest import Standing
from prove.remembering import key_of, recall, remember
from prove.running import attempt_all, prepare, stand_others
from prove.trying import ROOT

MODELS = ("house_price", "sentiment")


def main() -> int:
    """Try everything, print the tables, and say in the exit code whether the gates see what they should."""
    parser = argparse.ArgumentParser(prog="python -m prove", description=__doc__)
    parser.add_argument("commits", nargs="*", help="names of commits; default: all, and the tables")
    call = parser.parse_args()
    console, started = Console(width=200 if not sys.stdout.isatty() else None, highlight=False), time.perf_counter()
    commits = [each for each in (*BAD, *HARMLESS, *UNSEEN) if not call.commits or each.name in call.commits]
    scratch = ROOT / "build" / "prove"
    standings = _stand(scratch, console, everybody=not call.commits)
    outcomes = {each.name: each for each in _attempted(commits, scratch, console)}
    shown = _tables(commits, outcomes, standings)
    for table in shown:
        table.print(console)
    wrong = _wrong(commits, outcomes)
    minutes = (time.perf_counter() - started) / 60
    _leave(shown, outcomes, standings, wrong, minutes)
    console.print(*(wrong or ["every bad commit was refused by the expected one, no harmless one was"]), sep="\n")
    bad = sum(not each.harmless for each in commits)
    console.print(f"{bad} bad commits, {len(wrong)} surprises, {minutes:.0f} minutes; build/prove.md, build/prove.json")
    return 1 if wrong else 0


def _stand(scratch: Path, console: Console, everybody: bool) -> list[Standing]:
    console.print("prove: fitting the honest winners, proving them equal, sealing them")
    standings = list(prepare(MODELS, scratch))
    if everybody:
        for standing in stand_others(MODELS, scratch):
            console.print(f"prove: {standing.model} {standing.candidate} stands")
            standings.append(standing)
        standings += stand_foreign(scratch)
    return sorted(standings, key=lambda each: (each.model, each.candidate))


def _attempted(commits: Sequence[Commit], scratch: Path, console: Console) -> Iterator[Outcome]:
    key = key_of(ROOT)
    known = {each.name: recall(each, key, scratch) for each in commits}
    fresh = [each for each in commits if known[each.name] is None]
    if len(fresh) < len(commits):
        console.print(f"prove: {len(commits) - len(fresh)} commits are known from before, nothing has changed since")
    yield from (each for each in known.values() if each)
    expected = {each.name: each.expected for each in commits}
    for number, outcome in enumerate(attempt_all(fresh, scratch), start=1):
        remember(outcome, key, scratch)
        saying = ", ".join(_families(outcome)) or "nobody"
        mark = "" if not expected[outcome.name] or outcome.says_no(expected[outcome.name]) else "  <- not as expected"
        console.print(f"prove: {number}/{len(fresh)} {outcome.name} ({outcome.seconds:.0f} s): {saying}{mark}")
        yield outcome


def _tables(
    commits: Sequence[Commit], outcomes: dict[str, Outcome], standings: Sequence[Standing]
) -> list[tables.Table]:
    bad = [each for each in commits if not each.harmless]
    harmless = [each for each in commits if each in HARMLESS]
    unseen = [each for each in commits if each in UNSEEN]
    attacked = [each for each in standings if each.attacks]
    return [
        tables.of_bad(bad, outcomes),
        tables.of_harmless(harmless, outcomes),
        tables.of_harmless(unseen, outcomes, "Bad commits that the gates are not made to see"),
        *_needed(outcomes),
        tables.of_security(attacked),
        tables.of_fidelity(standings),
        tables.of_standing(attacked),
    ]


def _needed(outcomes: dict[str, Outcome]) -> list[tables.Table]:
    specs = [load_spec(model) for model in MODELS]
    checks = {spec.name: [each.name for each in run_checks(spec, load(spec, ROOT), None).checks] for spec in specs}
    model_of = {commit.name: commit.model for commit in (*BAD, *HARMLESS, *UNSEEN)}
    beside = list(outcomes.values())
    at_first = [each.at_first for each in beside]
    families, lines = matrix.families_of(specs), matrix.lines_of(specs, checks)

    def line_in(outcome: Outcome) -> list[str]:
        return sorted({matrix.line_of(model_of[outcome.name], each) for each in outcome.refusals})

    kinds = [matrix.needed(families, every, _families) for every in (beside, at_first)]
    single = [matrix.needed(lines, every, line_in) for every in (beside, at_first)]
    return [
        tables.of_needed("Taking one kind away lets through", *kinds),
        tables.of_needed("Taking one single gate or check away lets through", *single),
    ]


def _families(outcome: Outcome) -> list[str]:
    return sorted({each.family for each in outcome.refusals})


def _wrong(commits: Sequence[Commit], outcomes: dict[str, Outcome]) -> list[str]:
    return matrix.wrong_outcomes([each for each in commits if each not in UNSEEN], outcomes)


def _leave(
    shown: Sequence[tables.Table],
    outcomes: dict[str, Outcome],
    standings: Sequence[Standing],
    wrong: Sequence[str],
    minutes: float,
) -> None:
    write_json(
        ROOT / "build" / "prove.json",
        {
            "schema": 1,
            "minutes": minutes,
            "wrong": list(wrong),
            "outcomes": [asdict(each) for each in outcomes.values()],
            "candidates": [asdict(each) for each in standings],
            "tables": [asdict(each) for each in shown],
        },
    )
    (ROOT / "build" / "prove.md").write_text("\n".join(each.markdown() for each in shown), encoding="utf-8")
