"""ServiceMonitors and rules, installed and proved to be taken, and the windows that a canary is judged on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from delivery.errors import Broken
from delivery.evidence import Traffic
from delivery.manifests import name_of
from delivery.observing import NotSeen, Watch
from delivery.rules import not_loaded
from delivery.targets import Slot
from delivery.targets.kube.api import MANAGER, NOT_FOUND, ApiRefused, Document
from delivery.targets.kube.prometheus import PATIENCE_SCRAPES, Prometheus, PrometheusWatch, Targets
from delivery.targets.kube.slots import Slots

LIVE_SECONDS = 150.0
"""What is new reaches Prometheus through a mounted secret or ConfigMap, renewed by a kubelet once a minute only."""
POLL_SECONDS = 1.0
ALIVE_SECONDS = 30.0
"""A canary's pod that is replaced may take so long; meanwhile nobody looks whether a rollback waits."""


@dataclass(frozen=True)
class Monitoring:
    """The Prometheus of one cluster."""

    slots: Slots

    @cached_property
    def prometheus(self) -> Prometheus:
        """By the address that project.toml names."""
        return Prometheus(self.slots.cluster.prometheus_url)

    @property
    def patience_seconds(self) -> float:
        """How long a new target may take to be read."""
        return LIVE_SECONDS + PATIENCE_SCRAPES * self.slots.cluster.scrape_seconds

    def watch(self, model: str, slots: tuple[Slot, ...], traffic: Traffic) -> Watch:
        """Since the canary is there; NotSeen where Prometheus never reads every pod of these slots.

        People reach a canary from its first ready moment on: all that it answered counts, also before it was read.
        """
        self.slots.api.apply(self.slots.manifests.monitor(model, slots[0]))
        targets, pods = self._targets(model, slots), partial(self._pods, model, slots)
        targets.wait(pods, 0.0, self.patience_seconds)
        began, release = self.slots.made_at(model, "canary"), self.slots.release(model, "canary")
        alive = partial(self.slots.wait, model, "canary", release, ALIVE_SECONDS)
        return PrometheusWatch(targets, pods, traffic, began, {str(release): alive})

    def prove(self, model: str, slot: Slot) -> str:
        """Install ServiceMonitors and rules; wait until these are loaded, those selected, and this slot is read.

        Dashboards and Alertmanager's route are installed where the environment asks for them; nobody is asked for
        those. Broken says which of the three it is that does not come.
        """
        monitors = [self.slots.manifests.monitor(model, each) for each in ("staging", "stable")]
        for monitor in monitors:
            self.slots.api.apply(monitor)
        manifests = self.slots.manifests
        rule = manifests.rules()
        for document in (rule, *manifests.dashboards(), *manifests.alerting()):
            self.slots.api.apply(document)
        self._take_back_routes({one["metadata"]["name"] for one in manifests.alerting()})
        begun = time.monotonic()
        while unselected := self.unselected(monitors):
            if time.monotonic() - begun > LIVE_SECONDS:
                raise Broken(f"{model}: Prometheus does not select ServiceMonitor {' and '.join(unselected)}: "
                             "compare its labels with the selectors of the Prometheus resource")  # fmt: skip
            time.sleep(POLL_SECONDS)
        try:
            # What is staged has pods of its own under a name that others had; stable's were read long ago.
            since = 0.0 if slot == "stable" else self.prometheus.now()
            targets = self._targets(model, (slot,))
            targets.wait(partial(self._pods, model, (slot,)), since, self.patience_seconds)
        except NotSeen as problem:
            raise Broken(f"{model}: {problem}; it selects the ServiceMonitor, but cannot read the pods "
                         "(does their NetworkPolicy let it in: clients in project.toml?)") from None  # fmt: skip
        self._wait_for_rules(model, rule, begun)
        count = sum(len(group["rules"]) for group in rule["spec"]["groups"])
        return (f"; Prometheus selects the ServiceMonitors of both namespaces, reads {slot} "
                f"and has loaded {count} rules of {rule['metadata']['namespace']}")  # fmt: skip

    def _take_back_routes(self, kept: set[str]) -> None:
        """Who is no longer to be called is not called any more."""
        api, namespace = self.slots.api, self.slots.cluster.namespace
        try:
            there = api.labelled("AlertmanagerConfig", namespace, managed_by=MANAGER)
        except ApiRefused as problem:
            if problem.status == NOT_FOUND:  # a cluster without this kind has none of them
                return
            raise
        for route in there:
            if route["metadata"]["name"] not in kept:
                api.delete("AlertmanagerConfig", namespace, route["metadata"]["name"])

    def _wait_for_rules(self, model: str, rule: Document, begun: float) -> None:
        while missing := not_loaded(rule, self.prometheus.rules()):
            if time.monotonic() - begun > LIVE_SECONDS:
                raise Broken(f"{model}: Prometheus does not run PrometheusRule {rule['metadata']['name']}: {missing}; "
                             "compare its labels with ruleSelector of the Prometheus resource")  # fmt: skip
            time.sleep(POLL_SECONDS)

    def unselected(self, monitors: list[Document]) -> list[str]:
        """Which ServiceMonitors are not in Prometheus' configuration."""
        configuration = self.prometheus.configuration()
        names = [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in monitors]
        return [name for name in names if f"serviceMonitor/{name}/" not in configuration]

    def _targets(self, model: str, slots: tuple[Slot, ...]) -> Targets:
        cluster = self.slots.cluster
        services = tuple(f"{name_of(model)}-{slot}" for slot in slots)
        return Targets(self.prometheus, cluster.namespace_of(slots[0]), services, cluster.scrape_seconds)

    def _pods(self, model: str, slots: tuple[Slot, ...]) -> Mapping[str, int]:
        return {f"{name_of(model)}-{slot}": self.slots.ready(model, slot) for slot in slots}
