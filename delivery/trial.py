"""A canary's steps: more traffic, two observations, a judgement, until one is an abort or the steps are over.

Where requests or labels are missing after the last step, and the policy waits for them, that step goes on until they
are there: what is waited for is counts, never a better figure, so that a promotion is decided once all the same. Where
nobody can say what a step did, the canary stays at its share for as long, and is refused after it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from delivery.errors import Broken, DoesNotComeUp, Refused
from delivery.judging import Decision, Finding, Observation, Policy, Promised, judge
from delivery.observing import NotSeen, Watch
from delivery.replaying import Case, Exchange, Replay, Side
from delivery.targets import Champion, Target

REPLAYED_AT_LEAST = 3
"""Times `minimum_requests`: on fewer requests no errors at all would still not prove that errors are rare."""
SLEEP_SECONDS = 1.0


class Gone(Broken):
    """The canary cannot be observed any more: that is its harm."""


class GaveWay(Refused):
    """A rollback of the model could not wait."""


@dataclass(frozen=True)
class Step:
    """What one step showed; no observations where the canary could not be asked."""

    share: float
    decision: Decision
    seconds: float
    """Since the first step began."""
    requests: int = 0
    """How many the canary had been sent so far; of one that is gone, as many as are known."""
    canary: Observation | None = None
    champion: Observation | None = None
    came_up: bool = True
    """Whether the canary ever served: where it did not, that may be a quota's fault and no release's."""

    @property
    def counted(self) -> bool:
        """Whether every measure had the requests or labels that it is judged on, whatever their figures are."""
        return not any(finding.outcome == "unsure" and finding.value is None for finding in self.decision.findings)

    @property
    def blind(self) -> bool:
        """Whether nobody could say what the canary did: it gets no larger share meanwhile."""
        return self.canary is None and self.decision.outcome == "not-enough-data"

    @property
    def gone(self) -> bool:
        """Whether the canary could not be asked any more."""
        return self.canary is None and self.decision.outcome == "abort"

    def as_json(self) -> dict[str, Any]:
        """As it stands in observation.json."""
        sides = {"canary": self.canary, "champion": self.champion}
        return {"share": self.share, **{name: seen.as_json() if seen else None for name, seen in sides.items()}}


@dataclass(frozen=True)
class Trial:
    """A release in the canary slot beside the champion, None where none can be compared with it."""

    target: Target
    model: str
    release: str
    folder: Path
    champion: Champion | None
    policy: Policy
    cases: Sequence[Case]
    """Labelled rows; asked for only where the policy's traffic is a replay."""
    relative: bool
    progress: Callable[[str], None]
    hurried: Callable[[], bool] = lambda: False
    """Whether a rollback waits: looked at once a second, but not while pods or scrapes are waited for."""

    def run(self) -> Iterator[Step]:
        """The steps, each with the decision so far; an abort is the last one."""
        begun = time.monotonic()
        try:
            watch = self.target.watch(self.model, self.releases, self.policy.traffic)
        except NotSeen as problem:
            yield Step(self.policy.shares[0], _unseen(problem), time.monotonic() - begun)
            return
        asked, patience = 0, self.policy.hold_seconds
        for share in self.policy.shares:
            self._give_way()
            try:
                self.target.weigh(self.model, share)
            except DoesNotComeUp as problem:
                yield Step(share, harmed(str(problem)), time.monotonic() - begun, asked)
                return
            self._send(share)
            step = self._observe(share, watch, begun, asked)
            yield step
            if step.blind and patience > 0:
                blind = time.monotonic()
                step = self._hold(step, watch, begun, patience, lambda held: not held.blind)
                patience -= time.monotonic() - blind
                yield step
            if step.blind or step.decision.outcome == "abort":
                return
            asked = step.requests
        if patience > 0 and not step.counted:
            yield self._hold(step, watch, begun, patience, lambda held: held.counted)

    def _hold(self, step: Step, watch: Watch, begun: float, patience: float, enough: Callable[[Step], bool]) -> Step:
        """A step goes on at its share until there is enough, for as long as the policy still waits; then it is judged.

        Until then only one look in `step_seconds` may abort it: so many looks the policy reckons with.
        """
        held, looks = time.monotonic(), 1
        while not enough(step) and not step.gone:
            waited = time.monotonic() - held
            if waited >= patience:
                break
            if waited >= looks * self.policy.step_seconds:
                looks += 1
                if step.decision.outcome == "abort":
                    break
            self.progress(f"held: {step.decision.reason}")
            self._pause(SLEEP_SECONDS)
            step = self._observe(step.share, watch, begun, step.requests)
        return step

    @cached_property
    def urls(self) -> dict[str, str]:
        """Where each of the two answers alone."""
        beside = {"champion": self.champion.url} if self.champion and self.champion.url else {}
        return {"canary": self.target.address(self.model, "canary"), **beside}

    @property
    def releases(self) -> dict[str, str]:
        """The address of each of the two, by release."""
        names = {"canary": self.release, "champion": self.champion.release if self.champion else ""}
        return {names[side]: url for side, url in self.urls.items()}

    @cached_property
    def replay(self) -> Replay:
        """The rows to send, most of them once."""
        wanted = max(len(self.cases), REPLAYED_AT_LEAST * self.policy.minimum_requests)
        return Replay(
            self.cases,
            self.urls,  # type: ignore[arg-type]
            requests=min(wanted, self.policy.replay_requests),
            relative=self.relative,
            progress=self.progress,
        )

    def _send(self, share: float) -> None:
        if self.policy.traffic == "replay":
            return self.replay.send_until(round(self.replay.requests * share / self.policy.shares[-1]))
        deadline = time.monotonic() + self.policy.step_seconds
        while (left := deadline - time.monotonic()) > 0:
            self.progress(f"{share:.0%} of people's traffic, {left:.0f} s left of this step")
            self._pause(min(SLEEP_SECONDS, left))
        return None

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds)
        self._give_way()

    def _give_way(self) -> None:
        if self.hurried():
            raise GaveWay(f"{self.model}: the canary of {self.release} gave way to a rollback; it may run again")

    def _observe(self, share: float, watch: Watch, begun: float, asked: int) -> Step:
        """All steps so far as one window: what was seen is not thrown away. `asked`: requests at the look before."""
        try:
            canary = self._seen("canary", self.release, watch)
            champion = None
            if self.champion:
                champion = self._seen("champion", self.champion.release, watch)
        except NotSeen as problem:
            return Step(share, _unseen(problem), time.monotonic() - begun, asked)
        except Gone as problem:
            sent = self.replay.exchanges["canary"].sent if self.policy.traffic == "replay" else asked
            gone = harmed(f"the canary cannot be observed any more: {problem}")
            return Step(share, gone, time.monotonic() - begun, sent)
        if champion and self.policy.traffic == "replay":
            canary = replace(canary, pairs=self.replay.pairs)
        decision = judge(canary, champion, self.policy, None if champion else promised_by(self.folder, self.relative))
        return Step(share, decision, time.monotonic() - begun, canary.requests, canary, champion)

    def _seen(self, side: Side, release: str, watch: Watch) -> Observation:
        try:
            seen = watch.seen(release)
        except NotSeen:
            raise
        except Broken as problem:
            if side == "canary":
                raise Gone(str(problem)) from None
            raise
        return seen if self.policy.traffic == "people" else with_what_clients_saw(seen, self.replay.exchanges[side])


def with_what_clients_saw(seen: Observation, exchange: Exchange) -> Observation:
    """A request that never reached the server, or whose answer no one can read, is a failed one all the same."""
    return replace(
        seen, requests=seen.requests + exchange.lost, errors=seen.errors + exchange.lost + exchange.malformed
    )


def _unseen(problem: NotSeen) -> Decision:
    sentence = f"nothing is known of it: {problem}"
    return Decision("not-enough-data", sentence, (Finding("availability", "unsure", sentence),))


def harmed(sentence: str) -> Decision:
    """An abort of what does not answer at all, for this reason."""
    return Decision("abort", sentence, (Finding("availability", "harmful", sentence),))


def promised_by(folder: Path, relative: bool) -> Promised:
    """What a release's own gates measured: the end of the interval nearer to harm, or the value where it has none."""
    document = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    figures = document["figures"]
    if document["task"] == "regression":
        return Promised(error_high=_figure(figures, "mape" if relative else "mae", "high", folder))
    return Promised(accuracy_low=_figure(figures, "accuracy", "low", folder))


def _figure(figures: dict[str, Any], name: str, end: str, folder: Path) -> float:
    if name not in figures:
        raise Broken(f"{folder}/release.json: no figure {name}, wanted to hold a first release to it")
    figure = figures[name]
    return float(figure["value"] if figure[end] is None else figure[end])
