"""One verb on one model: left out where an earlier verb said no, and told to Jenkins as a JUnit case."""

from __future__ import annotations

import argparse
import importlib
import shutil
from collections.abc import Callable
from time import perf_counter

from delivery.commands import VERBS
from delivery.errors import Refused
from delivery.junit import Case, write_junit
from delivery.work import LeftOut, Work

WITH_CASES_OF_THEIR_OWN = ("check", "gate")
"""They leave a case a check or gate, unless they broke before anything was judged."""
Function = Callable[[Work, argparse.Namespace], None]


def function_of(verb: str) -> Function:
    """The function that does a verb, loaded only now: some bring heavy libraries."""
    function: Function = getattr(importlib.import_module(f"delivery.verbs.{VERBS[verb].module}"), verb)
    return function


def perform(verb: str, work: Work, call: argparse.Namespace) -> None:
    """A verb of the way. Raises what the verb raises, after it stands in build/junit/."""
    started = perf_counter()
    failure, skipped, judged = None, None, verb in WITH_CASES_OF_THEIR_OWN
    try:
        work.require_unrefused(verb)
        function_of(verb)(work, call)
    except LeftOut as error:
        skipped = str(error)
        if verb == "release":
            # An earlier build's, which nobody should archive or serve as this one's.
            shutil.rmtree(work.build / "release", ignore_errors=True)
        raise
    except Exception as error:
        failure, judged = str(error), judged and isinstance(error, Refused)
        raise
    finally:
        if skipped or not judged:
            case = Case(verb, failure, skipped, perf_counter() - started)
            write_junit(work.root / "build", verb, work.name, [case])
