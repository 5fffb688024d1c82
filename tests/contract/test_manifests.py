"""k8s/ and the ServiceMonitor refer to each other by names and labels that no schema checks: here they are checked."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.clusters import Cluster, FeedbackStore, Ingress
from delivery.manifests import ADMIN, BLANK, ROOM, Manifests, UnfilledBlank, Wanted, fill

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = Cluster(
    "models",
    "models-staging",
    "http://prometheus",
    ("monitoring",),
    ingress=Ingress("{name}.example.org", "tls", "nginx"),
)
Document = dict[str, Any]


def rendered(cluster: Cluster = CLUSTER) -> dict[str, Document]:
    """One model's production, by kind and name."""
    manifests = Manifests(ROOT, cluster)
    documents = [
        *manifests.slot(Wanted("house_price", "stable", "8c1d02f7a9be", "registry/name@sha256:1")),
        *manifests.slot(Wanted("house_price", "canary", "9d1d02f7a9be", "registry/name@sha256:2", replicas=1)),
        *manifests.public("house_price"),
        manifests.monitor("house_price", "stable"),
        *(one for one in manifests.admin() if one["metadata"].get("namespace") == "models"),
    ]
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in documents}


def within(wanted: dict[str, str], labels: dict[str, str]) -> bool:
    return wanted.items() <= labels.items()


def broken_references(objects: dict[str, Document]) -> Iterator[str]:
    """Every reference from one object to another that leads nowhere."""
    pods = {name: one["spec"]["template"] for name, one in objects.items() if one["kind"] == "Deployment"}
    ports = {port["name"] for pod in pods.values() for port in pod["spec"]["containers"][0]["ports"]}
    for name, one in objects.items():
        for what, wanted in selectors(one):
            of = (
                services(objects)
                if one["kind"] == "ServiceMonitor"
                else {n: p["metadata"]["labels"] for n, p in pods.items()}
            )
            chosen = [other for other, labels in of.items() if within(wanted, labels)]
            if not chosen or (one["kind"] == "Deployment" and chosen != [name]):
                yield f"{name}: {what} {wanted} chooses {chosen}"
        for port in used_ports(one, objects):
            if port not in ports:
                yield f"{name}: port {port} is not one of {ports}"
        for other in named(one):
            if other not in objects:
                yield f"{name}: there is no {other}"


def selectors(one: Document) -> Iterator[tuple[str, dict[str, str]]]:
    spec = one.get("spec", {})
    if one["kind"] == "Service":
        yield "selector", spec["selector"]
    elif one["kind"] in ("Deployment", "PodDisruptionBudget", "ServiceMonitor"):
        yield "selector", spec["selector"]["matchLabels"]
    elif one["kind"] == "NetworkPolicy":
        yield "podSelector", spec["podSelector"]["matchLabels"]
    if one["kind"] == "Deployment":
        yield "spread", spec["template"]["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]


def services(objects: dict[str, Document]) -> dict[str, dict[str, str]]:
    return {name: one["metadata"]["labels"] for name, one in objects.items() if one["kind"] == "Service"}


def used_ports(one: Document, objects: dict[str, Document]) -> Iterator[str]:
    spec = one.get("spec", {})
    if one["kind"] == "Service":
        yield from (port["targetPort"] for port in spec["ports"])
    elif one["kind"] == "NetworkPolicy":
        yield from (port["port"] for rule in spec["ingress"] for port in rule["ports"])
    elif one["kind"] == "Deployment":
        server = spec["template"]["spec"]["containers"][0]
        yield from (server[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe"))
    elif one["kind"] == "ServiceMonitor":
        names = {
            port["name"] for other in objects.values() if other["kind"] == "Service" for port in other["spec"]["ports"]
        }
        yield from (end["port"] for end in spec["endpoints"] if end["port"] not in names)


def named(one: Document) -> Iterator[str]:
    spec = one.get("spec", {})
    if one["kind"] == "HorizontalPodAutoscaler":
        yield f"{spec['scaleTargetRef']['kind']}/{spec['scaleTargetRef']['name']}"
    elif one["kind"] == "Deployment":
        yield f"ServiceAccount/{spec['template']['spec']['serviceAccountName']}"
    elif one["kind"] == "Ingress":
        yield f"Service/{spec['rules'][0]['http']['paths'][0]['backend']['service']['name']}"
    elif one["kind"] == "RoleBinding":
        yield f"Role/{one['roleRef']['name']}"
        yield from (f"{subject['kind']}/{subject['name']}" for subject in one["subjects"])


def test_every_reference_leads_somewhere():
    assert list(broken_references(rendered())) == []


def spoil(path: str, value: Any) -> Callable[[dict[str, Document]], None]:
    def do(objects: dict[str, Document]) -> None:
        name, *keys = path.split(" ")
        place: Any = objects[name]
        for key in keys[:-1]:
            place = place[int(key) if key.isdigit() else key]
        place[keys[-1]] = value

    return do


@pytest.mark.parametrize(
    "mistake",
    [
        spoil("Service/house-price spec selector", {"app": "houses"}),
        spoil("Service/house-price spec ports 0 targetPort", "web"),
        spoil("Deployment/house-price-stable spec selector matchLabels", {"app.kubernetes.io/name": "house-price"}),
        spoil("Deployment/house-price-canary spec template spec containers 0 readinessProbe httpGet port", "web"),
        spoil("Deployment/house-price-canary spec template spec serviceAccountName", "default"),
        spoil("HorizontalPodAutoscaler/house-price-stable spec scaleTargetRef name", "house-price"),
        spoil("PodDisruptionBudget/house-price-stable spec selector matchLabels slot", "stabel"),
        spoil("NetworkPolicy/house-price spec podSelector matchLabels", {"app": "house-price"}),
        spoil("NetworkPolicy/house-price spec ingress 0 ports 0 port", "metrics"),
        spoil("ServiceMonitor/house-price spec selector matchLabels scrape", "true"),
        spoil("ServiceMonitor/house-price spec endpoints 0 port", "metrics"),
        spoil("Ingress/house-price spec rules 0 http paths 0 backend service name", "house_price"),
        spoil("RoleBinding/deployer roleRef name", "deploy"),
    ],
)
def test_a_reference_that_leads_nowhere_is_seen(mistake):
    objects = copy.deepcopy(rendered())
    mistake(objects)
    assert len(list(broken_references(objects))) >= 1


def test_the_hpa_owns_the_number_of_stable_pods_and_the_delivery_that_of_the_canary():
    objects = rendered()
    assert "replicas" not in objects["Deployment/house-price-stable"]["spec"]
    assert objects["Deployment/house-price-canary"]["spec"]["replicas"] == 1


def test_a_pod_has_the_time_that_its_end_takes():
    pod = rendered()["Deployment/house-price-stable"]["spec"]["template"]["spec"]
    server = pod["containers"][0]
    environment = {one["name"]: one.get("value") for one in server["env"]}
    graceful = int(re.search(r'"GRACEFUL_SECONDS", "(\d+)"', (ROOT / "serving/gunicorn.conf.py").read_text())[1])
    needed = server["lifecycle"]["preStop"]["sleep"]["seconds"] + int(environment["DRAIN_SECONDS"]) + graceful
    assert pod["terminationGracePeriodSeconds"] > needed


def test_every_manifest_is_rendered():
    known = {*ROOM, *ADMIN, "slot-service", "deployment", "service", "pdb", "hpa", "ingress"}
    assert {path.stem for path in (ROOT / "k8s").glob("*.yaml")} == known


def test_a_blank_that_nothing_fills_is_an_error_and_none_leaves_its_key_out():
    with pytest.raises(UnfilledBlank, match=r"k8s/a.yaml: nothing fills \$\{nmae\}; there are name"):
        fill({"metadata": {"name": "${nmae}"}}, {"name": "x"}, "k8s/a.yaml")
    with pytest.raises(UnfilledBlank, match="is no blank"):
        fill(["${Name} and ${name}"], {"name": "x"}, "k8s/a.yaml")
    document = yaml.safe_load("{a: '${n}', b: 'x-${n}', c: ['${none}'], d: {e: '${none}'}, f: [], g: '${list}'}")
    filled = fill(document, {"n": 3, "none": None, "list": ["y: z"]}, "")
    assert filled == {"a": 3, "b": "x-3", "f": [], "g": ["y: z"]}


def test_no_blank_is_left_in_what_is_rendered():
    assert BLANK.search(yaml.safe_dump_all(rendered().values())) is None


def way_out(store: FeedbackStore | None) -> tuple[dict[str, Any], Any]:
    """The environment of a pod and the way out of it."""
    objects = rendered(dataclasses.replace(CLUSTER, feedback_store=store))
    server = objects["Deployment/house-price-stable"]["spec"]["template"]["spec"]["containers"][0]
    environment = {one["name"]: one.get("value", one.get("valueFrom")) for one in server["env"]}
    return environment, objects["NetworkPolicy/house-price"]["spec"].get("egress")


def test_without_a_store_nothing_leads_out_and_each_pod_remembers_for_itself():
    environment, egress = way_out(None)
    assert environment["FEEDBACK_STORE"] == "/run/feedback/used_ids.sqlite"
    assert "FEEDBACK_STORE_PASSWORD" not in environment
    assert egress is None
    assert "Egress" in rendered()["NetworkPolicy/house-price"]["spec"]["policyTypes"]


def test_a_store_is_the_only_way_out_besides_dns():
    environment, egress = way_out(FeedbackStore("redis://redis.data.svc:6380/0", secret="store", namespace="data"))
    assert environment["FEEDBACK_STORE"] == "redis://redis.data.svc:6380/0"
    assert environment["FEEDBACK_STORE_PASSWORD"] == {"secretKeyRef": {"name": "store", "key": "password"}}
    to = {"kubernetes.io/metadata.name": "data"}
    dns = {"kubernetes.io/metadata.name": "kube-system"}
    assert egress == [
        {"to": [{"namespaceSelector": {"matchLabels": to}}], "ports": [{"protocol": "TCP", "port": 6380}]},
        {
            "to": [{"namespaceSelector": {"matchLabels": dns}}],
            "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
        },
    ]


def test_a_store_outside_the_cluster_with_an_address_needs_no_dns():
    environment, egress = way_out(FeedbackStore("rediss://10.1.2.3", cidr="10.1.2.0/24"))
    assert "FEEDBACK_STORE_PASSWORD" not in environment
    assert egress == [{"to": [{"ipBlock": {"cidr": "10.1.2.0/24"}}], "ports": [{"protocol": "TCP", "port": 6379}]}]
