"""The decision about a canary. Pure: counts in, a decision with its reasons out; it does nothing.

Every measure is told as harm: how much worse than the champion, greater is worse, and how much of that is allowed.
Two errors are guarded apart. An abort may come at any look (Policy.looks), for any measure; so that many looks do not
add up to many false alarms, each has the share `false_alarms / (looks x measures)` (Bonferroni), and aborts only when
its one-sided interval holds no allowed harm. A promotion is decided once, after the last step or the hold behind it,
and needs the plain one-sided 95 % interval of every measure to hold no harm that is not allowed. Between the two there
is not enough data, and the reason says what is missing.

The mix of answers is compared in outcomes that mean the same in both releases: labels, and of values the rungs of one
ladder (docs/contracts.md, Metrics). Bins of each release's own would hide a canary that answers in another unit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from delivery.evidence import Observation, Pairs, Promised, Traffic
from delivery.intervals import (
    Estimate,
    Interval,
    difference,
    exactly,
    mean,
    one_sided_z,
    quantile,
    scaled,
    share,
    stability_index,
)
from delivery.policy import Policy

__all__ = ["Decision", "Finding", "Observation", "Outcome", "Pairs", "Policy", "Promised", "Traffic", "judge"]

Outcome = Literal["promote", "abort", "not-enough-data"]

PROMOTE_Z = one_sided_z(0.05)
P95 = 0.95


@dataclass(frozen=True)
class Finding:
    """What one measure says, in one sentence. The numbers are those of the harm; None where it was not measured."""

    measure: str
    outcome: Literal["fine", "harmful", "unsure"]
    sentence: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    allowed: float | None = None


@dataclass(frozen=True)
class Decision:
    """The outcome, why, and what every measure said."""

    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Harm:
    """One measure, ready to be weighed."""

    measure: str
    saw: str
    """Both sides, in words."""
    estimate: Estimate
    allowed: float
    setting: str
    counted: int
    """Requests or labels that it rests on."""
    shown: Callable[[float], str]


def judge(
    canary: Observation, champion: Observation | None, policy: Policy, promised: Promised | None = None
) -> Decision:
    """Promote, abort, or not enough data to tell.

    Without a champion the canary is held to absolute bounds: accuracy to what the release's own gates `promised`.
    """
    findings = (
        _errors(canary, champion, policy),
        _latency(canary, champion, policy),
        *([_mix(canary, champion, policy)] if champion else []),
        _accuracy(canary, champion, policy, promised),
    )
    said = {finding.outcome for finding in findings}
    outcome: Outcome = "abort" if "harmful" in said else "not-enough-data" if "unsure" in said else "promote"
    return Decision(outcome, _reason(outcome, findings, canary, champion), findings)


def _reason(outcome: Outcome, findings: tuple[Finding, ...], canary: Observation, champion: Observation | None) -> str:
    decisive = {"abort": "harmful", "not-enough-data": "unsure", "promote": "fine"}[outcome]
    said = "; ".join(finding.sentence for finding in findings if finding.outcome == decisive)
    traffic = "replayed holdout traffic" if canary.traffic == "replay" else "people's traffic"
    beside = f"beside {champion.release}" if champion else "with no champion to compare with, so by absolute bounds"
    return f"on {traffic} {beside}: {said}"


def _errors(canary: Observation, champion: Observation | None, policy: Policy) -> Finding:
    short = _too_few("requests", policy.minimum_requests, _sides(canary, champion, lambda seen: seen.requests))
    if short:
        return Finding("errors", "unsure", f"errors cannot be told: {short}")
    ours = share(canary.errors, canary.requests)
    theirs = share(champion.errors, champion.requests) if champion else exactly(0.0)
    saw = f"errors {_percent(canary.errors / canary.requests)} of {canary.requests} requests"
    saw += f" against {_percent(champion.errors / champion.requests)}" if champion else ""
    return _weigh(
        Harm("errors", saw, difference(ours, theirs), policy.error_margin, "error_margin", canary.requests, _points),
        policy,
    )


def _latency(canary: Observation, champion: Observation | None, policy: Policy) -> Finding:
    timed = _sides(canary, champion, lambda seen: int(seen.latency.total))
    short = _too_few("timed requests", policy.minimum_requests, timed)
    if short:
        return Finding("latency", "unsure", f"latency cannot be told: {short}")
    ours, saw = quantile(canary.latency, P95), f"p95 {_milliseconds(canary.latency.quantile(P95))}"
    allowed, setting = policy.latency_limit_seconds, "latency_limit_seconds"
    if champion:
        ours = difference(ours, scaled(quantile(champion.latency, P95), policy.latency_ratio))
        saw += f" against {policy.latency_ratio:g} x {_milliseconds(champion.latency.quantile(P95))}"
        allowed, setting = policy.latency_grace_seconds, "latency_grace_seconds"
    return _weigh(Harm("latency", saw, ours, allowed, setting, timed["canary"], _milliseconds), policy)


def _mix(canary: Observation, champion: Observation, policy: Policy) -> Finding:
    answers = _sides(canary, champion, lambda seen: sum(seen.outcomes.values()))
    short = _too_few("answers", policy.minimum_requests, answers)
    if short:
        return Finding("mix", "unsure", f"the mix of answers cannot be told: {short}")
    moved = stability_index(canary.outcomes, champion.outcomes)
    saw = f"stability index of the answers over {answers['canary']} against {answers['champion']}"
    return _weigh(Harm("mix", saw, moved, policy.mix_limit, "mix_limit", answers["canary"], "{:.3f}".format), policy)


def _accuracy(canary: Observation, champion: Observation | None, policy: Policy, promised: Promised | None) -> Finding:
    labelled = _sides(canary, champion, lambda seen: seen.labelled)
    if canary.pairs:
        labelled["both on the same rows"] = canary.pairs.rows
    measure = "error" if canary.regression else "accuracy"
    short = _too_few("labelled answers", policy.minimum_labelled, labelled)
    if short:
        return Finding(measure, "unsure", f"{measure} cannot be told: {short}")
    if champion is None:
        return _weigh(_against_promise(canary, policy, promised or Promised()), policy)
    return _weigh(_against_champion(canary, champion, policy), policy)


def _against_champion(canary: Observation, champion: Observation, policy: Policy) -> Harm:
    """In pairs where both answered the same rows, for that tells more; else as two independent samples."""
    pairs = canary.pairs
    correlation = pairs.correlation if pairs else 0.0
    ours = _of_pairs(pairs, "canary", canary.regression) if pairs else _online(canary)
    theirs = _of_pairs(pairs, "champion", canary.regression) if pairs else _online(champion)
    counted = pairs.rows if pairs else min(canary.labelled, champion.labelled)
    how = f"on {counted} rows that both answered" if pairs else f"on {counted} labels"
    if canary.regression:
        saw = f"mean error {ours(0).value:.4g} against {policy.error_ratio:g} x {theirs(0).value:.4g} {how}"
        worse = difference(ours, scaled(theirs, policy.error_ratio), correlation)
        return Harm("error", saw, worse, 0.0, "error_ratio", counted, "{:.4g}".format)
    saw = f"accuracy {ours(0).value:.3f} against {theirs(0).value:.3f} {how}"
    lost = difference(theirs, ours, correlation)
    return Harm("accuracy", saw, lost, policy.accuracy_margin, "accuracy_margin", counted, _points)


def _against_promise(canary: Observation, policy: Policy, promised: Promised) -> Harm:
    """ValueError where the release's figures promise nothing: a missing figure is no permission."""
    bound = promised.error_high if canary.regression else promised.accuracy_low
    if bound is None:
        raise ValueError(f"{canary.release}: no champion, and no figure of its own gates to hold it to")
    ours = _online(canary)
    on = f"on {canary.labelled} labels"
    if canary.regression:
        saw = f"mean error {ours(0).value:.4g} against the gates' {bound:.4g} x {policy.error_ratio:g} {on}"
        worse = difference(ours, exactly(bound * policy.error_ratio))
        return Harm("error", saw, worse, 0.0, "error_ratio", canary.labelled, "{:.4g}".format)
    saw = f"accuracy {ours(0).value:.3f} against at least {bound:.3f} in the gates {on}"
    lost = difference(exactly(bound), ours)
    return Harm("accuracy", saw, lost, policy.accuracy_margin, "accuracy_margin", canary.labelled, _points)


def _online(seen: Observation) -> Estimate:
    if seen.right is not None:
        return share(seen.right, seen.labelled)
    return mean(seen.error_sum or 0.0, seen.error_squared_sum or 0.0, seen.labelled)


def _of_pairs(pairs: Pairs, side: Literal["canary", "champion"], regression: bool) -> Estimate:
    total = getattr(pairs, side)
    return mean(total, getattr(pairs, f"{side}_squares"), pairs.rows) if regression else share(total, pairs.rows)


def _weigh(harm: Harm, policy: Policy) -> Finding:
    """Harmful when a careful look leaves nothing allowed, fine when a plain one leaves nothing else."""
    careful, plain = harm.estimate(policy.abort_z), harm.estimate(PROMOTE_Z)
    if careful.low > harm.allowed:
        return _finding(harm, "harmful", careful, "")
    if plain.high <= harm.allowed:
        return _finding(harm, "fine", plain, "")
    return _finding(harm, "unsure", plain, _needed(harm, plain))


def _finding(harm: Harm, outcome: Literal["fine", "harmful", "unsure"], seen: Interval, more: str) -> Finding:
    value, low, high, allowed = map(harm.shown, (seen.value, seen.low, seen.high, harm.allowed))
    what = {"accuracy": "loss ", "mix": ""}.get(harm.measure, "excess ")
    sentence = f"{harm.saw}: {what}{value} [{low}, {high}], allowed {allowed} (rollout.{harm.setting}){more}"
    return Finding(harm.measure, outcome, sentence, seen.value, seen.low, seen.high, harm.allowed)


def _needed(harm: Harm, seen: Interval) -> str:
    room = harm.allowed - seen.value
    if room <= 0:
        return ", which leaves both possible"
    about = math.ceil(harm.counted * ((seen.high - seen.value) / room) ** 2)
    return f", about {about} instead of {harm.counted} would tell"


def _sides(canary: Observation, champion: Observation | None, counted: Callable[[Observation], int]) -> dict[str, int]:
    return {"canary": counted(canary), **({"champion": counted(champion)} if champion else {})}


def _too_few(what: str, minimum: int, sides: dict[str, int]) -> str:
    setting = "minimum_labelled" if what.startswith("labelled") else "minimum_requests"
    few = [f"{side} {count}" for side, count in sides.items() if count < minimum]
    return f"{', '.join(few)} {what}, wanted at least {minimum} (rollout.{setting})" if few else ""


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _points(value: float) -> str:
    return f"{100 * value:.1f} points"


def _milliseconds(value: float) -> str:
    return f"{1000 * value:.1f} ms"
