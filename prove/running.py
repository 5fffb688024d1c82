"""All commits on the cores there are: two processes, each with its own scratch copies; outcomes as they come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from model.library import load_candidates, load_spec
from prove.commits import Commit, Outcome, Refusal
from prove.honest import WINNER, Standing, leave_honest, stand
from prove.trying import Honest, attempt, open_honest

WORKERS = 2
Task = Callable[[], object]


def prepare(models: Sequence[str], scratch: Path) -> Iterator[Standing]:
    """The honest winner of each model, sealed; nothing else can begin before."""
    with pool() as workers:
        for done in as_completed([workers.submit(leave_honest, model, scratch) for model in models]):
            yield done.result()


def stand_others(models: Sequence[str], scratch: Path) -> Iterator[Standing]:
    """The candidates that did not win, as they stand in the library."""
    others = [(model, name) for model in models for name in load_candidates(load_spec(model)) if name != WINNER]
    with pool() as workers:
        for done in as_completed([workers.submit(stand, model, name, scratch) for model, name in others]):
            yield done.result()


def attempt_all(commits: Sequence[Commit], scratch: Path) -> Iterator[Outcome]:
    """What was said of each commit, in the order in which they are done."""
    with pool() as workers:
        for done in as_completed([workers.submit(_attempt, commit.name, scratch) for commit in commits]):
            yield done.result()


def pool() -> ProcessPoolExecutor:
    """Fresh processes: a commit must not inherit what another one left in memory."""
    return ProcessPoolExecutor(min(WORKERS, os.cpu_count() or 1), mp_context=get_context("spawn"))


def _attempt(name: str, scratch: Path) -> Outcome:
    from prove.catalogue import BY_NAME  # by name, for a commit's edit is code and does not travel

    commit = BY_NAME[name]
    try:
        return attempt(commit, _honest(commit.model, scratch), scratch / commit.model / "commits" / str(os.getpid()))
    except Exception as error:  # One commit that cannot even be tried must not cost the others their hearing.
        broken = Refusal("broken", type(error).__name__, "broken", f"{commit.model}: {commit.name} is broken: {error}")
        return Outcome(name, (broken,), None, False, 0.0)


@cache
def _honest(model: str, scratch: Path) -> Honest:
    return open_honest(model, scratch)
