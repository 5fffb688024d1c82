"""The CLI on a real cluster, as people and Jenkins call it: from `doctor` through all verbs to production and back.

One story in a clone of its own, with the delivery's own kubeconfig and never the administrator's; told in this order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from delivery.commands import WAY
from delivery.manifests import name_of
from delivery.targets.kube.prometheus import Prometheus
from model.data import load
from model.instances import instances_of
from model.library import load_spec
from tests.e2e.cluster import kubectl, until
from tests.e2e.cluster_checkout import Delivered, ask, delivered
from tests.e2e.fetched import KNOWN, Fetched, bring
from tests.e2e.images import docker
from tests.e2e.shut_in import answer_shut_in

pytestmark = [pytest.mark.slow, pytest.mark.engines]
MODELS = ("house_price", "sentiment")
ROWS = 1000
BATCH = 100


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    """A clone whose environment has been prepared by an administrator; nothing is delivered yet."""
    with delivered(tmp_path_factory.mktemp("delivered")) as there:
        yield there


def holdout(model: str, count: int) -> list[Any]:
    spec = load_spec(model)
    rows = load(spec, Path(__file__).parents[2]).holdout
    return instances_of(rows.features, spec.features)[:count]


def test_the_laptop_delivers_first(there: Delivered) -> None:
    assert all(f"{model}: " in there.checkout.make("run") for model in MODELS)


def test_doctor_finds_all_well_or_says_what_mends_it(there: Delivered) -> None:
    assert "doctor: all is well for here" in there.deliver("doctor")
    bench = there.bench()
    bench.admin("--namespace", bench.cluster.staging_namespace, "delete", "rolebinding", "deployer")
    said = there.deliver("doctor", wanted=3)
    assert "NO  rights: may not " in said
    assert "kubectl apply" in said
    there.apply_admin()
    said = there.deliver("doctor", wanted=3, REGISTRY_PASSWORD="wrong")
    assert "NO  registry: " in said
    until(lambda: "all is well" in there.deliver("doctor", wanted=None))


def test_every_verb_takes_both_models_to_production(there: Delivered) -> None:
    for verb in WAY:
        if verb.name != "test":
            begun = time.monotonic()
            there.deliver(verb.name)
            print(f"--- {verb.name}: {time.monotonic() - begun:.1f} s")
    bench = there.bench()
    for namespace in (bench.namespace, bench.cluster.staging_namespace):
        print(kubectl(there.admin_config, "--namespace", namespace, "get", "all"))
    for model in MODELS:
        assert there.checkout.read(f"build/{model}/decision.json")["decision"] == "promoted"
        assert len(ready(there, model)) == 3


def ready(there: Delivered, model: str, environment: str = "here") -> list[str]:
    words = f"--selector=app.kubernetes.io/name={name_of(model)},slot=stable"
    pods = json.loads(there.bench(environment).admin("get", "pods", words, "--output=json"))["items"]
    return [pod["metadata"]["labels"]["release"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def test_run_does_all_of_it_and_finds_nothing_to_do(there: Delivered) -> None:
    begun = time.monotonic()
    said = there.checkout.deliver("--environment", "here", "run", KUBECONFIG=there.config())
    print(f"{time.monotonic() - begun:.1f} s\n{said}")
    assert said.count("is in production already, nothing to do") >= len(MODELS)
    assert said.count("nothing to do, the registry holds") == len(MODELS)


def test_monitor_brings_back_what_watches_a_release_that_is_live_already(there: Delivered) -> None:
    bench, monitor = there.bench(), f"servicemonitor/{name_of('sentiment')}"
    bench.admin("delete", "prometheusrule", "--all")
    bench.admin("delete", monitor)
    said = there.deliver("monitor", "sentiment")
    assert "is in production and monitored there; Prometheus selects the ServiceMonitors" in said
    assert bench.admin("get", monitor, "--output=name")
    assert len(bench.admin("get", "prometheusrule", "--output=name").split()) == 1


@pytest.mark.parametrize("model", MODELS)
def test_one_identity_in_six_places(there: Delivered, model: str) -> None:
    build, bench = f"build/{model}", there.bench()
    release = there.checkout.read(f"{build}/verdicts.json")["contender"]
    reference = there.checkout.read(f"{build}/image.json")["reference"]
    answer = there.ask(model, holdout(model, 1))
    print(model, answer)
    metrics = bench.admin(
        "get", "--raw", f"/api/v1/namespaces/{bench.namespace}/services/{name_of(model)}:http/proxy/metrics"
    )
    prometheus = Prometheus(bench.cluster.prometheus_url)
    seen = prometheus.query(f'model_release_info{{namespace="{bench.namespace}",model="{model}"}}')
    [promoted] = [one for one in bench.delivery().ledger.entries(model) if one.action == "promoted"]
    assert there.image_label(reference) == release
    assert set(ready(there, model)) == {release}
    assert "model_release_info{" in metrics
    assert f'release="{release}"' in metrics
    assert {one["metric"]["release"] for one in seen} == {release}
    assert promoted.release == release == answer["release"]
    images = json.loads(
        bench.admin("get", "pods", f"--selector=app.kubernetes.io/name={name_of(model)}", "--output=json")
    )
    assert {pod["spec"]["containers"][0]["image"] for pod in images["items"]} == {reference}


@pytest.mark.parametrize("model", MODELS)
def test_laptop_and_cluster_give_the_same_answers(there: Delivered, model: str) -> None:
    assert there.checkout.champion(model) == ready(there, model)[0]
    instances, compared = holdout(model, ROWS), 0
    for start in range(0, len(instances), BATCH):
        rows = instances[start : start + BATCH]
        here, away = ask(there.checkout.url(model), rows), there.ask(model, rows)
        for one, other in zip(here["predictions"], away["predictions"], strict=True):
            assert {**one, "id": ""} == {**other, "id": ""}
            compared += 1
    print(f"{model}: {compared} holdout rows answered the same by laptop and cluster")
    assert compared == min(ROWS, len(instances)) > 500


@pytest.mark.parametrize("model", MODELS)
def test_each_answers_within_96_mb_and_a_quarter_of_a_core(there: Delivered, model: str) -> None:
    reference = there.checkout.read(f"build/{model}/image.json")["reference"]
    size = json.loads(docker("image", "inspect", reference))[0]["Size"]
    found = answer_shut_in(reference)
    print(f"{model}: image {size / 1e6:.1f} MB, {found}")
    assert found.exit_code == 0
    assert not found.killed


def test_a_pull_request_compares_with_the_champion_by_pull_rights_alone(there: Delivered) -> None:
    live = ready(there, "sentiment")[0]
    there.checkout.patch_server("another release of every model")
    for verb in ("check", "train"):
        there.deliver(verb, "sentiment", config="/no/kubeconfig")
    said = there.deliver("gate", "sentiment", config="/no/kubeconfig")
    assert f"the registry says that {live} is in production" in said
    champion = there.checkout.read("build/sentiment/evaluation.json")["champion"]
    assert (champion["state"], champion["release"]) == ("present", live)


def test_another_release_follows_and_is_taken_back(there: Delivered) -> None:
    first = ready(there, "sentiment")[0]
    there.deliver("run", "sentiment")
    second = there.checkout.read("build/sentiment/verdicts.json")["contender"]
    assert set(ready(there, "sentiment")) == {second} != {first}
    assert set(ready(there, "house_price")) == {there.checkout.champion("house_price")}
    there.deliver("hold", "sentiment", "--why", "a test")
    assert "held by" in there.deliver("status")
    there.deliver("resume", "sentiment")
    there.deliver("rollback", "sentiment", "--of", second, "--why", "to see it")
    assert f"{first} at http://sentiment." in there.deliver("status", "sentiment")
    assert "the ledger verifies" in there.deliver("history")
    page = (there.checkout.folder / "build" / "report" / "sentiment.html").read_text()
    assert second in page
    assert "no ledger was given" not in page


@pytest.fixture(scope="module")
def wine(there: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Fetched:
    return bring(there.checkout, tmp_path_factory.mktemp("rows"))


def test_a_third_model_and_a_second_environment_need_no_other_file(there: Delivered, wine: Fetched) -> None:
    there.add("there")
    changed = there.checkout.git("diff", "--name-only", "HEAD~2").split()
    assert {path.partition("/")[0] for path in changed} == {"project.toml", "model"}
    assert all(path == "project.toml" or path.startswith("model/library/wine/") for path in changed)
    assert "all is well for there" in there.deliver("doctor", environment="there")
    there.deliver("run", "wine", environment="there")
    release = there.checkout.read("build/wine/verdicts.json")["contender"]
    assert set(ready(there, "wine", "there")) == {release}
    until(lambda: answers(there, "wine", "there"), 30)  # a new Service reaches every node's rules a moment later
    answer = there.ask("wine", holdout_of_samples(there), "there")
    assert answer["release"] == release
    assert ready(there, "wine") == []


def answers(there: Delivered, model: str, environment: str) -> bool:
    try:
        return bool(there.ask(model, holdout_of_samples(there), environment))
    except urllib3.exceptions.HTTPError:
        return False


def test_drift_makes_the_cluster_learn_the_rows_that_are_new(there: Delivered, wine: Fetched) -> None:
    [first] = set(ready(there, "wine", "there"))
    wine.grow()
    alert = wine.drifts(wine.rows.parent, there.bench("there").namespace)
    said = there.deliver("respond", alert, environment="there")
    assert "respond: wine: ModelInputDrift: trained anew: " in said
    [second] = set(ready(there, "wine", "there"))
    assert second != first
    assert sum(there.checkout.read("build/wine/check.json")["rows"].values()) > KNOWN
    actions = [entry.action for entry in there.bench("there").delivery().ledger.entries("wine")]
    assert actions == ["promoted", "retrained", "promoted"]


def holdout_of_samples(there: Delivered) -> list[Any]:
    samples = there.checkout.read("build/wine/release/samples.json")["instances"]
    assert samples
    return list(samples)


def test_prune_asks_every_environment_and_leaves_what_they_need(there: Delivered) -> None:
    here, other = there.bench(), there.bench("there")
    said = there.deliver("prune", "sentiment", wanted=3)
    assert f"namespaces/{other.namespace}/configmaps/" in said
    account = f"--serviceaccount={here.namespace}:deployer"
    other.admin("create", "rolebinding", "sees-both", "--role=deployer", account)
    until(lambda: "prune: nothing to remove" in there.deliver("prune", "sentiment", wanted=None))
    reference = there.checkout.read("build/sentiment/image.json")["reference"]
    assert there.image_label(reference) == there.checkout.read("build/sentiment/image.json")["release"]
