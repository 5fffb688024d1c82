"""Promotion and rollback as transactions: recorded before the first write, completed or undone after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from delivery.errors import Broken, DeliveryError, Refused
from delivery.journal import Intent, Intents
from delivery.ledger import Action, Entry, Ledger, that_held
from delivery.targets import Target

ACTION_OF: Mapping[str, Action] = {"promote": "promoted", "rollback": "rolled_back"}


@dataclass(frozen=True)
class Delivery:
    """What every verb that moves a release needs. Its functions expect the model's lock to be held."""

    target: Target
    ledger: Ledger
    journal: Intents

    def record(self, entry: Entry) -> Entry:
        """Append to the ledger; what a killed delivery left half-written there is finished first and noted."""
        self._mend_ledger()
        return self.ledger.append(entry)

    def _mend_ledger(self) -> list[str]:
        mended = self.ledger.mend()
        if mended:
            self.journal.note(mended)
        return [mended] if mended else []


def promote(
    delivery: Delivery,
    model: str,
    release: str,
    *,
    who: str,
    why: str,
    evidence: Mapping[str, Any] | None = None,
    again: bool = False,
) -> Literal["promoted", "unchanged"]:
    """Make a published release the champion without losing a request.

    Refused when the model is held, or when the ledger shows the release aborted or rolled back and not `again`;
    Broken when it does not come up: the old champion then serves on.
    """
    recover(delivery, model)
    champion = delivery.target.current(model)
    if champion and champion.release == release:
        return "unchanged"
    _require_promotable(delivery, model, release, again)
    live = champion.release if champion else None
    evidence = {**(evidence or {}), **({"again": True} if again else {})}
    _move(delivery, Intent("promote", model, release, live, delivery.target.previous(model), who, why, evidence), live)
    return "promoted"


def rollback(
    delivery: Delivery,
    model: str,
    *,
    who: str,
    why: str,
    of: str | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> str | None:
    """Return to the release before; the release that serves now, or None when `of` is not live (nothing to do).

    Never to a release that the ledger shows aborted or rolled back; Refused when there is none to return to.
    """
    recover(delivery, model)
    live = delivery.target.named(model)  # not `current`: one that is down must be possible to leave
    if of is not None and of != live:
        return None
    if live is None:
        raise Refused(f"{model}: nothing is in production, so there is nothing to roll back")
    back = earlier_releases(delivery, model, live)
    if not back:
        raise Refused(f"{model}: no earlier release to return to from {live} (the ledger shows none that held)")
    further = back[1] if len(back) > 1 else None
    kept = dict(evidence or {})
    _move(delivery, Intent("rollback", model, back[0], live, delivery.target.previous(model), who, why, kept), further)
    return back[0]


def hold(delivery: Delivery, model: str, *, who: str, why: str) -> bool:
    """Stop promotions of the model; False when they are stopped already."""
    return _set_hold(delivery, model, "held", who, why)


def resume(delivery: Delivery, model: str, *, who: str, why: str) -> bool:
    """Free a held model; False when it is not held."""
    return _set_hold(delivery, model, "resumed", who, why)


def recover(delivery: Delivery, model: str) -> list[str]:
    """Complete or undo what a killed delivery of the model left; one sentence for each thing done.

    Afterwards the old release serves or the new one, the ledger says which, and it verifies.
    """
    done = delivery._mend_ledger()
    _require_whole_ledger(delivery.ledger)
    intent = delivery.journal.interrupted(model)
    if intent:
        delivery.target.open()
        if delivery.target.serves(model, intent.release):
            done.append(_complete(delivery, intent))
        else:
            done.append(_undo(delivery, intent, "it was interrupted before the new release served")[0])
    held = delivery.ledger.hold(model)
    why = held.why if held else None
    if delivery.target.held(model) != why:
        delivery.target.hold(model, why)
        done.append(f"{model}: the hold on the target follows the ledger again")
    return done


def prune(delivery: Delivery, model: str, keep: int = 3) -> list[str]:
    """Delete releases that production, staging, canary or a rollback cannot need, but the last `keep` champions."""
    moves = [entry for entry in that_held(delivery.ledger.entries(model)) if entry.action in ACTION_OF.values()]
    champions = [entry.champion for entry in moves]
    live = [champion for champion in champions if champion]
    return delivery.target.prune(model, set(list(dict.fromkeys(reversed(live)))[:keep]))


def earlier_releases(delivery: Delivery, model: str, live: str) -> list[str]:
    """Where a rollback from `live` could go, nearest first: promoted before it, never taken back, still here."""
    entries = that_held(delivery.ledger.entries(model))
    promoted = [entry.release for entry in entries if entry.action == "promoted" and entry.release]
    if live in promoted:
        promoted = promoted[: len(promoted) - promoted[::-1].index(live)]
    refused = delivery.ledger.refused_releases(model)
    return [
        release
        for release in dict.fromkeys(reversed(promoted))
        if release != live and release not in refused and delivery.target.holds(model, release)
    ]


def _move(delivery: Delivery, intent: Intent, previous: str | None) -> None:
    delivery.journal.begin(intent)
    try:
        delivery.target.switch(intent.model, intent.release, previous)
    except DeliveryError as problem:
        down = _undo(delivery, intent, str(problem))[1]
        if down:
            raise Broken(f"{problem}; {down}") from None
        raise
    _finish(delivery, intent)


def _finish(delivery: Delivery, intent: Intent) -> None:
    action = ACTION_OF[intent.move]
    if not _recorded(delivery, intent, action):
        # A rollback is recorded on the release that was taken back; its champion is the one that serves now.
        about = intent.release if action == "promoted" else intent.champion
        champion = intent.champion if action == "promoted" else intent.release
        delivery.record(_entry(intent, action, about, champion, intent.why))
    delivery.target.publish_champion(intent.model, intent.release)
    delivery.journal.end(intent)


def _complete(delivery: Delivery, intent: Intent) -> str:
    sentence = f"{intent.model}: the interrupted {intent.move} to {intent.release} was completed"
    if not _recorded(delivery, intent, "completed"):
        delivery.record(_entry(intent, "completed", intent.release, intent.champion, sentence))
    _finish(delivery, intent)
    delivery.journal.note(sentence)
    return sentence


def _undo(delivery: Delivery, intent: Intent, reason: str) -> tuple[str, str]:
    """The old champion is named again: what was done, and why that one does not serve either, if it does not."""
    down = _put_back(delivery, intent, reason)
    sentence = (
        f"{intent.model}: the {intent.move} to {intent.release} was undone: {reason}{f'; {down}' if down else ''}"
    )
    if not _recorded(delivery, intent, "undone"):
        delivery.record(_entry(intent, "undone", intent.release, intent.champion, sentence))
    delivery.target.publish_champion(intent.model, intent.champion)
    delivery.journal.end(intent)
    delivery.journal.note(sentence)
    return sentence, down


def _put_back(delivery: Delivery, intent: Intent, reason: str) -> str:
    """Why the old champion does not serve, empty where it does; Broken where it could not even be named again.

    It is undone even where that one is down itself: an intent that stayed would keep every later rollback from leaving.
    """
    try:
        delivery.target.switch(intent.model, intent.champion, intent.previous)
    except DeliveryError as problem:
        down = f"{intent.champion or 'no release'} before it does not serve either: {problem}"
        try:
            named = delivery.target.named(intent.model)
        except DeliveryError:
            named = intent.release
        if named != intent.champion:
            raise Broken(f"{reason}; {down}") from None
        return down
    return ""


def _recorded(delivery: Delivery, intent: Intent, action: Action) -> bool:
    entries = delivery.ledger.entries(intent.model)
    return any(entry.action == action and entry.evidence.get("delivery") == intent.id for entry in entries)


def _entry(intent: Intent, action: Action, release: str | None, champion: str | None, why: str) -> Entry:
    evidence = {**intent.evidence, "delivery": intent.id}
    return Entry(intent.model, action, release, intent.who, why, champion, evidence)


def _require_promotable(delivery: Delivery, model: str, release: str, again: bool) -> None:
    held = delivery.ledger.hold(model)
    if held:
        raise Refused(f"{model}: held by {held.who} since {held.at}: {held.why}; `resume {model}` frees it")
    before = delivery.ledger.refused_releases(model).get(release)
    if before and not again:
        raise Refused(
            f"{model}: release {release} was {before.action.replace('_', ' ')} at {before.at}: {before.why}; "
            "promote it with --again --why if it should serve all the same"
        )


def _require_whole_ledger(ledger: Ledger) -> None:
    problems = ledger.verify()
    if problems:
        raise Broken(f"{problems[0]}; nothing is delivered on a ledger that does not verify")


def _set_hold(delivery: Delivery, model: str, action: Literal["held", "resumed"], who: str, why: str) -> bool:
    recover(delivery, model)
    if (delivery.ledger.hold(model) is not None) == (action == "held"):
        return False
    delivery.record(Entry(model, action, None, who, why))
    delivery.target.hold(model, why if action == "held" else None)
    return True
