"""A clone whose project.toml names a real cluster: delivered by its CLI alone, with the delivery's own kubeconfig."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from delivery.images.building import LABEL
from delivery.images.registry import Registry
from delivery.manifests import name_of
from delivery.settings import load_settings
from tests.e2e.checkout import Checkout, cloned
from tests.e2e.cluster import Bench, deployer_config, kubectl, pull_secrets
from tests.e2e.images import base_image, docker, require_docker
from tests.e2e.missing import require

ENVIRONMENT = """
[environments.{name}]
namespace = "{namespace}"
staging_namespace = "{namespace}-staging"
prometheus_url = "{prometheus}"
clients = ["monitoring"]
replicas = {replicas}
max_replicas = 4
scale_down_seconds = 30
scrape_seconds = 5
faults_allowed = true
resources = {{cpu = "20m", cpu_limit = "500m", memory = "64Mi", memory_limit = "96Mi"}}
[environments.{name}.rollout]
shares = {shares}
replay_requests = 1000
minimum_requests = 60
minimum_labelled = 60
error_margin = 0.03
latency_grace_seconds = 5.0
latency_limit_seconds = 5.0
"""
"""Pods of 96 MiB, a cluster that reads often and has few processors; accuracy is judged as project.toml says."""
PLACE = {"here": (3, [0.25, 0.5]), "there": (1, [0.5])}


@dataclass(frozen=True)
class Delivered:
    """A clone, its environments by name, and the folder with their deployers' kubeconfigs."""

    checkout: Checkout
    project: str
    admin_config: str
    configs: Path

    def bench(self, environment: str = "here") -> Bench:
        """What an administrator of the environment does."""
        settings = load_settings(self.checkout.folder / "project.toml").at(environment)
        return Bench(settings, self.admin_config)

    def config(self, environment: str = "here") -> str:
        """The delivery's kubeconfig there: the only rights that the CLI ever has."""
        return str(self.configs / f"{environment}.conf")

    def deliver(
        self, *words: str, environment: str = "here", wanted: int | None = 0, config: str = "", **more: str
    ) -> str:
        """`python -m delivery WORDS` in an environment."""
        variables = {"DELIVERY_ENVIRONMENT": environment, "KUBECONFIG": config or self.config(environment), **more}
        said = self.checkout.deliver(*words, wanted=wanted, **variables)
        print(said)
        return said

    def add(self, environment: str) -> None:
        """An environment in project.toml, and what `render` says that an administrator makes once."""
        project = self.checkout.folder / "project.toml"
        replicas, shares = PLACE[environment]
        values = {"name": environment, "namespace": f"{self.project}-{environment}", "replicas": replicas}
        text = ENVIRONMENT.format(**values, prometheus=os.environ["PROMETHEUS_URL"], shares=shares)
        project.write_text(project.read_text() + text)
        self.checkout.commit(f"Environment {environment}")
        self.deliver("render", "sentiment", environment=environment)
        self.apply_admin()
        bench = self.bench(environment)
        pull_secrets(bench)
        Path(self.config(environment)).write_text(deployer_config(bench))

    def apply_admin(self) -> None:
        """As README says it."""
        folder = self.checkout.folder / "build" / "sentiment" / "k8s" / "admin"
        kubectl(self.admin_config, "apply", "--server-side", f"--filename={folder}")

    def image_label(self, reference: str) -> str:
        """The release that an image in the registry says it is."""
        name, _, digest = reference.partition("@")
        host, _, repository = name.partition("/")
        return Registry.open(host, os.environ).labels_of(repository, digest)[f"{LABEL}.version"]

    def ask(self, model: str, instances: list[Any], environment: str = "here") -> dict[str, Any]:
        """A prediction through the Service."""
        address = self.bench(environment).admin("get", "service", name_of(model), "--output=jsonpath={.spec.clusterIP}")
        return ask(f"http://{address}:80", instances)


def ask(url: str, instances: list[Any]) -> dict[str, Any]:
    """`POST /predict`, without a retry."""
    answer = urllib3.request("POST", f"{url}/predict", json={"instances": instances}, retries=False, timeout=30)
    assert answer.status == 200, answer.data[:300]
    document: dict[str, Any] = answer.json()
    return document


@contextmanager
def delivered(root: Path) -> Iterator[Delivered]:
    """A clone with the environment `here`; namespaces and images go afterwards."""
    for name in ("KUBECONFIG", "PROMETHEUS_URL"):
        require(bool(os.environ.get(name)), f"a cluster: {name}")
    require_docker()
    project, admin = f"e2e-{secrets.token_hex(3)}", os.environ["KUBECONFIG"]
    (root / "login").mkdir()
    with cloned(root / "clone") as checkout:
        there = Delivered(checkout, project, admin, root)
        try:
            checkout.make("setup")
            name_images(checkout, project, root / "login")
            there.add("here")
            yield there
        finally:
            spaces = [f"{project}-{name}{more}" for name in PLACE for more in ("", "-staging")]
            kubectl(admin, "delete", "namespace", "--wait=false", "--ignore-not-found", *spaces)
            forget_images(project, ("sentiment", "house_price", "wine"))


def name_images(checkout: Checkout, project: str, login: Path) -> None:
    """The registry, the base image by digest and a name of its own: all that a person enters into project.toml."""
    registry = os.environ["REGISTRY"]
    base, digest = base_image(registry, login)
    entered = {"name": project, "registry": registry, "base_image": base, "base_digest": digest}
    settings = checkout.folder / "project.toml"
    text = settings.read_text()
    for key, value in entered.items():
        text, count = re.subn(rf'(?m)^{key} *= *"[^"]*"', f'{key} = "{value}"', text)
        assert count == 1, key
    settings.write_text(text)
    checkout.commit("Our registry, and the base image by its digest")


def forget_images(project: str, models: tuple[str, ...]) -> None:
    """Out of the registry and out of the engine."""
    registry = Registry.open(os.environ["REGISTRY"], os.environ)
    for repository in (f"{project}/{model}" for model in models):
        for digest in {registry.digest_of(repository, tag) for tag in registry.tags(repository)} - {None}:
            registry.delete(repository, str(digest))
        for image in docker("images", "--quiet", "--filter", f"reference={registry.name_of(repository)}").split():
            subprocess.run(["docker", "rmi", "--force", image], capture_output=True, check=False)
