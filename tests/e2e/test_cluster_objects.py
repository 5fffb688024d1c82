"""What is optional in an environment (store, dashboards, webhook): taken by a real API server, with bare rights."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator

import pytest
import yaml

from delivery.clusters import AlertWebhook, FeedbackStore
from delivery.manifests import Manifests, Wanted
from delivery.settings import load_settings
from delivery.targets.kube.api import Api, ApiRefused, connect
from delivery.targets.kube.monitoring import Monitoring
from delivery.targets.kube.slots import Slots
from tests.e2e.cluster import Bench, deployer_config, environment, kubectl
from tests.e2e.images import ROOT
from tests.e2e.missing import require

pytestmark = pytest.mark.engines
STORE = FeedbackStore("redis://redis.data.svc:6379/0", secret="feedback-store", namespace="data")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two namespaces of an administrator's making, and the delivery's own account."""
    for name in ("KUBECONFIG", "PROMETHEUS_URL"):
        require(bool(os.environ.get(name)), f"a cluster: {name}")
    admin, settings = os.environ["KUBECONFIG"], environment(load_settings(ROOT / "project.toml"))
    settings = dataclasses.replace(settings, root=tmp_path_factory.mktemp("project"))
    bench = Bench(settings, admin)
    spaces = [bench.namespace, bench.cluster.staging_namespace]
    try:
        documents = yaml.safe_dump_all(Manifests(ROOT, bench.cluster).admin())
        kubectl(admin, "apply", "--server-side", "--filename=-", given=documents)
        (settings.root / "deployer.conf").write_text(deployer_config(bench))
        os.environ["KUBECONFIG"] = str(settings.root / "deployer.conf")
        yield bench
    finally:
        os.environ["KUBECONFIG"] = admin
        bench.admin("delete", "namespace", "--wait=false", "--ignore-not-found", *spaces)


@pytest.fixture
def api(there: Bench) -> Api:
    """As the delivery."""
    return connect("")


@pytest.fixture
def manifests(there: Bench) -> Manifests:
    """Of an environment that asks for everything."""
    webhook = AlertWebhook("https://jenkins.example.org/invoke", "alerts")
    asked = {"feedback_store": STORE, "dashboards": True, "alert_webhook": webhook}
    return Manifests(ROOT, dataclasses.replace(there.cluster, **asked))


def test_the_delivery_installs_dashboards_and_changes_no_other_config_map_that_way(there, api, manifests):
    [document] = manifests.dashboards()
    for _ in range(2):
        api.apply(document)
    found = json.loads(there.admin("get", "configmap", "--selector=grafana_dashboard=1", "--output=json"))["items"]
    assert [one["metadata"]["name"] for one in found] == ["model-dashboards"]
    assert all(json.loads(text)["panels"] for text in found[0]["data"].values())
    document["metadata"]["name"] = "ledger-head"
    with pytest.raises(ApiRefused):
        api.apply(document)


def test_the_delivery_installs_the_route_of_alertmanager(there, api, manifests):
    [document] = manifests.alerting()
    for _ in range(2):
        api.apply(document)
    found = json.loads(there.admin("get", "alertmanagerconfig", "model-alerts", "--output=json"))
    assert found["spec"]["receivers"][0]["webhookConfigs"][0]["url"] == "https://jenkins.example.org/invoke"
    # Taken out of project.toml again, nobody is called any more.
    routes = Monitoring(Slots(api, Manifests(ROOT, there.cluster)))
    routes._take_back_routes({"model-alerts"})
    assert there.admin("get", "alertmanagerconfig", "--output=name")
    routes._take_back_routes(set())
    assert there.admin("get", "alertmanagerconfig", "--output=name") == ""


def test_pods_are_let_out_to_the_store_and_to_nothing_without_one(there, api, manifests):
    def egress(of: Manifests) -> list[dict]:
        documents = of.slot(Wanted("mood", "stable", "8c1d02f7a9be", "registry/name@sha256:" + "0" * 64, replicas=0))
        for document in documents:
            api.apply(document)
        return json.loads(there.admin("get", "networkpolicy", "mood", "--output=json"))["spec"].get("egress", [])

    assert [[port["port"] for port in rule["ports"]] for rule in egress(manifests)] == [[6379], [53, 53]]
    pod = json.loads(there.admin("get", "deployment", "mood-stable", "--output=json"))["spec"]["template"]["spec"]
    variables = {one["name"]: one for one in pod["containers"][0]["env"]}
    assert variables["FEEDBACK_STORE"]["value"] == STORE.url
    assert variables["FEEDBACK_STORE_PASSWORD"]["valueFrom"]["secretKeyRef"]["name"] == "feedback-store"
    # Taken out of project.toml again, the way out and the secret go too.
    assert egress(Manifests(ROOT, there.cluster)) == []
    pod = json.loads(there.admin("get", "deployment", "mood-stable", "--output=json"))["spec"]["template"]["spec"]
    assert "FEEDBACK_STORE_PASSWORD" not in {one["name"] for one in pod["containers"][0]["env"]}
