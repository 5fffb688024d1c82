"""What the cluster itself holds: the HPA scales out under load and back, and the NetworkPolicy denies."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from delivery.manifests import name_of
from tests.delivery.load import load
from tests.e2e.cluster import Bench, kubectl, live, login, until
from tests.e2e.images import MODEL
from tests.serving.releases import TEXT

pytestmark = [pytest.mark.slow, pytest.mark.engines]
QUESTION = json.dumps({"instances": TEXT["instances"] * 20})
SCALE_SECONDS = 180
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 4).close()
except OSError as problem:
    sys.exit(f"denied: {problem!r}")
print("connected")
"""


def autoscaler(there: Bench) -> tuple[int, int, int]:
    """Pods wanted, the greatest number of them, and their load in per cent of what they ask for."""
    found = json.loads(there.admin("get", "hpa", f"{name_of(MODEL)}-stable", "--output=json"))
    metrics = found["status"].get("currentMetrics") or [{}]
    percent = metrics[0].get("resource", {}).get("current", {}).get("averageUtilization", -1)
    return found["status"].get("desiredReplicas", 0), found["spec"]["maxReplicas"], percent


def test_the_hpa_scales_out_under_load_and_back(there: Bench) -> None:
    until(lambda: autoscaler(there)[2] >= 0, SCALE_SECONDS)
    until(lambda: autoscaler(there)[0] == there.cluster.replicas, SCALE_SECONDS)
    begun, seen = time.monotonic(), list[tuple[int, int, int]]()
    with load(there.service_url(), clients=4, method="POST", path="/predict", body=QUESTION) as counts:
        until(lambda: seen.append(autoscaler(there)) or seen[-1][0] == there.cluster.max_replicas, SCALE_SECONDS)
        until(lambda: len(ready(there)) == there.cluster.max_replicas, SCALE_SECONDS)
        out = time.monotonic() - begun
    until(lambda: seen.append(autoscaler(there)) or seen[-1][0] == there.cluster.replicas, SCALE_SECONDS)
    until(lambda: len(there.pods("stable")) == there.cluster.replicas, SCALE_SECONDS)
    back = time.monotonic() - begun - out
    load_percent = max(one[2] for one in seen)
    print(
        f"to {there.cluster.max_replicas} pods in {out:.0f} s at {load_percent} %, back in {back:.0f} s; {dict(counts)}"
    )
    assert max(one[0] for one in seen) == there.cluster.max_replicas == 4
    assert counts["answered"] == counts["sent"] > 100


def is_ready(pod: Any) -> bool:
    """A pod that was only just placed has no containers yet."""
    containers = pod["status"].get("containerStatuses", [])
    return bool(containers) and all(one["ready"] for one in containers)


def ready(there: Bench) -> list[str]:
    """Pods of stable that take requests."""
    pods = json.loads(there.admin("get", "pods", "--selector=slot=stable", "--output=json"))["items"]
    return [pod["metadata"]["name"] for pod in pods if is_ready(pod)]


def test_only_whom_project_toml_names_gets_in_and_nothing_gets_out(there: Bench) -> None:
    live(there)
    pods = json.loads(there.admin("get", "pods", "--selector=slot=stable", "--output=json"))["items"]
    address, name = pods[0]["status"]["podIP"], pods[0]["metadata"]["name"]
    image = pods[0]["spec"]["containers"][0]["image"]
    words = ("--namespace", "default", "get", "service", "kubernetes", "--output=jsonpath={.spec.clusterIP}")
    server = kubectl(there.admin_config, *words)
    assert "denied" in connects(there, there.namespace, image, address, 8080)
    assert "connected" in connects(there, "monitoring", image, address, 8080)
    said = there.admin("exec", name, "--", "python", "-c", CONNECT, server, "443", wanted=None)
    print(f"out of a pod: {said.splitlines()[0]}")
    assert "denied" in said


def connects(there: Bench, namespace: str, image: str, address: str, port: int) -> str:
    """What a pod of a namespace says when it tries; its own labels are not the model's."""
    name = f"tries-{there.namespace}"
    policy = {"automountServiceAccountToken": False, "restartPolicy": "Never", "imagePullSecrets": [{"name": name}]}
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True,
               "seccompProfile": {"type": "RuntimeDefault"}}  # fmt: skip
    container = {"name": "tries", "image": image, "imagePullPolicy": "IfNotPresent", "securityContext": context,
                 "command": ["python", "-c", CONNECT, address, str(port)]}  # fmt: skip
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
           "spec": {**policy, "containers": [container]}}  # fmt: skip
    where = ("--namespace", namespace)
    kubectl(there.admin_config, *where, "create", "secret", "docker-registry", name, *login())
    try:
        kubectl(there.admin_config, "apply", "--filename=-", given=json.dumps(pod))
        until(lambda: phase(there, namespace, name) in ("Succeeded", "Failed"))
        said = kubectl(there.admin_config, *where, "logs", name)
    finally:
        kubectl(
            there.admin_config, *where, "delete", "--wait=false", "--ignore-not-found", f"pod/{name}", f"secret/{name}"
        )
    print(f"from namespace {namespace}: {said}")
    return said


def phase(there: Bench, namespace: str, name: str) -> str:
    """How far a pod is."""
    return kubectl(
        there.admin_config, "--namespace", namespace, "get", "pod", name, "--output=jsonpath={.status.phase}"
    )
