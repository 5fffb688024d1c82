"""k8s/ and monitoring/ with their blanks filled: the objects of one model in one environment.

A blank is a scalar that holds `${name}`. Where it is the whole scalar the value keeps its type; None leaves the key
out, and what has become empty by that. Values are filled into the parsed document, never into its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from delivery.alerts import ALERTS
from delivery.clusters import Cluster, FeedbackStore
from delivery.dashboards import config_map
from delivery.errors import WrongSetting
from delivery.rules import prometheus_rule
from delivery.targets import Slot

BLANK = re.compile(r"\$\{([a-z_]+)\}")
ROOM = ("serviceaccount", "networkpolicy")
"""What every slot of a model needs in its namespace."""
ADMIN = ("namespace", "deployer-account", "deployer-role", "deployer-binding")

Document = dict[str, Any]


class UnfilledBlank(WrongSetting):
    """A manifest has a blank that nobody fills."""


@dataclass(frozen=True)
class Wanted:
    """What a slot should run."""

    model: str
    slot: Slot
    release: str
    image: str
    replicas: int | None = None
    """None leaves the number to the HPA."""
    faults: str = ""
    previous: str | None = None
    """Of stable: where a rollback would go."""


@dataclass(frozen=True)
class Manifests:
    """The manifests of a checkout, for one cluster."""

    root: Path
    cluster: Cluster

    def slot(self, wanted: Wanted) -> list[Document]:
        """A slot and what it needs around it."""
        values = {
            **self._values(wanted.model, self.cluster.namespace_of(wanted.slot)),
            **vars(self.cluster.resources),
            **{key: value for key, value in vars(wanted).items() if key != "model"},
            "faults_allowed": "yes" if self.cluster.faults_allowed else "no",
            "pull_secret": self.cluster.pull_secret,
        }
        return [self._fill(name, values) for name in (*ROOM, "slot-service", "deployment")]

    def public(self, model: str) -> list[Document]:
        """What production needs besides the slots."""
        cluster = self.cluster
        values = self._values(model, cluster.namespace)
        documents = [self._fill(name, values) for name in ("service", "pdb")]
        documents.append(self.autoscaler(model, cluster.replicas, cluster.max_replicas))
        if cluster.ingress:
            host = cluster.ingress.host.replace("{name}", values["name"])
            documents.append(self._fill("ingress", {**values, **vars(cluster.ingress), "host": host}))
        return documents

    def autoscaler(self, model: str, least: int, most: int) -> Document:
        """The HPA of stable between two bounds; one number in both holds it still."""
        bounds = {"least_replicas": least, "most_replicas": most, "scale_down_seconds": self.cluster.scale_down_seconds}
        return self._fill("hpa", {**self._values(model, self.cluster.namespace), **bounds})

    def monitor(self, model: str, slot: Slot) -> Document:
        """The ServiceMonitor of the namespace of a slot."""
        own = {"model": model, "scrape_interval": f"{self.cluster.scrape_seconds}s"}
        values = {**self._values(model, self.cluster.namespace_of(slot)), **own}
        return self._fill("../monitoring/servicemonitor", values)

    def rules(self) -> Document:
        """The PrometheusRule of production: one for all models."""
        labels = {"app.kubernetes.io/managed-by": "delivery"}
        return prometheus_rule(self.root / "monitoring" / "rules", self.cluster.namespace, labels)

    def dashboards(self) -> list[Document]:
        """The ConfigMap that Grafana finds, where the environment asks for one."""
        labels = {"app.kubernetes.io/managed-by": "delivery"}
        folder = self.root / "monitoring" / "dashboards"
        return [config_map(folder, self.cluster.namespace, labels)] if self.cluster.dashboards else []

    def alerting(self) -> list[Document]:
        """The AlertmanagerConfig that has `respond` called, where the environment says by whom."""
        webhook = self.cluster.alert_webhook
        if webhook is None:
            return []
        values = {"namespace": self.cluster.namespace, "alerts": "|".join(ALERTS), **vars(webhook)}
        return [self._fill("../monitoring/alertmanager", values)]

    def admin(self) -> Iterator[Document]:
        """What an administrator makes once: both namespaces, and the delivery's account and rights there."""
        production = self.cluster.namespace
        for namespace in (production, self.cluster.staging_namespace):
            values = {"namespace": namespace, "account_namespace": production}
            for name in ADMIN:
                if name != "deployer-account" or namespace == production:
                    yield self._fill(name, values)

    def _values(self, model: str, namespace: str) -> dict[str, Any]:
        return {
            "name": name_of(model),
            "namespace": namespace,
            "clients": list(self.cluster.clients),
            "probe_cidr": self.cluster.probe_cidr or None,
            **store_values(self.cluster.feedback_store),
        }

    def _fill(self, name: str, values: Mapping[str, Any]) -> Document:
        path = (self.root / "k8s" / f"{name}.yaml").resolve()
        try:
            document: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as problem:
            raise WrongSetting(f"k8s/{name}.yaml cannot be read: {problem}") from None
        filled: Document = fill(document, values, str(path.relative_to(self.root.resolve())))
        return filled


def store_values(store: FeedbackStore | None) -> dict[str, Any]:
    """What pods know of the feedback store and how they get there; the file of each pod's own where there is none."""
    names = ("store_namespace", "store_cidr", "store_protocol", "store_port", "store_password", "store_secret",
             "store_key", "dns_namespace", "dns_udp", "dns_tcp", "dns_port")  # fmt: skip
    values: dict[str, Any] = {"feedback_store": "/run/feedback/used_ids.sqlite", **dict.fromkeys(names)}
    if store is None:
        return values
    values |= {"feedback_store": store.url, "store_protocol": "TCP", "store_port": store.port}
    values |= {"store_namespace": store.namespace or None, "store_cidr": store.cidr or None}
    if store.secret:
        password = {"store_password": "FEEDBACK_STORE_PASSWORD", "store_secret": store.secret, "store_key": "password"}
        values |= password
    if store.has_name:
        values |= {"dns_namespace": store.dns_namespace, "dns_udp": "UDP", "dns_tcp": "TCP", "dns_port": 53}
    return values


def name_of(model: str) -> str:
    """A model's name as Kubernetes takes it."""
    return model.replace("_", "-")


def fill(node: Any, values: Mapping[str, Any], where: str) -> Any:
    """A parsed document with its blanks filled; UnfilledBlank names the file and the blank."""
    if isinstance(node, dict):
        return _kept_items(node, values, where)
    if isinstance(node, list):
        filled = [fill(item, values, where) for item in node]
        return filled if not node else [item for item in filled if item is not None] or None
    return _fill_scalar(node, values, where) if isinstance(node, str) else node


def _kept_items(node: Document, values: Mapping[str, Any], where: str) -> Document | None:
    filled = {key: fill(value, values, where) for key, value in node.items()}
    kept = {key: value for key, value in filled.items() if value is not None}
    return kept if kept or not node else None


def _fill_scalar(text: str, values: Mapping[str, Any], where: str) -> Any:
    for name in BLANK.findall(text):
        if name not in values:
            raise UnfilledBlank(f"{where}: nothing fills ${{{name}}}; there are {', '.join(sorted(values))}")
    whole = BLANK.fullmatch(text)
    if whole:
        return values[whole[1]]
    filled = BLANK.sub(lambda blank: str(values[blank[1]]), text)
    if "${" in filled:
        raise UnfilledBlank(f"{where}: {text!r} is no blank, wanted ${{lower_case}}")
    return filled
