"""From a command line to an exit code: which models, one here or several side by side, every error in one line."""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

from delivery.commands import BUILDING, VERBS, WAY, Verb, build_parser, command_of
from delivery.errors import Broken, Busy, Refused, WrongSetting
from delivery.locking import delivery_lock
from delivery.performing import perform
from delivery.progress import complain, tell
from delivery.reporting import write_report, write_summary
from delivery.settings import FILE, Settings, load_settings
from delivery.side_by_side import run_side_by_side
from delivery.work import Work

ROOT = Path(__file__).resolve().parent.parent
INTERRUPTED = 130
WAIT_SECONDS = 3600.0
"""How long a verb waits for another call that works in the same build folder: no verb takes longer."""


def main(words: Sequence[str], root: Path = ROOT) -> int:
    """The CLI: runs a verb and returns the exit code: 0, or what the error says (delivery/errors.py)."""
    signal.signal(signal.SIGTERM, interrupt)
    try:
        call = build_parser().parse_args(words)
        return run(call, load_settings(root / FILE).at(call.environment or os.environ.get("DELIVERY_ENVIRONMENT", "")))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return explain(error)


def interrupt(*_: object) -> None:
    """SIGTERM ends a call as Ctrl-C does: what it started is ended too."""
    raise KeyboardInterrupt


def explain(error: Exception) -> int:
    """Says an error in one line and returns its exit code; an unforeseen one is broken (3)."""
    if os.environ.get("DELIVERY_TRACEBACK"):
        traceback.print_exception(error)
    error = foreseen_by_system(error)
    code = getattr(error, "exit_code", None)
    foreseen = isinstance(code, int) or type(error).__module__.startswith(("model.", "delivery.", "report."))
    sentence = " ".join(str(error).split())
    complain(
        sentence if foreseen else f"unexpected {type(error).__name__}: {sentence} (DELIVERY_TRACEBACK=1 shows where)"
    )
    return code if isinstance(code, int) else 3


def foreseen_by_system(error: Exception) -> Exception:
    """A full disk, a missing permission and the like as Broken, with what to do; any other error as it is."""
    if not isinstance(error, OSError):
        return error
    # Where a whole folder is copied, what failed is a list of (from, to, why).
    why = error.args[0][0][2] if isinstance(error, shutil.Error) else error
    return Broken(f"the system refused: {why}; once that is mended, the same call goes on from here")


def run(call: argparse.Namespace, settings: Settings) -> int:
    """A parsed call: the verb's function, once or once a model; then what follows all of them."""
    verb = VERBS[call.verb]
    module = importlib.import_module(f"delivery.verbs.{verb.module}")
    if verb.runs == "alone":
        return getattr(module, verb.name)(settings, call) or 0
    models = chosen(call.models)
    require_named(verb, call, models)
    if verb.runs == "all":
        return getattr(module, verb.name)(settings, models) or 0
    if len(models) == 1:
        codes = {models[0]: run_one(verb, module, models[0], settings, call)}
    else:
        commands = {model: [sys.executable, "-m", "delivery", *command_of(call, model)] for model in models}
        codes = run_side_by_side(commands, settings.root)
    if not call.part:
        codes |= conclude(verb, module, settings, codes)
    return merge(codes.values())


def conclude(verb: Verb, module: ModuleType, settings: Settings, codes: Mapping[str, int]) -> dict[str, int]:
    """What follows once all models are through: the report, and what the verb itself has to say."""
    if INTERRUPTED in codes.values():
        return {}
    try:
        if verb.name in BUILDING:
            write_report(settings)
            write_summary(settings)
        if hasattr(module, "afterwards"):
            module.afterwards(settings, verb.name, codes)
    except Exception as error:
        return {"": explain(error)}
    return {}


def chosen(asked: Sequence[str]) -> list[str]:
    """The models asked for, each of which must exist; all where none is named."""
    from model.library import find_models  # here: it brings pandas, and a wrong call should not wait for that

    there = find_models()
    for model in asked:
        if model not in there:
            raise WrongSetting(f"{model}: no such model, wanted one of {', '.join(there)} (folders in model/library/)")
    if not there:
        raise WrongSetting("no model in model/library/; `new` makes one from a CSV")
    return list(dict.fromkeys(asked)) or there


def require_named(verb: Verb, call: argparse.Namespace, models: Sequence[str]) -> None:
    """WrongSetting where a verb that nobody means for every model was given neither a model nor a release."""
    if len(models) > 1 and not (verb.every or call.models or call.of):
        raise WrongSetting(
            f"{verb.name}: of which model? There are {', '.join(models)}; name one, or a release by --of"
        )


def run_one(verb: Verb, module: ModuleType, model: str, settings: Settings, call: argparse.Namespace) -> int:
    """A verb on one model, in this process; its errors become its exit code, so that what follows still runs."""
    from model.library import load_spec

    try:
        work = Work(load_spec(model), settings)
        with build_lock(work, verb):
            if verb in WAY:
                perform(verb.name, work, call)
            else:
                getattr(module, verb.name)(work, call)
    except Exception as error:
        return explain(error)
    return 0


@contextmanager
def build_lock(work: Work, verb: Verb) -> Iterator[None]:
    """Held while a verb works in `build/<model>`: a second call waits, says so, and then finds the work done."""
    with ExitStack() as stack:
        if verb.name in BUILDING:
            try:
                stack.enter_context(delivery_lock(work.root / "build", work.name, verb.name))
            except Busy as busy:
                tell(f"waiting: {busy}")
                stack.enter_context(delivery_lock(work.root / "build", work.name, verb.name, WAIT_SECONDS))
        yield


def merge(codes: Iterable[int]) -> int:
    """One exit code for many models: interrupted, broken and a wrong call win; refused only where no model is left.

    A process that a signal ended (its code is negative) is broken.
    """
    seen = [code if code >= 0 else Broken.exit_code for code in codes]
    for worst in (INTERRUPTED, Broken.exit_code, WrongSetting.exit_code):
        if worst in seen:
            return worst
    return Refused.exit_code if seen and set(seen) == {Refused.exit_code} else 0
