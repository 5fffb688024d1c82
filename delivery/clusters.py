"""`[environments.NAME]` in project.toml: a Kubernetes cluster, or two namespaces of one, where releases run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

CLOSE_ENOUGH = 0.2
"""How far, relative to it, the share that replicas can give may be from the one that was asked for."""
SECRET_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?")


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
class FeedbackStore:
    """The Redis in which all replicas remember which prediction ids have had their feedback."""

    url: str
    """`redis://USER@HOST:PORT/DB`, or `rediss` with TLS; never with a password."""
    secret: str = ""
    """A Secret in both namespaces whose key `password` is its password; empty: it asks for none."""
    namespace: str = ""
    """Where it runs, if in this cluster: pods may speak to it there."""
    cidr: str = ""
    """Its addresses, if it does not."""
    dns_namespace: str = "kube-system"

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.password is not None:
            raise ValueError(f"url is {self.url!r}, wanted redis://HOST:PORT/DB or rediss://..., without a password")
        if bool(self.namespace) == bool(self.cidr):
            raise ValueError("wanted one of namespace and cidr: where pods find the store")
        if self.cidr:
            ip_network(self.cidr)

    @property
    def port(self) -> int:
        """Of Redis."""
        return urlsplit(self.url).port or 6379

    @property
    def has_name(self) -> bool:
        """Whether its host is a name, which DNS has to know, and no address."""
        try:
            ip_address(str(urlsplit(self.url).hostname))
        except ValueError:
            return True
        return False


@dataclass(frozen=True)
class AlertWebhook:
    """Whom Alertmanager calls: what runs `respond` on the document it sends."""

    url: str
    """Of Jenkins' webhook, say; never with a user or a password."""
    secret: str
    """A Secret in production's namespace, made by an administrator, whose key `token` is sent as a Bearer token."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError(f"url is {self.url!r}, wanted https://HOST/PATH, without a user or a password")
        if not SECRET_NAME.fullmatch(self.secret):
            raise ValueError(f"secret is {self.secret!r}, wanted the name of the Secret that holds the token")


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
    feedback_store: FeedbackStore | None = None
    dashboards: bool = False
    """Whether a Grafana finds dashboards here, in ConfigMaps labelled `grafana_dashboard`."""
    alert_webhook: AlertWebhook | None = None
    rollout: Mapping[str, Any] = field(default_factory=dict)
    """What differs here from `[rollout]`."""

    def __post_init__(self) -> None:
        if self.namespace == self.staging_namespace:
            raise ValueError(f"namespace and staging_namespace are both {self.namespace}, wanted two")
        if not 1 <= self.replicas <= self.max_replicas:
            raise ValueError(f"replicas is {self.replicas}, wanted 1 to max_replicas ({self.max_replicas})")
        if not self.clients:
            raise ValueError("clients is empty, wanted the namespace of Prometheus at least")

    def feedback_lost(self) -> str:
        """What more than one replica loses without a store; empty where nothing is."""
        if self.feedback_store or self.max_replicas == 1:
            return ""
        return (
            f"no feedback_store and up to {self.max_replicas} replicas: each pod remembers for itself which ids had "
            "their feedback, so a label that is sent twice may count twice, and a pod that is replaced forgets its own"
        )

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
