"""How far a build came, and what was decided: the first thing every page says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from report.blocks import Tone
from report.corrections import answered_last, taken_back
from report.reading import FILES, Document, ModelBuild
from report.text import join, plural, sentence

State = Literal["passed", "refused", "held", "undecided", "no file", "not reached"]

# The verbs in their order, each with the documents that only it leaves.
VERBS: dict[str, tuple[str, ...]] = {
    "check": ("check",),
    "train": ("training", "contender_schema", "contender_reference", "contender_card"),
    "gate": ("verdicts", "evaluation", "champion", "champion_schema"),
    "release": ("release", "release_schema", "release_reference", "release_card"),
    "image": ("image",),
    "staging": ("staging",),
    "monitor": ("monitor",),
    "canary": ("observation",),
    "promote": ("decision",),
}
NEVER_WITHOUT = {"train", "gate", "release"}
"""Verbs that take their file away before they begin: where it is missing, what lies behind is an earlier build's."""
STATES: dict[str, State] = {
    "abort": "refused", "not-enough-data": "undecided", "held": "held", "promote": "not reached",
    "promoted": "passed", "unchanged": "passed",
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One verb and how it went in this build."""

    verb: str
    state: State


@dataclass(frozen=True)
class Outcome:
    """What became of this build of a model: a word with a sign for it, and one sentence."""

    word: str
    sign: str
    tone: Tone
    sentence: str
    reasons: tuple[str, ...] = ()


def current(model: ModelBuild) -> ModelBuild:
    """The model without the files that an earlier build left behind a refusal or another release."""
    stop = len(VERBS)
    for place, verb in enumerate(VERBS):
        if not _belongs(model, verb):
            stop = place
            break
        if _state(model, verb) == "refused" and verb != "promote":
            # The decision is written by canary and promote alike: it belongs to a canary that refused.
            stop = len(VERBS) if verb == "canary" else place + 1
            break
    stale = {name for verb in list(VERBS)[stop:] for name in VERBS[verb]}
    return replace(
        model,
        documents={name: document for name, document in model.documents.items() if name not in stale},
        cards={name: card for name, card in model.cards.items() if name not in stale},
        left_out=tuple(FILES[name] for name in FILES if name in stale and name in {**model.documents, **model.cards}),
    )


def _belongs(model: ModelBuild, verb: str) -> bool:
    """Whether the verb's file speaks of the same data or release as the files before it; without it nothing goes on."""
    document = model.get(VERBS[verb][0])
    if document is None:
        return verb not in NEVER_WITHOUT
    if verb == "train":
        check = model.get("check")
        return check is None or check["data_sha256"] == document["data_sha256"]
    if verb == "release":
        verdicts = model.get("verdicts")
        return verdicts is None or verdicts["contender"] == document["identity"]
    if verb == "canary":
        return all(step["canary"] is None or step["canary"]["release"] == model.identity for step in document["steps"])
    later = verb in {"image", "staging", "monitor", "promote"}
    return not later or document["release"] == model.identity


def _state(model: ModelBuild, verb: str) -> State:
    document = model.get(VERBS[verb][0])
    decision = model.get("decision")
    if verb == "canary" and decision and decision["decision"] in {"abort", "not-enough-data"}:
        return STATES[decision["decision"]]
    if document is None:
        return "not reached"
    if verb == "promote":
        return "not reached" if decision_of_canary(document) else STATES[document["decision"]]
    return "passed" if document.get("passed", True) else "refused"


def decision_of_canary(decision: Document) -> bool:
    """Whether decision.json was last written by `canary`, so that `promote` was not reached."""
    return decision["decision"] in {"promote", "abort", "not-enough-data"}


def stages(model: ModelBuild) -> list[Stage]:
    """Every verb with its state; a verb that was passed over by a later one left no file."""
    states = {verb: _state(model, verb) for verb in VERBS}
    reached = max((place for place, state in enumerate(states.values()) if state != "not reached"), default=-1)
    return [
        Stage(verb, "no file" if state == "not reached" and place < reached else state)
        for place, (verb, state) in enumerate(states.items())
    ]


def outcome(model: ModelBuild) -> Outcome:
    """The decision in one sentence, from the first stage that stopped the build or the last that was reached."""
    for verb, tell in (("check", _by_checks), ("gate", _by_gates), ("staging", _by_run), ("monitor", _by_run)):
        document = model.get(VERBS[verb][0])
        if document is not None and not document["passed"]:
            return tell(verb, document)
    decision = model.get("decision")
    if decision is None:
        return _answered(model) or _unfinished(model)
    return _withdrawn(model, decision) or _decided(decision)


def _withdrawn(model: ModelBuild, decision: Document) -> Outcome | None:
    """Where the release was taken back since it was decided, that is what people have to know."""
    entry = taken_back(model, decision["release"], decision["at"])
    if entry is None:
        return None
    told = f"Release {entry['release']} was taken back, {entry['champion']} serves in its place"
    return Outcome("Rolled back", "↩", "warn", f"{told}: {sentence(entry['why'])}")


def _answered(model: ModelBuild) -> Outcome | None:
    """A build that is nothing but an answer to alerts."""
    answers = answered_last(model)
    if not answers or len(model.documents) > 1:
        return None
    words: dict[str, tuple[str, str, Tone]] = {
        "rollback": ("Rolled back", "↩", "warn"), "retrain": ("Trained anew", "↻", "good"),
        "tell": ("Told", "·", "quiet"), "nothing": ("Nothing to do", "=", "quiet"), "failed": ("Failed", "✕", "bad"),
    }  # fmt: skip
    word, sign, tone = words[answers[0]["action"]]
    name, reason = answers[0]["alert"]["name"], answers[0]["reason"] or "the call says why"
    return Outcome(word, sign, tone, f"Alert {name}: {sentence(reason)}")


def _by_checks(_: str, check: Document) -> Outcome:
    failed = [c for c in check["checks"] if not c["passed"]]
    names = join([c["name"] for c in failed]) if failed else "no check by name"
    told = f"Refused by {len(failed)} of {plural(len(check['checks']), 'data check')}: {names}."
    return Outcome("Refused", "✕", "bad", told, tuple(c["sentence"] for c in failed))


def _by_gates(_: str, verdicts: Document) -> Outcome:
    failed = [v for v in verdicts["verdicts"] if v["passed"] is False]
    names = join([v["measure"] for v in failed]) if failed else "no gate by name"
    told = f"Refused by {len(failed)} of {plural(len(verdicts['verdicts']), 'gate')}: {names}."
    return Outcome("Refused", "✕", "bad", told, tuple(_with_place(v) for v in failed))


def _with_place(verdict: Mapping[str, Any]) -> str:
    said, where = verdict["sentence"], verdict["where"]
    return said if where in said else f"{said} ({where})"


def _by_run(verb: str, document: Document) -> Outcome:
    return Outcome("Refused", "✕", "bad", f"Refused in {verb}: {sentence(document['sentence'])}")


def _decided(decision: Document) -> Outcome:
    reason, findings = split_findings(decision["reason"])
    release = decision["release"]
    instead = f" in place of {decision['champion']}" if decision.get("champion") else ", the first of this model"
    words: dict[str, tuple[str, str, Tone, str]] = {
        "promoted": ("Promoted", "✓", "good", f"Release {release} was promoted{instead}"),
        "unchanged": ("Unchanged", "=", "good", "Nothing was changed"),
        "promote": ("Canary passed", "…", "quiet", f"Release {release} awaits its promotion"),
        "abort": ("Aborted", "✕", "bad", f"Release {release} was aborted in the canary"),
        "held": ("Held", "‖", "warn", f"Release {release} was not promoted"),
        "not-enough-data": (
            "Undecided",
            "?",
            "warn",
            f"Release {release} could not be judged in the canary",
        ),
    }
    word, sign, tone, told = words[decision["decision"]]
    return Outcome(word, sign, tone, f"{told}: {sentence(reason)}", findings)


def split_findings(reason: str) -> tuple[str, tuple[str, ...]]:
    """What a judge found, apart from what it says of all: `beside X: errors ...; p95 ...` has two findings."""
    head, _, tail = reason.partition(": ")
    findings = tuple(tail.split("; "))
    return (head, findings) if len(findings) > 1 else (reason, ())


def _unfinished(model: ModelBuild) -> Outcome:
    done = [stage.verb for stage in stages(model) if stage.state == "passed"]
    told = f"Nothing is decided: this build ended after {done[-1]}." if done else "Nothing is decided yet."
    return Outcome("Unfinished", "…", "quiet", told)
