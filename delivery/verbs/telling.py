"""`status` and `history`: what runs now, and how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from delivery.dora import sentence
from delivery.errors import Broken, DeliveryError
from delivery.files import read_json
from delivery.ledger import began_to_serve
from delivery.opening import open_delivery, open_local
from delivery.progress import tell
from delivery.promotion import Delivery
from delivery.reporting import leave_keys
from delivery.settings import Settings
from delivery.targets.local import LocalTarget
from delivery.targets.processes import alive


def status(settings: Settings, models: Sequence[str]) -> None:
    """One line a model: its champion, where it answers, and what stops it."""
    delivery = open_delivery(settings)
    width = max(map(len, models))
    problems = []
    for model in models:
        try:
            tell(f"{model:{width}}  {standing(delivery, model)}")
        except DeliveryError as problem:
            problems.append(f"{problem}{interrupted(delivery, model)}")
    for model, keys in leave_keys(settings).items():
        if model in models and keys.deployments:
            tell(f"{model:{width}}  {sentence(keys)}")
    if settings.cluster is None and not (target := open_local(settings)).contact.stopped():
        tell(watching(target))
    if problems:
        raise Broken("; ".join(problems))


def watching(target: LocalTarget) -> str:
    """What the watcher of this machine last saw."""
    status, path = target.contact.status(), target.var / "keeper" / "watcher.json"
    process: dict[str, Any] | None = status["watcher"] if status and target.contact.running() else None
    if process is None or not alive(process["pid"], process["begun"]):
        return "watcher: none is running; it comes with `run`"
    said: dict[str, Any] = read_json(path) if path.exists() else {"pid": None}
    if said["pid"] != process["pid"]:
        return "watcher: it has just begun"
    seen = [f"{model}: {looked_at(one)}" for model, one in said["models"].items()]
    raised = [f"{one['alert']} of {one['model']} since {one['since']}" for one in said["raised"]]
    told = f"; raised: {', '.join(raised)}" if raised else ""
    return f"watcher: last look at {said['at']}; {'; '.join(seen) or 'nothing in production'}{told}"


def looked_at(seen: dict[str, Any]) -> str:
    """What the watcher saw of one model in its longest window."""
    if seen["problem"] or "requests" not in seen:
        return str(seen["problem"] or "not yet")
    return f"{seen['requests']} requests of people in {seen['seconds']:.0f} s, {seen['labelled']} labelled"


def standing(delivery: Delivery, model: str) -> str:
    """What a model does now, in one line."""
    champion = delivery.target.current(model)
    hold = delivery.ledger.hold(model)
    held = f"; held by {hold.who}: {hold.why}" if hold else ""
    held += interrupted(delivery, model)
    if champion is None:
        return f"nothing in production{held}"
    if champion.url is None:
        return f"{champion.release} in production, stopped; `run` starts it{held}"
    began = began_to_serve(delivery.ledger.entries(model), champion.release)
    return f"{champion.release} at {delivery.target.public_url(model)} since {began.at if began else 'unknown'}{held}"


def interrupted(delivery: Delivery, model: str) -> str:
    """A move that was begun and not ended, to be put behind a line; empty where there is none."""
    intent = delivery.journal.interrupted(model)
    if intent is None:
        return ""
    begun = f"; a {intent.move} to {intent.release} by {intent.who} is under way since {intent.at}"
    return f"{begun}, or was killed: then the next delivery completes or undoes it"


def history(settings: Settings, models: Sequence[str]) -> None:
    """The entries of these models, oldest first; Broken where the ledger does not verify."""
    ledger = open_delivery(settings).ledger
    problems = ledger.verify()
    if problems:
        raise Broken("; ".join(problems))
    entries = [entry for entry in ledger.entries() if entry.model in models]
    for entry in entries:
        action = entry.action.replace("_", " ")
        tell(f"{entry.at}  {entry.model}  {action} {entry.release or ''}  {entry.who}: {entry.why}")
    tell(f"history: {len(entries)} entries; the ledger verifies")
