"""Two namespaces of a real cluster, the delivery's own account in them, and small releases as images."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from delivery.clusters import Cluster, Resources
from delivery.files import replace_json
from delivery.images.building import build_image
from delivery.manifests import Manifests, name_of
from delivery.opening import lock, open_delivery
from delivery.promotion import Delivery, promote
from delivery.settings import Settings
from tests.e2e.images import MODEL, ROOT, project, release_for
from tests.e2e.missing import require

WHO = {"who": "me", "why": "test"}
TOKEN_SECONDS = 7200


@dataclass
class Bench:
    """A project, its environment, and the administrator's kubeconfig; KUBECONFIG itself is the delivery's."""

    settings: Settings
    admin_config: str

    @property
    def cluster(self) -> Cluster:
        """The environment."""
        assert self.settings.cluster
        return self.settings.cluster

    @property
    def namespace(self) -> str:
        """Production's."""
        return self.cluster.namespace

    def delivery(self) -> Delivery:
        """As every verb opens it."""
        return open_delivery(self.settings)

    def admin(self, *words: str, given: str | None = None, wanted: int | None = 0) -> str:
        """`kubectl WORDS` as the administrator, in production; what it printed."""
        return kubectl(self.admin_config, "--namespace", self.namespace, *words, given=given, wanted=wanted)

    def deployer(self, *words: str, wanted: int | None = 0) -> str:
        """`kubectl WORDS` as the delivery."""
        return kubectl(os.environ["KUBECONFIG"], *words, wanted=wanted)

    def build(self, name: str, intercept: float = 0.1, **more: Any) -> Path:
        """A sealed release whose image the registry holds, and image.json beside it; `more` goes into it."""
        folder = self.settings.root / name / "release"
        if not folder.exists():
            folder.parent.mkdir()
            release_for(self.settings, f"{name}/release", intercept, **more)
            self.leave_image(folder, build_image(self.settings, folder, print).reference)
        return folder

    def disguise(self, name: str, like: Path, change: str) -> Path:
        """An image with one more instruction, under a release's name of its own: what no gate lets pass."""
        folder = self.settings.root / name / "release"
        folder.parent.mkdir()
        release_for(self.settings, f"{name}/release", intercept=float(len(name)))
        source = json.loads((like.parent / "image.json").read_text())["reference"]
        tag = f"{source.partition('@')[0]}:{name}"
        context = self.settings.root / name / "context"
        context.mkdir()
        (context / "Dockerfile").write_text(f"FROM {source}\n{change}\n")
        for words in (["build", "--quiet", "--tag", tag, str(context)], ["push", "--quiet", tag]):
            subprocess.run(["docker", "--config", str(self.settings.root), *words], check=True, capture_output=True)
        found = subprocess.run(
            ["docker", "inspect", "--format", "{{json .RepoDigests}}", tag], check=True, capture_output=True
        )
        self.leave_image(folder, json.loads(found.stdout)[0])
        return folder

    def leave_image(self, folder: Path, reference: str) -> None:
        """What `image` leaves."""
        replace_json(folder.parent / "image.json", {"schema": 1, "release": identity(folder), "reference": reference})

    def service_url(self) -> str:
        """Where the model's Service answers, as seen from a node."""
        address = self.admin("get", "service", name_of(MODEL), "--output=jsonpath={.spec.clusterIP}")
        return f"http://{address}:80"

    def pods(self, slot: str) -> list[str]:
        """The pods of a slot."""
        return self.admin("get", "pods", f"--selector=slot={slot}", "--output=name").split()


def identity(folder: Path) -> str:
    """Of a sealed release."""
    return str(json.loads((folder / "release.json").read_text())["identity"])


def kubectl(config: str, *words: str, given: str | None = None, wanted: int | None = 0) -> str:
    """What kubectl prints, errors after it."""
    done = subprocess.run(["kubectl", "--kubeconfig", config, *words], input=given, capture_output=True, text=True)
    assert wanted in (None, done.returncode), f"kubectl {words} ended with {done.returncode}: {done.stderr}"
    return (done.stdout + done.stderr).strip()


@contextmanager
def bench(root: Path, **more: Any) -> Iterator[Bench]:
    """A project in namespaces of its own; both go afterwards. `more` changes what the environment says."""
    for name in ("KUBECONFIG", "PROMETHEUS_URL"):
        require(bool(os.environ.get(name)), f"a cluster: {name}")
    admin_config = os.environ["KUBECONFIG"]
    with project(root) as bare:
        for folder in ("k8s", "monitoring"):
            shutil.copytree(ROOT / folder, root / folder)
        settings = environment(bare, **more)
        bench = Bench(settings, admin_config)
        try:
            prepare(bench)
            path = root / "deployer.conf"
            path.write_text(deployer_config(bench))
            os.environ["KUBECONFIG"] = str(path)
            yield bench
        finally:
            os.environ["KUBECONFIG"] = admin_config
            spaces = [bench.namespace, bench.cluster.staging_namespace]
            bench.admin("delete", "namespace", "--wait=false", "--ignore-not-found", *spaces)


def environment(settings: Settings, **more: Any) -> Settings:
    """The settings for a cluster that reads often and has few processors."""
    name = f"e2e-{secrets.token_hex(3)}"
    said: dict[str, Any] = {"replicas": 3, "rollout": {"shares": [0.25, 0.5]}, **more}
    cluster = Cluster(
        name, f"{name}-staging", os.environ["PROMETHEUS_URL"], ("monitoring",), scale_down_seconds=30,
        scrape_seconds=5, faults_allowed=True, resources=Resources(cpu="20m", cpu_limit="500m"), **said,
    )  # fmt: skip
    return dataclasses.replace(settings, environments={"here": cluster}).at("here")


def prepare(bench: Bench) -> None:
    """What an administrator does once."""
    documents = yaml.safe_dump_all(Manifests(ROOT, bench.cluster).admin())
    kubectl(bench.admin_config, "apply", "--server-side", "--filename=-", given=documents)
    pull_secrets(bench)


def pull_secrets(bench: Bench) -> None:
    """The login with which nodes pull."""
    for namespace in (bench.namespace, bench.cluster.staging_namespace):
        words = ("create", "secret", "docker-registry", "pull", *login())
        kubectl(bench.admin_config, "--namespace", namespace, *words)


def login() -> list[str]:
    """What `kubectl create secret docker-registry` asks for."""
    return [f"--docker-{name}={os.environ[key]}" for name, key in LOGIN.items()]


LOGIN = {"server": "REGISTRY", "username": "REGISTRY_USER", "password": "REGISTRY_PASSWORD"}


def deployer_config(bench: Bench) -> str:
    """A kubeconfig of the delivery's account and nobody else's."""
    token = bench.admin("create", "token", "deployer", f"--duration={TOKEN_SECONDS}s")
    document: Any = yaml.safe_load(bench.admin("config", "view", "--raw", "--minify"))
    document["users"] = [{"name": "deployer", "user": {"token": token}}]
    document["contexts"][0]["context"] |= {"user": "deployer", "namespace": bench.namespace}
    return str(yaml.safe_dump(document))


def until(happens: Any, seconds: float = 60) -> None:
    """Wait for something; an assertion where it does not come."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"not in {seconds} s"
        time.sleep(0.5)


def go_live(there: Bench, folder: Path) -> str:
    """Promote a release, whatever the ledger thinks of it."""
    delivery = there.delivery()
    release = delivery.target.publish(MODEL, folder)
    with lock(there.settings, MODEL, "promote", 90):
        promote(delivery, MODEL, release, again=True, **WHO)
    return release


def live(there: Bench) -> str:
    """The champion, confirmed by its pods."""
    champion = there.delivery().target.current(MODEL)
    assert champion
    return champion.release
