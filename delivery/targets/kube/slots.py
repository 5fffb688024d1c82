"""The slots of a model as Deployments, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from delivery.clusters import Cluster, Replicas
from delivery.errors import Broken, DoesNotComeUp
from delivery.journal import Write, visible
from delivery.manifests import Manifests, Wanted, name_of
from delivery.targets import Slot
from delivery.targets.kube.api import MANAGER, Api
from delivery.targets.kube.rollouts import Rollouts

ROLLOUT_SECONDS = 240.0
PREVIOUS = "delivery/previous"
SWEPT = ("Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress", "Service")
"""Kinds that a later delivery may render no more."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Slots:
    """All slots of one cluster."""

    api: Api
    manifests: Manifests

    @property
    def cluster(self) -> Cluster:
        """The environment."""
        return self.manifests.cluster

    def deployment(self, model: str, slot: Slot) -> Document | None:
        """A slot's Deployment; None where the API server says that there is none."""
        return self.api.get("Deployment", self.cluster.namespace_of(slot), f"{name_of(model)}-{slot}")

    def release(self, model: str, slot: Slot) -> str | None:
        """What a slot's Deployment says it runs."""
        found = self.deployment(model, slot)
        return str(found["metadata"]["labels"]["release"]) if found else None

    def replicas(self, model: str, slot: Slot) -> int | None:
        """How many pods a slot should have; None where it is empty."""
        found = self.deployment(model, slot)
        return int(found["spec"]["replicas"]) if found else None

    def made_at(self, model: str, slot: Slot) -> float:
        """When a slot was filled, by the API server's clock, seconds since 1970; Broken where it is empty."""
        found = self.deployment(model, slot)
        if found is None:
            raise Broken(f"{model}: nothing runs in {slot}")
        return datetime.fromisoformat(found["metadata"]["creationTimestamp"]).timestamp()

    def ready(self, model: str, slot: Slot) -> int:
        """How many pods of a slot take requests now."""
        found = self.deployment(model, slot) or {}
        return int(found.get("status", {}).get("readyReplicas") or 0)

    def place(self, wanted: Wanted) -> None:
        """Apply a slot and what it needs."""
        self._apply(self.manifests.slot(wanted))

    def wait(self, model: str, slot: Slot, release: str | None, seconds: float = ROLLOUT_SECONDS) -> None:
        """Until all pods of a slot are of this release and ready; DoesNotComeUp gives the reason where they are not."""
        namespace, name = self.cluster.namespace_of(slot), f"{name_of(model)}-{slot}"
        if release is None:
            raise Broken(f"{namespace}/{name}: somebody deleted the deployment")
        Rollouts(self.api).wait(namespace, name, release, seconds)

    def wait_for_both(self, model: str) -> None:
        """The same for stable and, where there is one, canary: if stable's pods do not come, that is no fault of it."""
        try:
            self.wait(model, "stable", self.release(model, "stable"))
        except DoesNotComeUp as problem:
            raise Broken(str(problem)) from None
        if release := self.release(model, "canary"):
            self.wait(model, "canary", release)

    def differs(self, wanted: Wanted) -> bool:
        """Whether applying a slot would change what its pods are made from."""
        [deployment] = [one for one in self.manifests.slot(wanted) if one["kind"] == "Deployment"]
        there = self.deployment(wanted.model, wanted.slot)
        then = self.api.apply(deployment, dry_run=True)
        return there is None or bool(there["spec"]["template"] != then["spec"]["template"])

    def scale(self, model: str, replicas: Replicas) -> None:
        """So many pods of stable and canary, with the HPA standing still at stable's number."""
        self._apply([self.manifests.autoscaler(model, replicas.stable, replicas.stable)])
        self.api.scale(self.cluster.namespace, f"{name_of(model)}-stable", replicas.stable)
        if self.deployment(model, "canary"):
            self.api.scale(self.cluster.namespace, f"{name_of(model)}-canary", replicas.canary)

    def fill_up(self, model: str) -> None:
        """At least as many pods of stable as the environment wants: a new Deployment begins with one."""
        if (self.replicas(model, "stable") or 0) < self.cluster.replicas:
            self.api.scale(self.cluster.namespace, f"{name_of(model)}-stable", self.cluster.replicas)

    def settle(self, model: str, release: str | None) -> None:
        """What follows a switch: all of production as rendered, no canary, nothing that is rendered no more."""
        kept: list[Document] = []
        if release:
            kept = [*self.manifests.public(model), *self.manifests.slot(Wanted(model, "stable", release, ""))]
            self._apply(self.manifests.public(model))
        self.clear(model, "canary")
        self._sweep(model, {(one["kind"], one["metadata"]["name"]) for one in kept})

    def clear(self, model: str, slot: Slot) -> None:
        """Empty canary or staging; a canary gone, the HPA moves again."""
        namespace, name = self.cluster.namespace_of(slot), f"{name_of(model)}-{slot}"
        there = self.deployment(model, slot) is not None
        self.api.delete("Deployment", namespace, name)
        self.api.delete("Service", namespace, name)
        if slot == "canary" and self.deployment(model, "stable"):
            self._apply([self.manifests.autoscaler(model, self.cluster.replicas, self.cluster.max_replicas)])
        if there:
            visible(Write.SLOT_REMOVED)

    def _sweep(self, model: str, kept: set[tuple[str, str]]) -> None:
        namespace, labels = self.cluster.namespace, {"name": name_of(model), "managed_by": MANAGER}
        for kind in SWEPT:
            for found in self.api.labelled(kind, namespace, **labels):
                if (kind, found["metadata"]["name"]) not in kept:
                    self.api.delete(kind, namespace, found["metadata"]["name"])

    def _apply(self, documents: Iterable[Document]) -> None:
        for document in documents:
            self.api.apply(document)
