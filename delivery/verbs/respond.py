"""`respond`: what an alert calls for, for every alert of a document: roll back, train anew, or only tell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from delivery.alerts import MOST_BYTES, Alert, read_alerts
from delivery.correcting import Correction, require_known
from delivery.correction import CorrectionPolicy
from delivery.errors import Refused, WrongSetting
from delivery.files import replace_json
from delivery.journal import now
from delivery.opening import in_a_hurry, lock, open_delivery, who
from delivery.progress import complain, tell
from delivery.reporting import write_report, write_summary
from delivery.responding import Response
from delivery.retraining import retrain
from delivery.settings import Settings

WAIT_SECONDS = 300.0
"""Longer than a canary waits for pods, before it can see that a rollback waits for it."""
ORDER = ("rollback", "tell", "retrain")
"""What is quick and urgent first: a retraining takes minutes."""
Answer = tuple[Alert, Response | None, int]


def respond(settings: Settings, call: argparse.Namespace) -> int:
    """Answers every alert; the exit code is that of many models."""
    from delivery.running import merge

    alerts, foreign = read_alerts(read_document(call.alert))
    for sentence in foreign:
        complain(sentence)
    answers = [answer(settings, alert) for alert in in_order(alerts, settings.correction)]
    leave(settings, [one for one in answers if one[2] != WrongSetting.exit_code])
    return merge([*(WrongSetting.exit_code for _ in foreign), *(code for _, _, code in answers)])


def read_document(path: str) -> str:
    """The file, or standard input for `-`; WrongSetting where it cannot be read as text."""
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongSetting(f"alert: {path} cannot be read: {problem}") from None


def in_order(alerts: Sequence[Alert], policy: CorrectionPolicy) -> list[Alert]:
    """Rollbacks first, each kind in the order in which the alerts began."""
    return sorted(alerts, key=lambda alert: (ORDER.index(policy.alerts[alert.name]), alert.started))


def answer(settings: Settings, alert: Alert) -> Answer:
    """One alert, its errors in one line: one model's trouble does not keep another from being corrected."""
    from delivery.running import explain

    try:
        response = act(settings, alert)
    except Exception as error:
        return alert, None, explain(error)
    did = {"rollback": "rolled back", "retrain": "trained anew", "tell": "told", "nothing": "nothing to do"}
    tell(f"respond: {alert.model}: {alert.name}: {did[response.action]}: {response.reason}")
    return alert, response, Refused.exit_code if response.stopped_by else 0


def act(settings: Settings, alert: Alert) -> Response:
    """Decides and acts while the model's lock is held: of two callers the second sees what the first has done."""
    from model.library import find_models

    delivery = open_delivery(settings)
    require_known(delivery, alert.model, find_models())
    namespace = settings.cluster.namespace if settings.cluster else ""
    correction = Correction(delivery, alert, settings.correction, who(), namespace)
    with hurry(settings, correction), lock(settings, alert.model, "respond", WAIT_SECONDS):
        response = correction.answer()
    return retrain(settings, correction, WAIT_SECONDS) if response.action == "retrain" else response


def hurry(settings: Settings, correction: Correction) -> AbstractContextManager[None]:
    """A canary gives way to a rollback, and to nothing else that an alert may call for."""
    if correction.foreseen().action != "rollback":
        return nullcontext()
    return in_a_hurry(settings, correction.alert.model, "respond", WAIT_SECONDS)


def leave(settings: Settings, answers: Sequence[Answer]) -> None:
    """build/<model>/response.json of every model that was answered, the report and the line of the build."""
    for old in settings.root.glob("build/*/response.json"):
        old.unlink(missing_ok=True)  # of an earlier call, which the line of this build is not about
    for model in dict.fromkeys(alert.model for alert, _, _ in answers):
        mine = [document_of(*one) for one in answers if one[0].model == model]
        path = settings.root / "build" / model / "response.json"
        replace_json(path, {"schema": 1, "model": model, "at": now(), "responses": mine})
    (settings.root / "build").mkdir(exist_ok=True)
    write_report(settings)
    write_summary(settings)


def document_of(alert: Alert, response: Response | None, code: int) -> dict[str, object]:
    """One alert and what was answered."""
    said = {"action": response.action, "reason": response.reason, "stopped_by": response.stopped_by} if response else {}
    return {"alert": alert.as_evidence(), "code": code, **({"action": "failed", "reason": ""} | said)}
