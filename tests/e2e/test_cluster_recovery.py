"""A real cluster: a delivery killed anywhere, two at once, and a ledger that somebody edited."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from delivery.errors import Broken
from delivery.journal import Write
from delivery.opening import lock
from delivery.promotion import recover, resume
from delivery.targets.kube import leases
from tests.delivery.load import load
from tests.e2e.canaries import canary
from tests.e2e.cluster import WHO, Bench, bench, go_live, identity, live, until
from tests.e2e.images import MODEL
from tests.e2e.wires import wire

pytestmark = [pytest.mark.slow, pytest.mark.engines, pytest.mark.long]
KILLED_AFTER = [
    Write.INTENT_RECORDED, Write.STABLE_NAMED, Write.STABLE_SERVING, Write.LEDGER_ANNOUNCED, Write.LEDGER_APPENDED,
    Write.LEDGER_HEAD_RECORDED, Write.CHAMPION_PUBLISHED, Write.INTENT_CLEARED,
]  # fmt: skip


AWAY_SECONDS = 20


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One pod each, so that the many rollouts of these tests are short."""
    with bench(tmp_path_factory.mktemp("project"), replicas=1, max_replicas=2, rollout={"shares": [0.5]}) as there:
        first = go_live(there, there.build("first", 0.1))
        there.delivery().target.prove_scraped(MODEL, "stable", first)
        yield there


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead holder's lease is taken over sooner here; living ones renew theirs every five seconds."""
    monkeypatch.setattr(leases, "LEASE_SECONDS", 8)


@pytest.mark.parametrize("write", KILLED_AFTER, ids=lambda write: write.value)
def test_a_killed_promotion_is_completed_or_undone(there: Bench, second: Path, write: Write) -> None:
    go_live(there, there.build("first"))
    old, new = live(there), there.delivery().target.publish(MODEL, second)
    assert started(there, "promote", new, DELIVERY_KILL_AFTER=write.value).wait() == -9
    assert recovered(there) in (old, new)
    delivery = there.delivery()
    serving = live(there)
    assert serving == (old if write is Write.INTENT_RECORDED else new)
    assert delivery.ledger.verify() == []
    assert delivery.journal.interrupted(MODEL) is None
    assert delivery.target.memory.state(MODEL).champion_published == serving


@pytest.mark.parametrize("write", [Write.STABLE_NAMED, Write.LEDGER_APPENDED], ids=lambda write: write.value)
def test_a_killed_rollback_is_completed(there: Bench, second: Path, write: Write) -> None:
    old = go_live(there, there.build("first"))
    new = go_live(there, second)
    assert started(there, "rollback", new, DELIVERY_KILL_AFTER=write.value).wait() == -9
    assert recovered(there) == old
    assert there.delivery().ledger.verify() == []
    assert there.delivery().journal.interrupted(MODEL) is None


OF_A_CANARY = [
    Write.RELEASE_PUBLISHED, Write.SLOT_NAMED, Write.SLOT_SERVING, Write.SHARE_WEIGHED, Write.SLOT_REMOVED,
]  # fmt: skip


@pytest.mark.parametrize("write", OF_A_CANARY, ids=lambda write: write.value)
def test_a_killed_canary_is_cleared_away_by_the_next_delivery(there: Bench, second: Path, write: Write) -> None:
    old = go_live(there, there.build("first"))
    if write is Write.RELEASE_PUBLISHED:
        there.delivery().target.prune(MODEL, {old})
    assert started(there, "canary", str(second), DELIVERY_KILL_AFTER=write.value).wait() == -9
    assert live(there) == old
    with lock(there.settings, MODEL, "canary", 90):
        assert "already" in canary(there, there.build("first"))
    until(lambda: there.pods("canary") == [])
    bounds = there.admin("get", "hpa", "--output=jsonpath={.items[0].spec.minReplicas} {.items[0].spec.maxReplicas}")
    assert bounds == f"{there.cluster.replicas} {there.cluster.max_replicas}"
    assert live(there) == old


def test_who_lost_the_lease_ends_at_once_and_touches_nothing(there: Bench, second: Path) -> None:
    old, lease = go_live(there, there.build("first")), f"lease/delivery-{MODEL}"
    losing = started(there, "canary", str(second))
    until(lambda: len(there.pods("canary")) == 1)
    there.admin("patch", lease, "--type=merge", '--patch={"spec": {"holderIdentity": "somebody else"}}')
    assert losing.wait(60) == Broken.exit_code
    assert there.delivery().target.slots.replicas(MODEL, "canary") == 1
    there.admin("patch", lease, "--type=merge", '--patch={"spec": {"holderIdentity": ""}}')
    with lock(there.settings, MODEL, "canary", 90):
        assert "already" in canary(there, there.build("first"))
    assert there.delivery().target.slots.replicas(MODEL, "canary") is None
    assert live(there) == old


def test_a_killed_hold_holds(there: Bench) -> None:
    assert started(there, "hold", "-", DELIVERY_KILL_AFTER=Write.LEDGER_HEAD_RECORDED.value).wait() == -9
    recovered(there)
    delivery = there.delivery()
    assert delivery.target.held(MODEL) == WHO["why"]
    with lock(there.settings, MODEL, "resume", 90):
        assert resume(delivery, MODEL, **WHO)
    assert there.delivery().target.held(MODEL) is None


def test_an_api_server_that_is_away_for_a_while_stops_nothing(
    there: Bench, second: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_live(there, there.build("first"))
    document = yaml.safe_load(Path(os.environ["KUBECONFIG"]).read_text())
    [cluster] = document["clusters"]
    server = urlsplit(cluster["cluster"]["server"])
    with wire(str(server.hostname), server.port or 443) as to_server:
        named = {"server": f"https://127.0.0.1:{to_server.port}", "tls-server-name": str(server.hostname)}
        cluster["cluster"] |= named
        (tmp_path / "far.conf").write_text(yaml.safe_dump(document))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "far.conf"))
        with load(there.service_url(), clients=4) as counts:
            move = started(there, "promote", there.delivery().target.publish(MODEL, second))
            monkeypatch.undo()
            until(lambda: there.delivery().target.named(MODEL) == identity(second))
            to_server.cut()
            time.sleep(AWAY_SECONDS)
            assert move.poll() is None
            to_server.mend()
            assert move.wait(120) == 0
    print(f"API server away for {AWAY_SECONDS} s in the middle of a promotion: {dict(counts)}")
    assert live(there) == identity(second)
    assert counts["answered"] == counts["sent"] > 100
    assert there.delivery().ledger.verify() == []


def started(there: Bench, move: str, release: str, **variables: str) -> subprocess.Popen[bytes]:
    path = there.settings.root / "settings"
    path.write_bytes(pickle.dumps(there.settings))
    command = [sys.executable, "-m", "tests.e2e.deliver_cluster", str(path), move, release]
    return subprocess.Popen(command, env={**os.environ, **variables})


def recovered(there: Bench) -> str:
    """What serves after the next delivery has begun: it waits until the dead one's lease has run out."""
    with lock(there.settings, MODEL, "recover", 90):
        recover(there.delivery(), MODEL)
    return live(there)


def test_two_deliveries_at_once_come_one_after_the_other(there: Bench, second: Path) -> None:
    releases = [there.delivery().target.publish(MODEL, folder) for folder in (there.build("first"), second)]
    both = [started(there, "promote", release) for release in releases]
    assert [process.wait() for process in both] == [0, 0]
    delivery = there.delivery()
    promoted = [entry.release for entry in delivery.ledger.entries(MODEL) if entry.action == "promoted"]
    assert live(there) == promoted[-1]
    assert delivery.ledger.verify() == []


def test_an_edited_ledger_is_seen(there: Bench) -> None:
    delivery = there.delivery()
    data, _ = delivery.target.memory.read("ledger-0001")
    for lines in (data["lines"].replace("promoted", "refused", 1), data["lines"].rpartition("{")[0]):
        write_lines(there, lines)
        assert len(there.delivery().ledger.verify()) == 1
    write_lines(there, data["lines"])
    assert there.delivery().ledger.verify() == []


def write_lines(there: Bench, lines: str) -> None:
    memory = there.delivery().target.memory
    memory.write("ledger-0001", {"lines": lines}, memory.read("ledger-0001")[1])
