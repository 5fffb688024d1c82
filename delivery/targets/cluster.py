"""The target in a cluster: slots are Deployments, the champion is what the stable one says, weights are replicas."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from delivery.clusters import Cluster, replicas_for
from delivery.errors import Broken, DeliveryError, Refused
from delivery.evidence import Traffic
from delivery.files import read_json
from delivery.journal import Write, visible
from delivery.manifests import Manifests, Wanted, name_of
from delivery.observing import Watch
from delivery.progress import complain
from delivery.targets import SLOTS, Champion, Slot
from delivery.targets.asking import ask_release
from delivery.targets.kube.api import MANAGER, Api, connect
from delivery.targets.kube.leases import Leases, lease_of
from delivery.targets.kube.memory import Memory
from delivery.targets.kube.monitoring import Monitoring
from delivery.targets.kube.pulling import pull_release
from delivery.targets.kube.slots import PREVIOUS, Slots
from delivery.targets.kube.tunnel import Tunnels

KEY_BYTES = 32


@dataclass(frozen=True)
class ClusterTarget:
    """Two namespaces of a cluster. `root` is the checkout; `var` keeps champions' releases, out of their images."""

    cluster: Cluster
    root: Path
    var: Path
    environment: str = ""
    """Its name; the champion's image gets the tag `champion-<name>`. Empty: none."""

    @cached_property
    def api(self) -> Api:
        """The API server."""
        return connect(self.cluster.context)

    @cached_property
    def memory(self) -> Memory:
        """What the objects themselves do not tell."""
        return Memory(self.api, self.cluster.namespace)

    @cached_property
    def leases(self) -> Leases:
        """Who delivers."""
        return Leases(self.api, self.cluster.namespace)

    @cached_property
    def slots(self) -> Slots:
        """The Deployments and what stands around them."""
        return Slots(self.api, Manifests(self.root, self.cluster))

    @cached_property
    def monitoring(self) -> Monitoring:
        """Prometheus."""
        return Monitoring(self.slots)

    @cached_property
    def tunnels(self) -> Tunnels:
        """Addresses of slots on this machine."""
        return Tunnels(self.api)

    def open(self) -> None:
        """Make the keys with which pods sign prediction ids, where there are none: nobody can read them back."""
        for namespace in (self.cluster.namespace, self.cluster.staging_namespace):
            metadata = {
                "name": "signing-key",
                "namespace": namespace,
                "labels": {"app.kubernetes.io/managed-by": MANAGER},
            }
            key = {"key": secrets.token_hex(KEY_BYTES)}
            self.api.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": key})

    def current(self, model: str) -> Champion | None:
        """The champion by its Deployment, confirmed by one of its pods; Broken when that answers as another."""
        release = self.named(model)
        if release is None:
            return None
        url = self.address(model, "stable")
        answered = ask_release(model, url)
        if answered != release:
            raise Broken(f"{model}: stable answers as release {answered}, its deployment says {release}")
        folder = pull_release(self._image(model, release), release, self.var / "champions" / model)
        return Champion(model, release, folder, url)

    def named(self, model: str) -> str | None:
        """The release on the stable Deployment."""
        return self.slots.release(model, "stable")

    def publish(self, model: str, folder: Path) -> str:
        """Note the image of a sealed release, by digest, as `image` left it beside the folder."""
        release: str = read_json(folder / "release.json")["identity"]
        image = read_json(folder.parent / "image.json")
        if image["release"] != release or "@sha256:" not in image["reference"]:
            raise Broken(f"{model}: image.json names no image of release {release}; `image` has to run for a cluster")
        if self.memory.state(model).images.get(release) != image["reference"]:
            with self.memory.change(model, Write.RELEASE_PUBLISHED) as state:
                state.images[release] = image["reference"]
        return release

    def holds(self, model: str, release: str) -> bool:
        """Whether an image of the release is known."""
        return release in self.memory.state(model).images

    def start(self, model: str, slot: Slot, release: str, faults: str | None = None) -> str:
        """Apply a release to canary or staging and wait; what does not come up is taken away again."""
        self.open()
        self.slots.place(Wanted(model, slot, release, self._image(model, release), replicas=1, faults=faults or ""))
        visible(Write.SLOT_NAMED)
        try:
            self.slots.wait(model, slot, release)
        except Broken:
            self.remove(model, slot)
            raise
        visible(Write.SLOT_SERVING)
        return self.address(model, slot)

    def weigh(self, model: str, share: float) -> None:
        """So many pods of each that the canary's share of new connections is about this; the HPA stands still.

        Before there is a canary only stable is brought to its number, so that it never gets more than its share.
        """
        have = self.slots.replicas(model, "stable")
        if have is None:
            return
        try:
            wanted = replicas_for(share, max(self.cluster.replicas, have), max(self.cluster.max_replicas, have))
        except ValueError as problem:
            raise Refused(f"{model}: stable has {have} pods now: {problem}") from None
        self.slots.scale(model, wanted)
        visible(Write.SHARE_WEIGHED)
        self.slots.wait_for_both(model)

    def switch(self, model: str, release: str | None, previous: str | None) -> None:
        """A rolling update of stable to another image; the old pods serve until the new ones are ready."""
        if release:
            self.open()
            self.slots.place(Wanted(model, "stable", release, self._image(model, release), previous=previous))
            visible(Write.STABLE_NAMED)
            self.slots.fill_up(model)
            self.slots.wait(model, "stable", release)
            visible(Write.STABLE_SERVING)
        self.slots.settle(model, release)

    def renew(self, model: str) -> str:
        """Deployment and all around it as project.toml says now; pods are exchanged only where it says otherwise."""
        release, before = str(self.named(model)), self.previous(model)
        if self.slots.differs(Wanted(model, "stable", release, self._image(model, release), previous=before)):
            self.switch(model, release, before)
            return "its pods were exchanged, for project.toml says otherwise of them now"
        self.slots.settle(model, release)
        return ""

    def serves(self, model: str, release: str) -> bool:
        """Whether stable is that release and answers as it; then what a killed switch left undone is done too."""
        if self.named(model) != release:
            return False
        try:
            self.slots.wait(model, "stable", release)
            serves = ask_release(model, self.address(model, "stable")) == release
        except DeliveryError:
            return False
        if serves:
            self.slots.settle(model, release)
        return serves

    def remove(self, model: str, slot: Slot) -> None:
        """Delete the canary or what is staged; a canary gone, the HPA moves again.

        Not where another delivery has taken the model over: then what stands there is that one's.
        """
        other = self.leases.taken_by(lease_of(model))
        if other:
            return complain(f"{model}: {slot} is left as it is: {other} delivers this model now")
        self.slots.clear(model, slot)
        return None

    def address(self, model: str, slot: Slot) -> str:
        """A tunnel to the slot's own Service; Broken where no pod of it is ready."""
        if not self.slots.ready(model, slot):
            raise Broken(f"{model}: no pod of {slot} is ready in namespace {self.cluster.namespace_of(slot)}")
        return self.tunnels.url(self.cluster.namespace_of(slot), f"{name_of(model)}-{slot}")

    def watch(self, model: str, releases: Mapping[str, str], traffic: Traffic) -> Watch:
        """Through Prometheus, since the canary was made, once it reads every pod of both slots."""
        slots: tuple[Slot, ...] = ("stable", "canary") if len(releases) > 1 else ("canary",)
        return self.monitoring.watch(model, slots, traffic)

    def prove_scraped(self, model: str, slot: Slot, release: str) -> str:
        """Install the ServiceMonitor and wait until Prometheus reads this slot."""
        return self.monitoring.prove(model, slot)

    def public_url(self, model: str) -> str:
        """The ingress, where there is one, else the Service's name inside the cluster."""
        if self.cluster.ingress:
            return f"https://{self.cluster.ingress.host.replace('{name}', name_of(model))}"
        return f"http://{name_of(model)}.{self.cluster.namespace}.svc"

    def publish_champion(self, model: str, release: str | None) -> None:
        """Record the champion beside its image's digest, and let the registry's tag follow it.

        A registry that is away takes no promotion back: then builds without a kubeconfig see the champion before.
        """
        if release and self.environment:
            from delivery.images.champion import publish_image  # here: it brings an engine's client

            try:
                publish_image(self._image(model, release), self.environment)
            except DeliveryError as problem:
                complain(f"{model}: {problem}; until the next promotion pull requests are compared with the one before")
        with self.memory.change(model, Write.CHAMPION_PUBLISHED) as state:
            state.champion_published = release

    def previous(self, model: str) -> str | None:
        """Where a rollback would go: it stands on the stable Deployment, so that both change in one write."""
        stable = self.slots.deployment(model, "stable")
        return (stable["metadata"].get("annotations") or {}).get(PREVIOUS) if stable else None

    def held(self, model: str) -> str | None:
        """Why the model is held."""
        return self.memory.state(model).held

    def hold(self, model: str, why: str | None) -> None:
        """Hold or free the model."""
        with self.memory.change(model, Write.HELD) as state:
            state.held = why

    def prune(self, model: str, keep: set[str]) -> list[str]:
        """Forget images that no slot, no rollback and no `keep` names; returns their releases."""
        needed = keep | {self.slots.release(model, slot) for slot in SLOTS} | {self.previous(model)}
        gone = sorted(set(self.memory.state(model).images) - needed)
        if gone:
            with self.memory.change(model, Write.RELEASES_PRUNED) as state:
                state.images = {release: image for release, image in state.images.items() if release not in gone}
        return gone

    def _image(self, model: str, release: str) -> str:
        images = self.memory.state(model).images
        if release not in images:
            raise Broken(f"{model}: no image of release {release} is known in namespace {self.cluster.namespace}")
        return images[release]
