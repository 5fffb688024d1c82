"""ServiceMonitors installed and proved to be selected, and the windows that a canary is judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from delivery.errors import Broken
from delivery.evidence import Traffic
from delivery.manifests import name_of
from delivery.observing import NotSeen, Watch
from delivery.targets import Slot
from delivery.targets.kube.prometheus import PATIENCE_SCRAPES, Prometheus, PrometheusWatch, Targets
from delivery.targets.kube.slots import Slots

LIVE_SECONDS = 45.0
"""A new ServiceMonitor takes up to 20 s to reach Prometheus' configuration."""


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
        """From the first moment at which Prometheus reads every pod of these slots; NotSeen where it never does."""
        self.slots.api.apply(self.slots.manifests.monitor(model, slots[0]))
        targets, pods = self._targets(model, slots), partial(self._pods, model, slots)
        targets.wait(pods, self.prometheus.now(), self.patience_seconds)
        return PrometheusWatch(targets, pods, traffic, self.prometheus.now())

    def prove(self, model: str, slot: Slot) -> str:
        """Install the ServiceMonitor and wait until Prometheus reads the slot; Broken says whether it is selected."""
        document = self.slots.manifests.monitor(model, slot)
        self.slots.api.apply(document)
        where = f"{document['metadata']['namespace']}/{document['metadata']['name']}"
        try:
            targets = self._targets(model, (slot,))
            targets.wait(partial(self._pods, model, (slot,)), self.prometheus.now(), self.patience_seconds)
        except NotSeen as problem:
            raise Broken(f"{model}: {problem}; {self._selected(where)}") from None
        return f"; Prometheus selects ServiceMonitor {where} and reads {slot}"

    def _selected(self, where: str) -> str:
        if f"serviceMonitor/{where}/" in self.prometheus.configuration():
            return f"it selects ServiceMonitor {where}, so it cannot reach the pods (NetworkPolicy, clients?)"
        return f"it does not select ServiceMonitor {where}: compare its labels with the Prometheus resource's selectors"

    def _targets(self, model: str, slots: tuple[Slot, ...]) -> Targets:
        cluster = self.slots.cluster
        services = tuple(f"{name_of(model)}-{slot}" for slot in slots)
        return Targets(self.prometheus, cluster.namespace_of(slots[0]), services, cluster.scrape_seconds)

    def _pods(self, model: str, slots: tuple[Slot, ...]) -> Mapping[str, int]:
        return {f"{name_of(model)}-{slot}": self.slots.ready(model, slot) for slot in slots}
