"""Sealed releases through the real verbs: real servers on a target on this machine, its ledger and files."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from delivery import promotion, rollout
from delivery.errors import Broken, Refused, WrongSetting
from delivery.ledger import Entry
from delivery.promotion import Delivery
from delivery.targets import Slot
from tests.delivery.canaries import default_policy
from tests.delivery.test_waiting import beyond
from tests.delivery.tiny import cases, seal_tiny

# A busy machine is slow to both releases and not always in equal parts: these tests are not about latency.
POLICY = replace(
    default_policy(), traffic="replay", shares=(0.25, 0.5), replay_requests=400, minimum_requests=60,
    minimum_labelled=60, error_margin=0.03, latency_grace_seconds=5.0, latency_limit_seconds=5.0, accuracy_margin=0.06,
)  # fmt: skip
MODEL, WHO = "mood", "me"


@dataclass(frozen=True)
class Bench:
    """A delivery, and the folders in which releases are built."""

    delivery: Delivery
    root: Path

    def seal(self, intercept: float, **provenance: Any) -> Path:
        """A release; another intercept is another release."""
        folder = self.root / f"release {intercept}"
        seal_tiny(folder, intercept=intercept, **provenance)
        return folder

    @property
    def build(self) -> Path:
        return self.root / "build"

    def read(self, file: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.build / file).read_text())
        return document

    def stage(self, folder: Path) -> str:
        return rollout.stage(self.delivery, MODEL, folder, self.build, who=WHO)

    def monitor(self, folder: Path) -> str:
        return rollout.monitor(self.delivery, MODEL, folder, self.build, who=WHO)

    def canary(self, folder: Path, **more: Any) -> str:
        settings = {"policy": POLICY, "cases": cases(), "relative": False, "who": WHO, **more}
        return rollout.canary(self.delivery, MODEL, folder, self.build, **settings)

    def promote(self, folder: Path, **more: Any) -> str:
        return rollout.promote(self.delivery, MODEL, folder, self.build, **{"approval": "never", "who": WHO, **more})

    def live(self) -> str | None:
        champion = self.delivery.target.current(MODEL)
        return champion.release if champion else None

    def ends(self, slot: Slot) -> bool:
        """Whether what runs in a slot, if anything, ends: it may take its time over its last requests."""
        try:
            host, port = self.delivery.target.address(MODEL, slot).removeprefix("http://").split(":")
        except Broken:
            return True
        return refuses(host, int(port))

    def actions(self) -> list[str]:
        return [entry.action for entry in self.delivery.ledger.entries(MODEL)]


@pytest.fixture
def bench(delivery: Delivery, tmp_path: Path) -> Bench:
    """A target with nothing in production."""
    return Bench(delivery, tmp_path / "work")


def refuses(host: str, port: int, patience_seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port)).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.05)
    return False


def identity(folder: Path) -> str:
    return str(json.loads((folder / "release.json").read_text())["identity"])


def reach_staging(bench: Bench, first: Path) -> None:
    assert "answers its 2 samples exactly" in bench.stage(first)
    assert bench.read("staging.json")["passed"] is True
    assert "/metrics holds all that rules need" in bench.monitor(first)
    assert bench.ends("staging")


def reach_production(bench: Bench, first: Path) -> None:
    assert "with no champion to compare with" in bench.canary(first)
    assert "first of this model" in bench.promote(first)
    assert bench.live() == identity(first)
    for again in (bench.stage, bench.monitor, bench.canary, bench.promote):
        assert "in production" in again(first)
    assert bench.read("decision.json")["decision"] == "unchanged"
    assert bench.actions() == ["promoted"]


def abort_canary(bench: Bench, first: Path, second: Path) -> None:
    with pytest.raises(Refused, match=r"was aborted after \d+ requests and [\d.]+ s: .*: accuracy 0"):
        bench.canary(second, faults="wrong:0.6")
    aborted = bench.delivery.ledger.entries(MODEL)[-1]
    assert (aborted.action, aborted.release, aborted.champion) == ("aborted", identity(second), identity(first))
    assert aborted.evidence["requests"] == aborted.evidence["canary"]["requests"] == 200
    assert len(bench.read("observation.json")["steps"]) == 1
    assert bench.live() == identity(first)
    assert bench.ends("canary")
    with pytest.raises(Refused, match=r"the canary of release .* said abort"):
        bench.promote(second)


def replace_champion(bench: Bench, first: Path, second: Path) -> None:
    assert f"beside {identity(first)}: errors 0.0 % of 400 requests" in bench.canary(second)
    steps = bench.read("observation.json")["steps"]
    sent = [(step["share"], step["canary"]["requests"], step["champion"]["requests"]) for step in steps]
    assert sent == [(0.25, 200, 200), (0.5, 400, 400)]
    assert steps[1]["canary"]["labelled"] == steps[1]["canary"]["pairs"]["rows"] == 400
    assert bench.canary(second).startswith("judged before, nothing changed: ")
    with pytest.raises(Refused, match=r"was aborted at .* --again --why"):
        bench.promote(second)
    with pytest.raises(WrongSetting, match="--again needs --why"):
        bench.promote(second, again=True)
    assert bench.promote(second, again=True, why="the fault was ours").endswith(f"{identity(first)} before it")
    assert bench.read("decision.json")["decision"] == "promoted"


def test_the_story_of_two_releases(bench: Bench) -> None:
    first, second = bench.seal(0.1), bench.seal(0.2)
    reach_staging(bench, first)
    reach_production(bench, first)
    abort_canary(bench, first, second)
    replace_champion(bench, first, second)
    assert rollout.rollback(bench.delivery, MODEL, who=WHO, why="test") == identity(first)
    with pytest.raises(Refused, match="was rolled back"):
        bench.promote(second)
    assert bench.actions() == ["promoted", "aborted", "promoted", "rolled_back"]
    assert bench.delivery.ledger.verify() == []


def test_a_model_on_hold_takes_nothing_new(bench: Bench) -> None:
    first = bench.seal(0.1)
    bench.canary(first)
    promotion.hold(bench.delivery, MODEL, who=WHO, why="a feast day")
    with pytest.raises(Refused, match=r"held by me since .*: a feast day"):
        bench.promote(first)
    assert bench.read("decision.json")["decision"] == "held"
    promotion.resume(bench.delivery, MODEL, who=WHO, why="over")
    assert "is in production" in bench.promote(first)
    promotion.hold(bench.delivery, MODEL, who=WHO, why="again")
    with pytest.raises(Refused, match="again"):
        bench.canary(bench.seal(0.2))
    assert bench.actions() == ["held", "refused", "resumed", "promoted", "held", "refused"]


def test_only_what_the_canary_judged_is_promoted(bench: Bench) -> None:
    first, second = bench.seal(0.1), bench.seal(0.2)
    with pytest.raises(WrongSetting, match=r"no decision\.json; `canary` writes it and has not run"):
        bench.promote(first)
    bench.canary(first)
    with pytest.raises(Refused, match=r"the canary judged release .*, not "):
        bench.promote(second)
    decision = bench.read("decision.json")
    (bench.build / "decision.json").write_text(json.dumps({**decision, "champion": "somebodyelse"}))
    with pytest.raises(Refused, match="was judged beside somebodyelse, in production is none"):
        bench.promote(first)
    assert bench.live() is None


def test_a_person_s_yes_is_waited_for_where_the_policy_says_so(bench: Bench) -> None:
    first = bench.seal(0.1, verdicts=[beyond(asks=True)])
    bench.canary(first)
    with pytest.raises(Refused, match=r"every release needs an approval .*; too good to be true by accuracy"):
        bench.promote(first, approval="always")
    with pytest.raises(Refused, match=r"too good to be true by accuracy <= 0\.87; `approve mood --release"):
        bench.promote(first, approval="too_good")
    bench.delivery.record(Entry(MODEL, "approved", identity(first), WHO, "looked for a leak"))
    assert "is in production" in bench.promote(first, approval="too_good")


def test_a_handful_of_rows_is_not_enough_and_the_canary_is_gone_afterwards(bench: Bench) -> None:
    first = bench.seal(0.1)
    with pytest.raises(Refused, match=r"cannot be judged: not enough data .*canary 10 labelled answers, wanted at"):
        bench.canary(first, cases=cases(10))
    assert bench.read("decision.json")["decision"] == "not-enough-data"
    assert bench.actions() == ["refused"]
    assert bench.ends("canary")


def test_a_canary_that_is_gone_is_aborted(bench: Bench) -> None:
    taken: list[bool] = []

    def take_away(_: str) -> None:
        if not taken:
            url = bench.delivery.target.address(MODEL, "canary")
            bench.delivery.target.remove(MODEL, "canary")
            taken.append(refuses("127.0.0.1", int(url.rsplit(":", 1)[1])))

    with pytest.raises(Refused, match=r"was aborted after 200 requests .* cannot be observed any more"):
        bench.canary(bench.seal(0.1), progress=take_away)
    assert bench.read("decision.json")["findings"][0]["measure"] == "availability"
    assert bench.read("observation.json")["steps"] == []
    assert bench.actions() == ["aborted"]


def test_people_s_traffic_alone_decides_where_the_policy_says_so(bench: Bench) -> None:
    policy = replace(POLICY, traffic="people", step_seconds=0.2)
    with pytest.raises(Refused, match=r"on people's traffic .*: errors cannot be told: canary 0 requests"):
        bench.canary(bench.seal(0.1), policy=policy, cases=[])
