"""What an alert calls for: each rule seen to decide, each bound seen to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from delivery.alerts import ALERTS, Alert
from delivery.correction import CorrectionPolicy
from delivery.ledger import Action, Entry
from delivery.responding import DAY_SECONDS, Response, Standing, decide
from tests.delivery.alarms import ALERT, STARTED, alert

POLICY = CorrectionPolicy(
    86400, 1800, 3, dict.fromkeys(ALERTS, "tell") | {"ModelErrorsFast": "rollback", "ModelInputDrift": "retrain"}
)
DRIFT = alert(name="ModelInputDrift", fingerprint="ddddddddddddddd1")


def entry(
    action: Action, seconds: float, release: str | None = "bbb", about: Alert | None = None, **more: Any
) -> Entry:
    """A line of the ledger, so many seconds before the alert began."""
    evidence = ({"alert": about.as_evidence()} if about else {}) | more.pop("evidence", {})
    at = (STARTED - timedelta(seconds=seconds)).isoformat()
    return Entry("toy", action, release, "me", "because", at=at, evidence=evidence, **more)


PROMOTED = (entry("promoted", 9000, "aaa"), entry("promoted", 600, "bbb", champion="aaa"))
LONG_LIVE = (entry("promoted", 200_000, "aaa"), entry("promoted", 100_000, "bbb", champion="aaa"))


def respond(
    about: Alert = ALERT, entries: Sequence[Entry] = PROMOTED, policy: CorrectionPolicy = POLICY, **more: Any
) -> Response:
    """A minute after the alert began, `bbb` in production and `aaa` before it."""
    known = {"live": "bbb", "earlier": ("aaa",), "at": STARTED + timedelta(seconds=60), **more}
    return decide(about, Standing(entries=entries, **known), policy)


def test_a_fresh_release_that_fails_is_rolled_back() -> None:
    assert respond() == Response("rollback", "ModelErrorsFast on bbb: 14 % of requests fail")
    assert respond(alert(release="bbb")).action == "rollback"


def test_drift_without_a_recent_promotion_trains_anew() -> None:
    assert respond(DRIFT, LONG_LIVE).action == "retrain"
    just = respond(DRIFT)
    assert just.action == "tell"
    assert "was promoted only at" in just.reason


def test_an_old_release_is_not_blamed() -> None:
    said = respond(entries=LONG_LIVE)
    assert (said.action, said.stopped_by) == ("tell", "")
    assert "not recent enough to be blamed" in said.reason
    bound = replace(POLICY, recent_seconds=100_000)
    assert respond(entries=LONG_LIVE, policy=bound).action == "rollback"
    assert "for longer than the ledger knows" in respond(entries=()).reason


def test_a_release_that_was_put_back_is_not_taken_back() -> None:
    swung = (*PROMOTED, entry("rolled_back", 300, "bbb", champion="aaa"))
    said = respond(entries=swung, live="aaa", earlier=("zzz",))
    assert said.action == "tell"
    assert "was put back at" in said.reason


def test_what_only_people_can_judge_is_told() -> None:
    said = respond(alert(name="ModelSilent"))
    assert said == Response("tell", "ModelSilent is for people to look at (correction.alerts)")


@pytest.mark.parametrize("release", ["aaa", "never-heard-of"])
def test_a_release_that_is_not_live_any_more_is_left_alone(release: str) -> None:
    said = respond(alert(release=release))
    assert said == Response("tell", f"release {release} is not live, bbb is")
    assert respond(live=None).reason == "nothing is in production"


def test_what_began_before_the_release_served_is_not_its_doing() -> None:
    said = respond(alert(started=STARTED - timedelta(seconds=601)))
    assert said.action == "tell"
    assert "before release bbb served" in said.reason
    in_the_rollout = respond(alert(started=STARTED - timedelta(seconds=601), release="bbb"))
    assert in_the_rollout.action == "rollback"


def test_an_alert_of_another_place_is_none_of_ours() -> None:
    assert respond(alert(namespace="models")).action == "nothing"
    assert respond(alert(namespace="models"), namespace="other").action == "nothing"
    assert respond(alert(namespace="models"), namespace="models").action == "rollback"


@pytest.mark.parametrize("about", [ALERT, DRIFT])
def test_a_hold_is_respected_until_it_ends(about: Alert) -> None:
    entries = LONG_LIVE if about is DRIFT else PROMOTED
    held = (*entries, entry("held", 30, None))
    assert respond(about, held).stopped_by == "hold"
    assert respond(about, (*held, entry("resumed", 20, None))).stopped_by == ""


def test_nowhere_to_return_to_is_refused() -> None:
    assert respond(earlier=()) == Response("tell", "no earlier release to return to from bbb", "nowhere")


def corrections(*seconds: float, action: Action = "rolled_back") -> tuple[Entry, ...]:
    """Corrections of the past, then `bbb` promoted."""
    other = alert(fingerprint="aaaaaaaaaaaaaaaa")
    done = tuple(entry(action, ago, "zzz", other, champion="aaa") for ago in seconds)
    return (*done, entry("promoted", 60, "bbb", champion="aaa"))


@pytest.mark.parametrize("action", ["rolled_back", "retrained", "undone"])
def test_no_second_correction_within_the_cooldown(action: Action) -> None:
    assert respond(entries=corrections(1739, action=action)).stopped_by == "cooldown"
    assert respond(entries=corrections(1740, action=action)).stopped_by == ""


def test_a_persons_rollback_is_no_correction() -> None:
    by_hand = (entry("rolled_back", 100, "zzz", champion="aaa"), entry("promoted", 60, "bbb"))
    assert respond(entries=by_hand).action == "rollback"


def test_a_day_has_its_budget() -> None:
    assert respond(entries=corrections(80000, 50000, 20000)).stopped_by == "budget"
    assert respond(entries=corrections(DAY_SECONDS, 50000, 20000)).action == "rollback"
    assert respond(policy=replace(POLICY, corrections_a_day=0)).stopped_by == "budget"


def test_a_repeated_alert_is_known() -> None:
    for action in ("rolled_back", "retrained", "told"):
        said = respond(entries=(*PROMOTED, entry(action, -30, "bbb", ALERT)))
        assert said.action == "nothing", action
        assert "seen before" in said.reason
    again = respond(alert(started=STARTED + timedelta(seconds=1)), (*PROMOTED, entry("told", -1, "bbb", ALERT)))
    assert again.action == "rollback"


def test_what_was_stopped_for_a_while_is_looked_at_again() -> None:
    waits = entry("told", -1, "bbb", ALERT, evidence={"stopped_by": "hold"})
    still = respond(entries=(*PROMOTED, entry("held", 30, None), waits))
    assert (still.action, still.stopped_by) == ("nothing", "hold")
    free = respond(entries=(*PROMOTED, entry("held", 30, None), waits, entry("resumed", -20, None)))
    assert free.action == "rollback"


def test_what_is_over_is_told_once_and_never_acted_on() -> None:
    over = alert(firing=False)
    assert respond(over) == Response("tell", "ModelErrorsFast is over")
    told = (*PROMOTED, entry("told", -1, "bbb", over))
    assert respond(over, told).action == "nothing"
    assert respond(ALERT, told).action == "nothing"


def test_two_bad_releases_do_not_take_turns() -> None:
    """Whatever alerts come, `aaa` and `bbb` are taken back once each at most, and never put in again."""
    entries: list[Entry] = list(PROMOTED)
    live, policy = "bbb", replace(POLICY, cooldown_seconds=0, corrections_a_day=99)
    moves = []
    for number in range(20):
        at = STARTED + timedelta(seconds=60 * number)
        gone = {one.release for one in entries if one.action == "rolled_back"}
        earlier = [one for one in ("aaa", "bbb") if one != live and one not in gone]
        about = alert(started=at, release=live)
        said = decide(about, Standing(live, earlier, entries, at), policy)
        if said.action == "rollback":
            moves.append((live, earlier[0]))
            evidence = {"alert": about.as_evidence()}
            entries.append(Entry("toy", "rolled_back", live, "me", "", earlier[0], evidence, at.isoformat()))
            live = earlier[0]
    assert moves == [("bbb", "aaa")]
