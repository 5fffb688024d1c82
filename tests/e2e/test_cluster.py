"""A real cluster: no request lost, bad releases refused with their reason, kills, two at once, nobody's data."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import pytest

from delivery import rollout
from delivery.errors import Broken, Refused
from delivery.manifests import Manifests, Wanted
from delivery.promotion import promote, rollback
from delivery.targets.kube.rights import forbidden
from tests.delivery.load import load
from tests.e2e.canaries import canary
from tests.e2e.cluster import WHO, Bench, go_live, kubectl, live, until
from tests.e2e.images import MODEL
from tests.serving.releases import TEXT

pytestmark = [pytest.mark.slow, pytest.mark.engines]
QUESTION = json.dumps({"instances": TEXT["instances"]})


def asking(there: Bench) -> Any:
    return load(there.service_url(), clients=4, method="POST", path="/predict", body=QUESTION)


def assert_all_answered(counts: dict[str, int]) -> None:
    print(dict(counts))
    assert counts["answered"] == counts["sent"] > 100


def test_what_is_rendered_is_taken_without_a_warning(there: Bench) -> None:
    manifests = Manifests(there.settings.root, there.cluster)
    target = there.delivery().target
    image = target._image(MODEL, live(there))
    wanted = [Wanted(MODEL, "stable", "8c1d02f7a9be", image), Wanted(MODEL, "canary", "8c1d02f7a9be", image, 1)]
    documents = [one for each in wanted for one in manifests.slot(each)]
    documents += [*manifests.public(MODEL), manifests.monitor(MODEL, "stable"), manifests.rules(), *manifests.admin()]
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    words = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "--dry-run=server",
        "--field-manager=delivery",
        "--filename=-",
    ]
    lines = kubectl(there.admin_config, *words, given=listed).splitlines()
    assert len(lines) == len(documents)
    assert all(line.endswith("serverside-applied (server dry run)") for line in lines)


def test_the_delivery_may_do_nothing_else(there: Bench) -> None:
    asked = list(forbidden(there.cluster))
    for right in asked:
        resource = right["resource"] + (f".{right['group']}" if "group" in right else "")
        words = ["auth", "can-i", right["verb"], resource]
        words += [f"--subresource={right['subresource']}"] if "subresource" in right else []
        words += [f"--namespace={right['namespace']}"] if "namespace" in right else ["--all-namespaces"]
        answer = there.deployer(*words, wanted=None).splitlines()
        assert "no" in answer, f"{words}: {answer}"
    assert "Forbidden" in there.deployer("get", "secrets", wanted=1)
    assert "is forbidden" in there.deployer("create", "token", "deployer", wanted=1)
    assert len(asked) > 20


def test_no_request_is_lost_while_releases_come_and_go(there: Bench, second: Path) -> None:
    first = live(there)
    delivery = there.delivery()
    release = delivery.target.publish(MODEL, second)
    with asking(there) as counts:
        promote(delivery, MODEL, release, again=True, **WHO)
        assert rollback(delivery, MODEL, of=release, **WHO) == first
        delivery.target.start(MODEL, "canary", release)
        delivery.target.weigh(MODEL, 0.25)
        slots = delivery.target.slots
        assert (slots.replicas(MODEL, "stable"), slots.replicas(MODEL, "canary")) in ((3, 1), (4, 1))  # the HPA's work
        delivery.target.weigh(MODEL, 0.5)
        delivery.target.remove(MODEL, "canary")
        there.admin("delete", "--wait=false", there.pods("stable")[0])
        until(lambda: delivery.target.slots.ready(MODEL, "stable") == 3)
        time.sleep(3)
    assert_all_answered(counts)


def test_an_eviction_too_many_is_stopped(there: Bench) -> None:
    pods = [pod.removeprefix("pod/") for pod in there.pods("stable")]
    done = [evict(there, pod) for pod in pods]
    assert sum("disruption budget" in said for said in done) >= 1, done
    until(lambda: there.delivery().target.slots.ready(MODEL, "stable") == 3)


def evict(there: Bench, pod: str) -> str:
    metadata = {"name": pod, "namespace": there.namespace}
    eviction = json.dumps({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata})
    path = f"/api/v1/namespaces/{there.namespace}/pods/{pod}/eviction"
    return there.admin("create", "--raw", path, "--filename=-", given=eviction, wanted=None)


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("crashing", 'CMD ["python", "-c", "raise SystemExit(\'a leaf is missing\')"]', "a leaf is missing"),
        ("deaf", 'CMD ["python", "-c", "import time; time.sleep(900)"]', "Startup probe failed"),
    ],
)
def test_a_release_that_does_not_come_up_is_undone(there: Bench, name: str, change: str, reason: str) -> None:
    before = live(there)
    folder = there.disguise(name, there.build("first"), change)
    with asking(there) as counts, pytest.raises(Broken, match=reason) as refused:
        go_live(there, folder)
    print(refused.value)
    assert live(there) == before
    assert_all_answered(counts)
    assert [entry.action for entry in there.delivery().ledger.entries(MODEL)][-1] == "undone"


def test_a_crashing_release_is_refused_in_staging_and_as_a_canary(there: Bench) -> None:
    before, build = live(there), there.settings.root / "build"
    folder = there.disguise("crashes", there.build("first"), 'CMD ["python", "-c", "raise SystemExit(\'no leaf\')"]')
    build.mkdir(exist_ok=True)
    with asking(there) as counts:
        with pytest.raises(Refused, match=r"staging: .* does not come up: .*no leaf"):
            rollout.stage(there.delivery(), MODEL, folder, build, who="me")
        with pytest.raises(Refused, match=r"was aborted after 0 requests .* does not come up: .*no leaf"):
            canary(there, folder)
    assert live(there) == before
    assert_all_answered(counts)
    assert [entry.action for entry in there.delivery().ledger.entries(MODEL)][-2:] == ["refused", "refused"]
    assert there.pods("canary") == [] or until(lambda: there.pods("canary") == []) is None


def test_what_project_toml_says_otherwise_reaches_a_release_that_is_live(there: Bench) -> None:
    resources = dataclasses.replace(there.cluster.resources, cpu="30m")
    other = dataclasses.replace(there.cluster, resources=resources)
    changed = Bench(dataclasses.replace(there.settings, environments={"here": other}), there.admin_config)
    with asking(there) as counts:
        assert there.delivery().target.renew(MODEL) == ""
        assert "its pods were exchanged" in changed.delivery().target.renew(MODEL)
        [server] = there.delivery().target.slots.deployment(MODEL, "stable")["spec"]["template"]["spec"]["containers"]
        assert server["resources"]["requests"]["cpu"] == "30m"
        assert "its pods were exchanged" in there.delivery().target.renew(MODEL)
    assert_all_answered(counts)


def test_an_image_that_is_not_there_is_undone(there: Bench) -> None:
    before, folder = live(there), there.settings.root / "absent" / "release"
    there.disguise("absent", there.build("first"), "LABEL a=b")
    reference = json.loads((folder.parent / "image.json").read_text())["reference"]
    there.leave_image(folder, f"{reference.partition('@')[0]}@sha256:{'0' * 64}")
    with asking(there) as counts, pytest.raises(Broken, match=r"ErrImagePull|ImagePullBackOff") as refused:
        go_live(there, folder)
    print(refused.value)
    assert live(there) == before
    assert_all_answered(counts)


def test_a_quota_in_the_way_is_said(there: Bench, second: Path) -> None:
    before = live(there)
    there.admin("create", "quota", "few", "--hard=pods=3")
    time.sleep(2)
    try:
        with asking(there) as counts, pytest.raises(Broken, match="exceeded quota") as refused:
            go_live(there, second)
    finally:
        there.admin("delete", "quota", "few")
    print(refused.value)
    assert "does not serve either" not in str(refused.value)
    assert live(there) == before
    assert_all_answered(counts)


def test_a_release_that_is_wrong_only_when_live_is_aborted(there: Bench, second: Path) -> None:
    before = live(there)
    with asking(there) as counts, pytest.raises(Refused, match=r"was aborted after .*accuracy") as refused:
        canary(there, second, faults="wrong:0.5")
    print(refused.value)
    assert live(there) == before
    assert_all_answered(counts)


def test_a_good_canary_is_promoted(there: Bench, second: Path) -> None:
    assert "on replayed holdout traffic beside" in canary(there, second)
    assert there.pods("canary") == [] or until(lambda: there.pods("canary") == []) is None
