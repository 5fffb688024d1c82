"""A canary on a real cluster, judged on people's own requests and late labels alone, or on nothing at all."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from delivery.errors import Refused
from delivery.targets.kube import monitoring
from tests.delivery.tiny import cases
from tests.e2e.canaries import PEOPLE, POLICY, canary
from tests.e2e.cluster import Bench, identity, live, until
from tests.e2e.images import MODEL
from tests.e2e.people import people
from tests.e2e.wires import wire

pytestmark = [pytest.mark.slow, pytest.mark.engines, pytest.mark.long]


@pytest.fixture(scope="module", autouse=True)
def watched(there: Bench) -> None:
    """What `monitor` does before any canary: the ServiceMonitor is installed, and Prometheus reads production."""
    there.delivery().target.prove_scraped(MODEL, "stable", live(there))


def test_people_and_their_late_labels_alone_abort_what_is_wrong(there: Bench, second: Path) -> None:
    before, release, pods = live(there), identity(second), set[tuple[int | None, int | None]]()

    def count_pods(_sentence: str) -> None:
        slots = there.delivery().target.slots
        pods.add((slots.replicas(MODEL, "canary"), slots.replicas(MODEL, "stable")))

    with people(there.service_url(), cases()) as crowd:
        with pytest.raises(Refused, match=r"was aborted after .* on people's traffic beside .*accuracy") as refused:
            canary(there, second, policy=PEOPLE, faults="wrong:0.5", progress=count_pods)
        seconds = time.monotonic() - crowd.first_at[release]
    print(f"{refused.value}\n{dict(crowd.outcomes)}; {crowd.releases[release]} requests saw it, {crowd.wrong[release]} "
          f"of them a wrong answer; {seconds:.1f} s from its first answer to its end")  # fmt: skip
    assert live(there) == before
    assert crowd.outcomes["answered"] == crowd.outcomes["sent"]
    share, wanted = measured_share(there)
    print(
        f"{share:.3f} of people's requests went to the canary, {wanted} were wanted; pods of canary and stable: {pods}"
    )
    assert abs(share - wanted) < 0.1


def measured_share(there: Bench) -> tuple[float, float]:
    """Of the first step: as Prometheus counted both slots, and as the policy wants it."""
    [step, *_] = json.loads((there.settings.root / "build" / "observation.json").read_text())["steps"]
    ours, theirs = step["canary"]["requests"], step["champion"]["requests"]
    return ours / (ours + theirs), step["share"]


def test_a_canary_whose_pods_begin_to_crash_is_aborted_though_none_of_them_can_count_it(
    there: Bench, second: Path
) -> None:
    before, said = live(there), list[str]()
    folder = there.disguise("crashes", there.build("first"), 'CMD ["python", "-c", "raise SystemExit(\'no leaf\')"]')
    image = json.loads((folder.parent / "image.json").read_text())["reference"]

    def crash(sentence: str) -> None:
        if "of people's" in sentence and not said:
            said.append(there.admin("set", "image", f"deployment/{MODEL}-canary", f"server={image}"))

    with people(there.service_url(), cases()) as crowd, pytest.raises(Refused, match=r"was aborted .*no leaf"):
        canary(there, second, policy=PEOPLE, progress=crash)
    assert crowd.outcomes["answered"] == crowd.outcomes["sent"]
    assert live(there) == before
    assert there.delivery().ledger.entries(MODEL)[-1].action == "aborted"


def test_a_canary_that_nobody_asks_is_held_and_refused(there: Bench, second: Path) -> None:
    policy, begun = dataclasses.replace(PEOPLE, step_seconds=2.0, hold_seconds=10.0), time.monotonic()
    with pytest.raises(Refused, match="cannot be judged: not enough data after 0 requests"):
        canary(there, second, policy=policy)
    assert time.monotonic() - begun > policy.hold_seconds


def test_prometheus_gone_in_the_middle_holds_and_then_refuses(
    there: Bench, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "LIVE_SECONDS", 5.0)
    before, said = live(there), list[str]()
    server = urlsplit(there.cluster.prometheus_url)
    with wire(str(server.hostname), server.port or 80) as to_prometheus, people(there.service_url(), cases()):
        far = dataclasses.replace(there.cluster, prometheus_url=f"http://127.0.0.1:{to_prometheus.port}")
        settings = dataclasses.replace(there.settings, environments={"here": far})
        cutting = threading.Thread(
            target=lambda: (until(lambda: any("of people's" in one for one in said)), to_prometheus.cut())
        )
        cutting.start()
        with pytest.raises(Refused, match=r"cannot be judged: not enough data .* does not answer") as refused:
            canary(Bench(settings, there.admin_config), second, policy=PEOPLE, progress=said.append)
        cutting.join()
    held = [one for one in said if one.startswith("held: ")]
    print(f"{refused.value}\nheld {len(held)} times: {held[0]}")
    assert held
    assert live(there) == before
    assert until(lambda: there.pods("canary") == []) is None


def test_prometheus_back_in_time_the_canary_goes_on(there: Bench, second: Path) -> None:
    server, said = urlsplit(there.cluster.prometheus_url), list[str]()
    policy = dataclasses.replace(PEOPLE, hold_seconds=90.0)
    with wire(str(server.hostname), server.port or 80) as to_prometheus, people(there.service_url(), cases()):
        far = dataclasses.replace(there.cluster, prometheus_url=f"http://127.0.0.1:{to_prometheus.port}")
        settings = dataclasses.replace(there.settings, environments={"here": far})

        def follow(sentence: str) -> None:
            said.append(sentence)
            if sentence.startswith("50% of people's") and not any("held" in one for one in said):
                to_prometheus.cut()
            if sentence.startswith("held: ") and to_prometheus._listener is None:
                to_prometheus.mend()

        assert "on people's traffic beside" in canary(
            Bench(settings, there.admin_config), second, policy=policy, progress=follow
        )
    assert any(one.startswith("held: ") for one in said)


def test_without_prometheus_from_the_start_nothing_is_promoted(
    there: Bench, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "LIVE_SECONDS", 5.0)
    before, policy = live(there), dataclasses.replace(POLICY, replay_requests=300)
    blind = dataclasses.replace(there.cluster, prometheus_url="http://127.0.0.1:1")
    settings = dataclasses.replace(there.settings, environments={"here": blind})
    with pytest.raises(Refused, match=r"cannot be judged: not enough data .* does not answer") as refused:
        canary(Bench(settings, there.admin_config), second, policy=policy)
    print(refused.value)
    assert live(there) == before
    assert there.delivery().ledger.entries(MODEL)[-1].action == "refused"
