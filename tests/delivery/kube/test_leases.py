"""Who has lost a lease leaves alone what may be the new holder's; a dictionary stands in for the API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from delivery.settings import Settings, load_settings
from delivery.targets.cluster import ClusterTarget
from delivery.targets.kube.leases import Leases, lease_of

ROOT = Path(__file__).resolve().parents[3]
CLUSTER = """
[environments.there]
namespace = "models"
staging_namespace = "models-staging"
prometheus_url = "http://prometheus"
clients = ["monitoring"]
replicas = 3
max_replicas = 10
"""


class Objects:
    """The objects of a cluster, with the one rule of its API server that a lock rests on: no blind replacing."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], dict[str, Any]] = {}
        self.version = 0

    def get(self, kind: str, _namespace: str, name: str) -> dict[str, Any] | None:
        return self.known.get((kind, name))

    def create(self, document: dict[str, Any]) -> bool:
        key = document["kind"], document["metadata"]["name"]
        return key not in self.known and self._write(key, document)

    def replace(self, document: dict[str, Any]) -> bool:
        key = document["kind"], document["metadata"]["name"]
        there = self.known[key]["metadata"]["resourceVersion"]
        return document["metadata"]["resourceVersion"] == there and self._write(key, document)

    def delete(self, kind: str, _namespace: str, name: str) -> None:
        self.known.pop((kind, name), None)

    def _write(self, key: tuple[str, str], document: dict[str, Any]) -> bool:
        self.version += 1
        self.known[key] = {**document, "metadata": {**document["metadata"], "resourceVersion": str(self.version)}}
        return True

    def canary(self, release: str) -> None:
        """A canary's Deployment and Service."""
        for kind in ("Deployment", "Service"):
            metadata = {"name": "toy-canary", "labels": {"release": release}}
            self._write((kind, "toy-canary"), {"kind": kind, "metadata": metadata})

    def give_lease_to(self, holder: str) -> None:
        """What happens where a holder was silent for too long."""
        lease = self.known["Lease", lease_of("toy")]
        self._write(("Lease", lease_of("toy")), {**lease, "spec": {**lease["spec"], "holderIdentity": holder}})

    def names(self) -> set[tuple[str, str]]:
        return {key for key in self.known if key[0] != "Lease"}


@pytest.fixture
def target(tmp_path: Path) -> ClusterTarget:
    """A target whose API server is a dictionary."""
    (tmp_path / "project.toml").write_text((ROOT / "project.toml").read_text() + CLUSTER)
    settings: Settings = load_settings(tmp_path / "project.toml").at("there")
    assert settings.cluster
    target = ClusterTarget(settings.cluster, ROOT, tmp_path / "var")
    target.__dict__["api"] = Objects()
    return target


def test_the_holder_takes_its_canary_away(target: ClusterTarget) -> None:
    target.api.canary("8c1d02f7a9be")
    with target.leases.hold(lease_of("toy"), "canary", 0.0):
        target.remove("toy", "canary")
    assert target.api.names() == set()


def test_who_lost_the_lease_leaves_the_new_holder_s_canary_alone(target: ClusterTarget, capsys) -> None:
    def lose() -> None:
        try:
            target.api.give_lease_to("canary on another machine")
            target.api.canary("8c1d02f7a9be")  # the very same release: its name tells nothing
        finally:
            target.remove("toy", "canary")

    with target.leases.hold(lease_of("toy"), "canary", 0.0):
        lose()
    assert target.api.names() == {("Deployment", "toy-canary"), ("Service", "toy-canary")}
    assert "toy: canary is left as it is: canary on another machine delivers" in capsys.readouterr().err
    assert target.api.get("Lease", "models", lease_of("toy"))["spec"]["holderIdentity"] == "canary on another machine"


def test_a_lease_that_was_never_taken_or_that_somebody_deleted_forbids_nothing(target: ClusterTarget) -> None:
    leases: Leases = target.leases
    assert leases.taken_by(lease_of("toy")) == ""
    with leases.hold(lease_of("toy"), "canary", 0.0):
        assert leases.taken_by(lease_of("toy")) == ""
        target.api.delete("Lease", "models", lease_of("toy"))
        assert leases.taken_by(lease_of("toy")) == ""
