"""`render`: what a delivery to a cluster applies, as files, for review or for a tool that applies them from git."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable
from pathlib import Path

import yaml

from delivery.errors import WrongSetting
from delivery.files import replace_file
from delivery.manifests import Document, Manifests, Wanted
from delivery.progress import tell
from delivery.targets import Slot
from delivery.work import Work

NOT_RENDERED = (
    "applied by another tool these files replace production at once: no canary, no judgement, no ledger, no way back "
    "but another commit; the canary slot is the delivery's alone, and the Secret signing-key, which a delivery makes "
    "once, is yours to make"
)


def render(work: Work, _call: argparse.Namespace) -> None:
    """Writes build/<model>/k8s/ anew: admin/ for whoever owns the cluster, then staging/ and production/."""
    if work.settings.cluster is None:
        raise WrongSetting("render: this machine runs folders, not manifests; --environment NAME names a cluster")
    if lost := work.settings.cluster.feedback_lost():
        tell(f"render: {lost}")
    manifests, folder = Manifests(work.root, work.settings.cluster), work.build / "k8s"
    shutil.rmtree(folder, ignore_errors=True)
    count = write(folder / "admin", manifests.admin())
    image = work.find("image.json")
    if image is None or "@sha256:" not in image["reference"]:
        tell(f"render: {count} files in build/{work.name}/k8s/admin; the rest needs an image, `image` has not run")
        return
    places: tuple[tuple[Slot, str], ...] = (("staging", "staging"), ("stable", "production"))
    for slot, name in places:
        count += write(folder / name, documents_of(manifests, work.name, slot, image))
    tell(f"render: {count} files in build/{work.name}/k8s; {NOT_RENDERED}")


def documents_of(manifests: Manifests, model: str, slot: Slot, image: dict[str, str]) -> Iterable[Document]:
    """A slot with what stands around it."""
    replicas = 1 if slot == "staging" else None
    yield from manifests.slot(Wanted(model, slot, image["release"], image["reference"], replicas))
    yield manifests.monitor(model, slot)
    if slot == "stable":
        yield from manifests.public(model)
        yield manifests.rules()
        yield from manifests.dashboards()
        yield from manifests.alerting()


def write(folder: Path, documents: Iterable[Document]) -> int:
    """One object a file, named so that they are applied in order; how many."""
    count = 0
    for count, document in enumerate(documents, start=1):
        metadata = document["metadata"]
        within = metadata.get("namespace", "cluster")
        name = f"{count:02d}-{document['kind'].lower()}-{within}-{metadata['name']}.yaml"
        replace_file(folder / name, yaml.safe_dump(document, sort_keys=False))
    return count
