"""The verbs and their arguments: the same words are make targets and the pipeline's stages, in this order."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from delivery.errors import WrongSetting

Option = tuple[str, dict[str, Any]]

WHY: Option = ("--why", {"metavar": "TEXT", "help": "the reason, for the ledger"})
WHY_WANTED: Option = ("--why", {"metavar": "TEXT", "help": "the reason, for the ledger", "required": True})


ENVIRONMENT_HELP = "a cluster of project.toml's [environments]; DELIVERY_ENVIRONMENT does the same; else this machine"


@dataclass(frozen=True)
class Verb:
    """One verb: the function of the same name in `delivery.verbs.<module>`.

    `runs` is `each` (once a model, side by side), `all` (once, with the models asked for) or `alone` (takes no model).
    """

    name: str
    module: str
    summary: str
    runs: Literal["each", "all", "alone"] = "each"
    every: bool = True
    """Whether it is about every model where none is named."""
    options: tuple[Option, ...] = ()


WAY = (
    Verb("test", "test", "lint, types, unit and contract tests", "alone"),
    Verb("check", "check", "what must hold of the data"),
    Verb("train", "train", "candidates cross-validated; the best becomes the contender"),
    Verb("gate", "gate", "what must hold of the contender"),
    Verb("release", "release", "the contender, sealed"),
    Verb("image", "release", "the release as what its target runs"),
    Verb("staging", "moves", "the release started and asked its own sample rows"),
    Verb("monitor", "moves", "proof that its metrics can be read"),
    Verb("canary", "moves", "the release beside the champion, judged"),
    Verb(
        "promote",
        "moves",
        "into production",
        options=(
            ("--again", {"action": "store_true", "help": "even though the ledger shows it aborted or taken back"}),
            WHY,
        ),
    ),
)
"""The way of a commit, in its order."""

BESIDE = (
    Verb("run", "whole", "the way from check to promote, on this machine or to DELIVERY_ENVIRONMENT"),
    Verb("stop", "whole", "end what `run` left serving", "alone"),
    Verb("demo", "demo", "the story with bad releases, one of them in production", "alone"),
    Verb("status", "telling", "what runs now", "all"),
    Verb("history", "telling", "the ledger, verified", "all"),
    Verb(
        "rollback",
        "steering",
        "back to the release before",
        every=False,
        options=(
            ("--of", {"metavar": "RELEASE", "help": "only if it is live; `build`: the one this build broke on"}),
            WHY,
        ),
    ),
    Verb("hold", "steering", "let nothing new into production", options=(WHY_WANTED,)),
    Verb("resume", "steering", "end a hold", options=(WHY,)),
    Verb(
        "respond",
        "respond",
        "what an alert calls for: back, trained anew, or only told",
        "alone",
        options=(("alert", {"metavar": "ALERT.json", "help": "Alertmanager's webhook document; `-`: standard input"}),),
    ),
    Verb(
        "feedback",
        "feedback",
        "labels from a file, told to production",
        "alone",
        options=(
            ("file", {"metavar": "FILE", "help": "CSV or JSON lines, each with `id` and `actual`"}),
            ("--model", {"metavar": "MODEL", "help": "whose labels they are, where there are several models"}),
        ),
    ),
    Verb(
        "approve",
        "steering",
        "a person's yes, where the policy asks for one",
        options=(("--release", {"metavar": "RELEASE", "help": "else the one of this build that waits"}), WHY_WANTED),
    ),
    Verb(
        "new",
        "new",
        "a model from your own CSV",
        "alone",
        options=(
            ("name", {"metavar": "NAME", "help": "of the model: lower case, a folder in model/library/"}),
            ("--csv", {"metavar": "FILE", "help": "its rows", "required": True}),
            ("--target", {"metavar": "COLUMN", "help": "the column to predict", "required": True}),
        ),
    ),
    Verb("prune", "prune", "remove releases that nothing could need any more"),
    Verb("render", "render", "what a cluster would be given, as files"),
    Verb("doctor", "doctor", "what must be there before anything moves", "alone"),
)
"""What people do beside it."""

BUILDING = frozenset(verb.name for verb in (*WAY, BESIDE[0]))
"""The verbs that write into build/."""

VERBS = {verb.name: verb for verb in (*WAY, *BESIDE)}


class Parser(argparse.ArgumentParser):
    """argparse that says a wrong call in one line."""

    def error(self, message: str) -> NoReturn:
        """Raises instead of printing the usage and leaving."""
        raise WrongSetting(f"{self.prog}: {message} ({self.prog} --help says more)")


def build_parser() -> Parser:
    """The command line: `python -m delivery VERB [MODEL ...]`."""
    parser = Parser(prog="python -m delivery", description=__doc__, allow_abbrev=False)
    parser.add_argument("--environment", metavar="NAME", default=None, help=ENVIRONMENT_HELP)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS.values():
        command = verbs.add_parser(verb.name, help=verb.summary, description=verb.summary, allow_abbrev=False)
        if verb.runs != "alone":
            command.add_argument(
                "models",
                metavar="MODEL",
                nargs="*",
                help="every model where none is named" if verb.every else "needed where there are several",
            )
        for name, settings in verb.options:
            command.add_argument(name, **settings)
        if verb.runs == "each":
            command.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    return parser


def command_of(call: argparse.Namespace, model: str) -> list[str]:
    """The arguments that ask for the same, for one model, as part of a larger call."""
    before = ["--environment", call.environment] if getattr(call, "environment", None) else []
    words = [*before, call.verb, model, "--part"]
    for name, value in vars(call).items():
        if name in ("verb", "models", "part", "environment") or value in (None, False):
            continue
        words += [f"--{name}"] if value is True else [f"--{name}", value]
    return words
