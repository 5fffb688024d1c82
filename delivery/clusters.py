"""`[environments.NAME]` in project.toml: a Kubernetes cluster, or two namespaces of one, where releases run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLOSE_ENOUGH = 0.2
"""How far, relative to it, the share that replicas can give may be from the one that was asked for."""


@dataclass(frozen=True)
class Resources:
    """What a pod asks for and may use at most, in Kubernetes' own words."""

    cpu: str = "50m"
    memory: str = "96Mi"
    cpu_limit: str = "1"
    memory_limit: str = "256Mi"


@dataclass(frozen=True)
class Ingress:
    """The way in from outside the cluster."""

    host: str
    """`{name}` in it is the model's."""
    tls_secret: str
    ingress_class: str


@dataclass(frozen=True)
class Cluster:
    """One environment. Its two namespaces are made once, by an administrator."""

    namespace: str
    """Production: stable and canary."""
    staging_namespace: str
    prometheus_url: str
    """Where the delivery asks the Prometheus that reads these namespaces."""
    clients: tuple[str, ...]
    """Namespaces whose pods may ask a model: ingress controller, Prometheus, callers."""
    context: str = ""
    """Of the kubeconfig; empty: the current one."""
    pull_secret: str = "pull"  # noqa: S105 - its name
    probe_cidr: str = ""
    """Where the API server's own connections to pods come from, if not from the node they run on."""
    replicas: int = 2
    max_replicas: int = 4
    scale_down_seconds: int = 300
    scrape_seconds: int = 15
    faults_allowed: bool = False
    resources: Resources = Resources()
    ingress: Ingress | None = None
    rollout: Mapping[str, Any] = field(default_factory=dict)
    """What differs here from `[rollout]`."""

    def __post_init__(self) -> None:
        if self.namespace == self.staging_namespace:
            raise ValueError(f"namespace and staging_namespace are both {self.namespace}, wanted two")
        if not 1 <= self.replicas <= self.max_replicas:
            raise ValueError(f"replicas is {self.replicas}, wanted 1 to max_replicas ({self.max_replicas})")
        if not self.clients:
            raise ValueError("clients is empty, wanted the namespace of Prometheus at least")

    def namespace_of(self, slot: str) -> str:
        """Where a slot runs."""
        return self.staging_namespace if slot == "staging" else self.namespace


@dataclass(frozen=True)
class Replicas:
    """How many pods give a canary its share."""

    stable: int
    canary: int

    @property
    def share(self) -> float:
        """Of new connections, as a Service spreads them."""
        return self.canary / (self.stable + self.canary)


def replicas_for(share: float, least: int, most: int) -> Replicas:
    """The fewest pods whose ratio is close to the share, stable between `least` and `most`.

    ValueError where there are none: a canary beside one replica is half of everything, whatever it is called.
    """
    for stable in range(least, most + 1):
        canary = max(1, round(stable * share / (1 - share))) if share < 1 else 0
        found = Replicas(stable, canary)
        if 0 < canary <= most and abs(found.share - share) <= CLOSE_ENOUGH * share:
            return found
    raise ValueError(
        f"a share of {share:g} cannot be had from {least} to {most} pods of stable and at most {most} of the canary; "
        "raise max_replicas, or set other rollout.shares for this environment"
    )
