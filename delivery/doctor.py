"""What must be there before anything moves, asked one by one: ok, or what is wrong and the command that mends it."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from delivery.clusters import Cluster
from delivery.errors import DeliveryError
from delivery.manifests import Manifests
from delivery.settings import Settings
from delivery.targets.kube.api import Api, connect
from delivery.targets.kube.monitoring import Monitoring
from delivery.targets.kube.rights import forbidden_but_held, missing
from delivery.targets.kube.slots import Slots

OLDEST_MINOR = 30
"""Kubernetes 1.30: the first whose preStop can sleep by itself."""
CLOCK_SECONDS = 5.0
RENDER = "render it with `python -m delivery --environment {} render`, then `kubectl apply -f build/MODEL/k8s/admin`"

Answer = tuple[bool, str, str]
"""Whether it is well, what was seen, and what mends it."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's."""

    subject: str
    ok: bool
    saw: str
    mend: str = ""

    def line(self) -> str:
        """As people read it."""
        return f"{'ok' if self.ok else 'NO':3} {self.subject}: {self.saw}" + ("" if self.ok else f"; {self.mend}")


Check = tuple[str, Callable[[], Answer]]


def examine(settings: Settings, models: list[str]) -> Iterator[Finding]:
    """Every check of the environment that is meant; one that cannot be made is one that failed."""
    for subject, check in (*machine(settings), *(cluster_checks(settings, models) if settings.cluster else ())):
        try:
            ok, saw, mend = check()
        except DeliveryError as problem:
            ok, saw, mend = False, str(problem), "nothing more can be said before that is mended"
        yield Finding(subject, ok, saw, mend)


def machine(settings: Settings) -> Iterator[Check]:
    """What every delivery needs of this machine."""
    yield "python", lambda: (sys.version_info >= (3, 11), sys.version.split()[0], "wanted 3.11 or newer")
    yield "disk", lambda: disk(settings)
    if not settings.cluster:
        yield "port", lambda: port(settings)


def disk(settings: Settings) -> Answer:
    """Room for an environment and some releases."""
    free = shutil.disk_usage(settings.root).free / 1e9
    return free > 1, f"{free:.1f} GB free in {settings.root}", "wanted 1 GB; `make clean` and `prune` free some"


def port(settings: Settings) -> Answer:
    """Whether the first model's port is free, or already ours."""
    first = settings.local.base_port
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", first)) == 0
    ours = (settings.root / "var" / "target.json").exists()
    saw = f"{first} is {'in use' if taken else 'free'}" + (" by production" if taken and ours else "")
    return (
        not taken or ours,
        saw,
        "models then answer on the next ports; or set another local.base_port (counts after `stop`)",
    )


def cluster_checks(settings: Settings, models: list[str]) -> Iterator[Check]:
    """Builder and registry first, then the cluster, then what judges canaries."""
    from delivery import examining_images as images  # here: it brings an engine's client

    cluster = settings.cluster
    assert cluster is not None
    yield "builder", images.builder
    yield "registry", lambda: images.registry(settings, models)
    yield "base image", lambda: images.base_image(settings)
    try:
        api = connect(cluster.context)
    except DeliveryError as problem:
        sentence = str(problem)
        yield "cluster", lambda: (False, sentence, "set KUBECONFIG, or the environment's context")
        return
    manifests = Manifests(settings.root, cluster)
    yield "cluster", lambda: version(api)
    yield "rights", lambda: rights(api, manifests, settings.environment)
    yield "no more rights", lambda: no_more(api, manifests, settings.environment)
    yield "pod security", lambda: pod_security(api, cluster, settings.environment)
    yield "feedback", lambda: feedback(cluster)
    yield "metrics for the HPA", lambda: metrics(api)
    monitoring = Monitoring(Slots(api, manifests))
    yield "prometheus", lambda: prometheus(monitoring)
    yield "service monitors", lambda: selected(api, monitoring, models)
    yield "clock", lambda: clock(api, monitoring)


def version(api: Api) -> Answer:
    """A cluster that answers, new enough for what k8s/ uses."""
    found = api.ask("version").document()
    minor = int("".join(filter(str.isdigit, found["minor"])))
    return minor >= OLDEST_MINOR, f"Kubernetes {found['gitVersion']}", f"wanted 1.{OLDEST_MINOR} or newer"


def rights(api: Api, manifests: Manifests, environment: str) -> Answer:
    """All that k8s/deployer-role.yaml grants."""
    lacking, asked = missing(api, manifests)
    saw = f"all {asked} that a delivery needs" if not lacking else f"may not {', '.join(lacking[:5])} ({len(lacking)})"
    return not lacking, saw, RENDER.format(environment)


def no_more(api: Api, manifests: Manifests, environment: str) -> Answer:
    """None that would let a stolen delivery do more than deliver."""
    held, asked = forbidden_but_held(api, manifests.cluster)
    saw = f"none of {asked} that it should not have" if not held else f"may {', '.join(held)}"
    return not held, saw, f"give it k8s/deployer-role.yaml alone: {RENDER.format(environment)}"


def pod_security(api: Api, cluster: Cluster, environment: str) -> Answer:
    """Both namespaces refuse pods that are not restricted."""
    label, seen = "pod-security.kubernetes.io/enforce", {}
    for namespace in (cluster.namespace, cluster.staging_namespace):
        found = api.get("Namespace", None, namespace)
        seen[namespace] = (found["metadata"].get("labels") or {}).get(label, "nothing") if found else "no namespace"
    saw = ", ".join(f"{namespace} enforces {level}" for namespace, level in seen.items())
    return set(seen.values()) == {"restricted"}, saw, RENDER.format(environment)


def feedback(cluster: Cluster) -> Answer:
    """What remembers used ids; none is a choice, but one that has to be seen."""
    store = cluster.feedback_store
    if store is None:
        return True, cluster.feedback_lost() or "one replica, which remembers used ids itself", ""
    secret = f", password from Secret {store.secret} of both namespaces, which a delivery cannot look for"
    return True, f"used ids are in {store.url}{secret if store.secret else ', without a password'}", ""


def metrics(api: Api) -> Answer:
    """Without it an HPA never scales."""
    there = api.ask("apis/metrics.k8s.io/v1beta1", missing=True).status == 200
    return there, "metrics.k8s.io answers" if there else "no metrics.k8s.io", "install metrics-server"


def prometheus(monitoring: Monitoring) -> Answer:
    """It answers, and the operator that configures it is there."""
    monitoring.prometheus.now()
    operator = monitoring.slots.api.ask("apis/monitoring.coreos.com/v1", missing=True).status == 200
    saw = f"{monitoring.prometheus.url} answers" + ("" if operator else ", but ServiceMonitors are unknown here")
    return operator, saw, "install the Prometheus operator"


def selected(api: Api, monitoring: Monitoring, models: list[str]) -> Answer:
    """Every ServiceMonitor that is installed stands in Prometheus' configuration."""
    manifests = monitoring.slots.manifests
    every = [manifests.monitor(model, slot) for model in models for slot in ("staging", "stable")]
    there = [one for one in every if api.get(one["kind"], one["metadata"]["namespace"], one["metadata"]["name"])]
    unselected = monitoring.unselected(there)
    saw = f"{len(there) - len(unselected)} of {len(there)} installed ones are selected ({len(every)} will be)"
    if not there:
        saw = f"none of {len(every)} is installed yet: `monitor` installs them, and refuses where they are not selected"
    return (
        not unselected,
        saw,
        f"compare the labels of {', '.join(unselected)} with the Prometheus resource's selectors",
    )


def clock(api: Api, monitoring: Monitoring) -> Answer:
    """Ids expire and windows begin by the clock."""
    ours = time.time()
    server = parsedate_to_datetime(api.ask("version").headers["Date"]).replace(tzinfo=UTC).timestamp()
    apart = {"API server": abs(server + 0.5 - ours), "Prometheus": abs(monitoring.prometheus.now() - ours)}
    saw = ", ".join(f"{seconds:.1f} s from {name}" for name, seconds in apart.items())
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return (
        max(apart.values()) < CLOCK_SECONDS,
        saw,
        f"set this machine's clock (it says {at}): `timedatectl set-ntp true`",
    )
