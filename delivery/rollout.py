"""The way of a sealed release into production: staging, monitor, canary, promote, and back.

Functions over a `Delivery` (target, ledger, journal) that expect the model's lock to be held. Each leaves its file in
the model's build folder; a no is `Refused`, after the ledger has it, and the file where the canary was judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from delivery import promotion
from delivery.approving import Approval, wants_approval
from delivery.errors import DoesNotComeUp, Refused, WrongSetting
from delivery.files import read_json, replace_json
from delivery.journal import now
from delivery.judging import Decision, Policy
from delivery.ledger import Action, Entry
from delivery.promotion import Delivery, rollback
from delivery.replaying import Case
from delivery.staging import SCHEMA, identity_of, monitor, stage
from delivery.targets import Champion
from delivery.trial import Step, Trial, harmed

__all__ = ["canary", "monitor", "promote", "rollback", "stage"]

Document = dict[str, Any]


def canary(
    delivery: Delivery,
    model: str,
    folder: Path,
    build: Path,
    *,
    policy: Policy,
    cases: Sequence[Case],
    relative: bool,
    who: str,
    faults: str | None = None,
    progress: Callable[[str], None] = lambda what: None,
    hurried: Callable[[], bool] = lambda: False,
) -> str:
    """Run the release beside the champion in growing steps and judge it after each; returns the reason.

    Leaves observation.json and decision.json; the canary slot is empty afterwards. Refused where it was aborted, where
    there was not enough data, where the model is held, and where a rollback waits (`hurried`). `relative`: errors of a
    regression count relative to the actual value. `faults`: MODEL_FAULTS of the canary, to show an abort.
    """
    release = identity_of(folder)
    champion = _champion(delivery, model)
    live = champion.release if champion else None
    if live == release:
        return _unchanged(build, model, release)
    _refuse_if_held(delivery, build, model, release, live, who, None)
    if not faults and (reason := _decided_before(build, release, live, policy)):
        return f"judged before, nothing changed: {reason}"
    beside = champion if champion and _api(champion.folder) == _api(folder) else None
    trial = Trial(delivery.target, model, release, folder, beside, policy, cases, relative, progress, hurried)
    delivery.target.publish(model, folder)
    try:
        last = _try(trial, build, live, faults)
    except Refused as problem:
        delivery.record(Entry(model, "refused", release, who, str(problem), live))
        raise
    finally:
        delivery.target.remove(model, "canary")
    return _conclude(delivery, build, model, release, live, last, policy, who)


def promote(
    delivery: Delivery,
    model: str,
    folder: Path,
    build: Path,
    *,
    approval: Approval,
    who: str,
    why: str | None = None,
    again: bool = False,
    committed: str | None = None,
) -> str:
    """Make a release the champion that a canary found fit beside the present one; returns what was done.

    Refused without such a decision, while the model is held, where the policy wants an approval that the ledger does
    not show, and for a release that it shows aborted or rolled back, unless `again` and `why`.
    """
    if again and not why:
        raise WrongSetting(f"{model}: --again needs --why: the ledger keeps the reason")
    release = identity_of(folder)
    champion = _champion(delivery, model)
    live = champion.release if champion else None
    if live == release:
        renewed = "" if delivery.ledger.hold(model) else delivery.target.renew(model)
        return "; ".join(filter(None, [_unchanged(build, model, release), renewed]))
    decision = _decision_for(build, model, release, live, again)
    _refuse_if_held(delivery, build, model, release, live, who, decision)
    _refuse_unapproved(delivery, model, release, folder, approval, who)
    reason = why or decision["reason"]
    evidence = {key: decision[key] for key in ("decision", "reason", "seconds", "requests") if key in decision}
    kept = {"canary": evidence, **({"committed": committed} if committed else {})}
    promotion.promote(delivery, model, release, who=who, why=reason, evidence=kept, again=again)
    _write_decision(build, model, release, live, "promoted", reason, canary=decision)
    return f"release {release} is in production" + (f", {live} before it" if live else ", the first of this model")


def _champion(delivery: Delivery, model: str) -> Champion | None:
    delivery.target.open()
    promotion.recover(delivery, model)
    delivery.target.remove(model, "canary")  # whoever left it there was killed: we hold the lock
    return delivery.target.current(model)


def _try(trial: Trial, build: Path, live: str | None, faults: str | None) -> Step:
    """The last step of a canary, which may be that it does not even come up."""
    begun, first = time.monotonic(), trial.policy.shares[0]
    for name in ("observation.json", "decision.json"):  # an earlier canary's are not this one's
        (build / name).unlink(missing_ok=True)
    if live:
        trial.target.weigh(trial.model, first)  # people reach a canary from its first moment on
    try:
        trial.target.start(trial.model, "canary", trial.release, faults)
    except DoesNotComeUp as problem:
        return Step(first, harmed(str(problem)), time.monotonic() - begun, came_up=False)
    return _watch(trial, build, trial.model)


def _watch(trial: Trial, build: Path, model: str) -> Step:
    steps: list[Step] = []
    for step in trial.run():
        steps.append(step)
        trial.progress(f"{step.share:.0%}: {step.decision.outcome}")
        seen = [each.as_json() for each in steps if each.canary]
        replace_json(
            build / "observation.json", {"schema": SCHEMA, "model": model, "relative": trial.relative, "steps": seen}
        )
    return steps[-1]


def _conclude(
    delivery: Delivery, build: Path, model: str, release: str, live: str | None, last: Step, policy: Policy, who: str
) -> str:
    decision = last.decision
    measured = {"seconds": round(last.seconds, 3), "requests": last.requests}
    evidence = {**measured, **last.as_json(), "findings": [asdict(finding) for finding in decision.findings]}
    if decision.outcome != "promote":
        action: Action = "aborted" if decision.outcome == "abort" and last.came_up else "refused"
        delivery.record(Entry(model, action, release, who, decision.reason, live, evidence))
    _write_decision(
        build, model, release, live, decision.outcome, decision.reason, **measured,
        findings=evidence["findings"], policy=_as_json(policy),
    )  # fmt: skip
    if decision.outcome != "promote":
        raise Refused(_refusal(model, release, decision, measured))
    return decision.reason


def _refusal(model: str, release: str, decision: Decision, measured: dict[str, Any]) -> str:
    what = "was aborted" if decision.outcome == "abort" else "cannot be judged: not enough data"
    after = f"after {measured['requests']} requests and {measured['seconds']:.1f} s"
    return f"{model}: release {release} {what} {after}: {decision.reason}"


def _decided_before(build: Path, release: str, live: str | None, policy: Policy) -> str | None:
    path = build / "decision.json"
    before = read_json(path) if path.exists() else {}
    same = (before.get("release"), before.get("champion"), before.get("policy")) == (release, live, _as_json(policy))
    return before["reason"] if same and before["decision"] == "promote" else None


def _decision_for(build: Path, model: str, release: str, live: str | None, again: bool) -> Document:
    """The canary's decision, for exactly this release beside exactly this champion."""
    path = build / "decision.json"
    if not path.exists():
        raise WrongSetting(f"{model}: no {path.name}; `canary` writes it and has not run")
    decision: Document = read_json(path)
    if decision["decision"] == "held" and decision.get("canary"):
        decision = decision["canary"]
    if decision["release"] != release:
        raise Refused(f"{model}: the canary judged release {decision['release']}, not {release}; run `canary` again")
    if decision["champion"] != live:
        raise Refused(f"{model}: release {release} was judged beside {decision['champion'] or 'no champion'}, "
                      f"in production is {live or 'none'}; run `canary` again")  # fmt: skip
    # One that was promoted before and rolled back since is for the ledger to refuse.
    if decision["decision"] not in ("promote", "promoted") and not again:
        raise Refused(f"{model}: the canary of release {release} said {decision['decision']}: {decision['reason']}")
    return decision


def _refuse_if_held(
    delivery: Delivery, build: Path, model: str, release: str, live: str | None, who: str, decision: Document | None
) -> None:
    held = delivery.ledger.hold(model)
    if held is None:
        return
    reason = f"held by {held.who} since {held.at}: {held.why}; `resume {model}` frees it"
    _write_decision(build, model, release, live, "held", reason, canary=decision)
    delivery.record(Entry(model, "refused", release, who, reason, live))
    raise Refused(f"{model}: {reason}")


def _refuse_unapproved(
    delivery: Delivery, model: str, release: str, folder: Path, approval: Approval, who: str
) -> None:
    reason = wants_approval(folder, approval)
    if reason is None or delivery.ledger.approvals(model, release):
        return
    delivery.record(Entry(model, "refused", release, who, f"not approved: {reason}"))
    raise Refused(f"{model}: release {release} waits for a person: {reason}; "
                  f"`approve {model} --release {release} --why ...` says yes")  # fmt: skip


def _unchanged(build: Path, model: str, release: str) -> str:
    reason = f"release {release} is in production already, nothing to do"
    _write_decision(build, model, release, release, "unchanged", reason)
    return reason


def _write_decision(
    build: Path, model: str, release: str, champion: str | None, decision: str, reason: str, **more: Any
) -> None:
    document = {"schema": SCHEMA, "model": model, "release": release, "champion": champion}
    replace_json(build / "decision.json", {**document, "decision": decision, "reason": reason, "at": now(), **more})


def _as_json(policy: Policy) -> Document:
    return {**asdict(policy), "shares": list(policy.shares)}


def _api(folder: Path) -> int:
    return int(read_json(folder / "release.json")["api"])
