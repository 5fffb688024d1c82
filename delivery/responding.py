"""What an alert calls for. Pure: the alert, what the ledger says and the policy in, a response with its reason out.

The rules stand in their order in `RULES`; the first that has something to say decides, and where none has, what
project.toml wants of the alert is done. No rule can loop: only a release that was promoted is taken back, one that
was taken back or put back is not, and an alert that began before the live release did is not held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from delivery.alerts import Alert
from delivery.correction import CorrectionPolicy
from delivery.ledger import Entry, began_to_serve

DAY_SECONDS = 86400.0
UNTIL_LATER = ("hold", "cooldown", "budget")
"""What stops a correction for a while: a repeated alert is looked at again once it is over."""

Stop = Literal["", "hold", "cooldown", "budget", "nowhere"]


@dataclass(frozen=True)
class Response:
    """What to do and why. `nothing` is not even told: the ledger has it already, or it is none of ours."""

    action: Literal["rollback", "retrain", "tell", "nothing"]
    reason: str
    stopped_by: Stop = ""
    """The policy that forbade what the alert calls for."""


@dataclass(frozen=True)
class Standing:
    """What is known of a model when an alert comes."""

    live: str | None
    """The release in production."""
    earlier: Sequence[str]
    """Releases that a rollback may return to, nearest first."""
    entries: Sequence[Entry]
    """The model's lines of the ledger, oldest first."""
    at: datetime
    namespace: str = ""
    """Where the delivery is at home; empty on this machine."""

    @property
    def began(self) -> Entry | None:
        """The entry with which the live release began to serve."""
        return began_to_serve(self.entries, self.live)

    def corrections(self, seconds: float) -> list[Entry]:
        """What the machine did by itself within so many seconds, tries that failed included."""
        done = [entry for entry in self.entries if entry.action in ("rolled_back", "retrained", "undone")]
        return [
            entry
            for entry in done
            if "alert" in entry.evidence and (self.at - moment(entry.at)).total_seconds() < seconds
        ]


def moment(stamp: str) -> datetime:
    """A time of the ledger."""
    return datetime.fromisoformat(stamp)


def decide(alert: Alert, standing: Standing, policy: CorrectionPolicy) -> Response:
    """Roll back, retrain, tell, or nothing."""
    for rule in RULES:
        response = rule(alert, standing, policy)
        if response is not None:
            return _unless_told(response, alert, standing)
    wanted = policy.alerts[alert.name]
    return Response(wanted, f"{alert.name} on {standing.live}: {alert.summary or 'it says no more'}")


def _unless_told(response: Response, alert: Alert, standing: Standing) -> Response:
    """A repeated alert that the same policy still stops is not told twice."""
    before = _lines_about(alert, standing)
    if response.stopped_by and before and before[-1].evidence.get("stopped_by") == response.stopped_by:
        return replace(response, action="nothing")
    return response


def _lines_about(alert: Alert, standing: Standing) -> list[Entry]:
    """What the ledger has about this very alert."""
    told = [(entry, entry.evidence["alert"]) for entry in standing.entries if "alert" in entry.evidence]
    key = (alert.fingerprint, alert.started_at)
    return [entry for entry, seen in told if (seen["fingerprint"], seen["started"]) == key]


def _known(alert: Alert, standing: Standing, _: CorrectionPolicy) -> Response | None:
    for entry in _lines_about(alert, standing):
        over = entry.evidence["alert"]["status"] == "resolved"
        waits = entry.action == "undone" or entry.evidence.get("stopped_by") in UNTIL_LATER
        if over or (alert.firing and not waits):
            return Response("nothing", f"seen before: {entry.action.replace('_', ' ')} at {entry.at}, {entry.why}")
    return None


def _over(alert: Alert, _: Standing, __: CorrectionPolicy) -> Response | None:
    return None if alert.firing else Response("tell", f"{alert.name} is over")


def _elsewhere(alert: Alert, standing: Standing, _: CorrectionPolicy) -> Response | None:
    if alert.namespace is None or alert.namespace == standing.namespace:
        return None
    here = f"namespace {standing.namespace}" if standing.namespace else "this machine"
    return Response("nothing", f"it is about namespace {alert.namespace}, here is {here}")


def _not_live(alert: Alert, standing: Standing, _: CorrectionPolicy) -> Response | None:
    if standing.live is None:
        return Response("tell", "nothing is in production")
    if alert.release not in (None, standing.live):
        return Response("tell", f"release {alert.release} is not live, {standing.live} is")
    return None


def _older(alert: Alert, standing: Standing, _: CorrectionPolicy) -> Response | None:
    """An alert that names the live release is about it: a rollout may be under way for minutes before it is written."""
    began = standing.began
    if alert.release is not None or began is None or alert.started >= moment(began.at):
        return None
    return Response("tell", f"it began at {alert.started_at}, before release {standing.live} served ({began.at})")


def _only_told(alert: Alert, _: Standing, policy: CorrectionPolicy) -> Response | None:
    wanted = policy.alerts[alert.name]
    return Response("tell", f"{alert.name} is for people to look at (correction.alerts)") if wanted == "tell" else None


def _suspected(alert: Alert, standing: Standing, policy: CorrectionPolicy) -> Response | None:
    """A rollback wants a recent promotion to blame, a retraining that there is none."""
    began, recent = standing.began, False
    if began is not None and began.action == "promoted":
        recent = (alert.started - moment(began.at)).total_seconds() <= policy.recent_seconds
    if policy.alerts[alert.name] == "retrain":
        why = f"release {standing.live} was promoted only at {began.at}" if began else ""
        return Response("tell", f"{why}: that points at the release, not at its age") if recent else None
    if recent:
        return None
    if began is not None and began.action == "rolled_back":
        return Response("tell", f"release {standing.live} was put back at {began.at}: a second one points elsewhere")
    since = f"since {began.at}" if began else "for longer than the ledger knows"
    return Response("tell", f"release {standing.live} has been live {since}: not recent enough to be blamed")


def _held(_: Alert, standing: Standing, __: CorrectionPolicy) -> Response | None:
    changes = [entry for entry in standing.entries if entry.action in ("held", "resumed")]
    if not changes or changes[-1].action == "resumed":
        return None
    return Response("tell", f"held by {changes[-1].who} since {changes[-1].at}: {changes[-1].why}", "hold")


def _nowhere(alert: Alert, standing: Standing, policy: CorrectionPolicy) -> Response | None:
    if policy.alerts[alert.name] != "rollback" or standing.earlier:
        return None
    return Response("tell", f"no earlier release to return to from {standing.live}", "nowhere")


def _cooling(_: Alert, standing: Standing, policy: CorrectionPolicy) -> Response | None:
    recent = standing.corrections(policy.cooldown_seconds)
    if not recent:
        return None
    wait = f"correction.cooldown_seconds = {policy.cooldown_seconds:g}"
    return Response("tell", f"corrected at {recent[-1].at} already ({wait})", "cooldown")


def _spent(_: Alert, standing: Standing, policy: CorrectionPolicy) -> Response | None:
    today = standing.corrections(DAY_SECONDS)
    if len(today) < policy.corrections_a_day:
        return None
    budget = f"correction.corrections_a_day = {policy.corrections_a_day}"
    return Response("tell", f"corrected {len(today)} times in 24 hours ({budget})", "budget")


Rule = Callable[[Alert, Standing, CorrectionPolicy], Response | None]
RULES: tuple[Rule, ...] = (
    _known, _over, _elsewhere, _not_live, _older, _only_told, _suspected, _held, _nowhere, _cooling, _spent,
)  # fmt: skip
