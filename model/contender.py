"""From what training left to a contender folder, and from a contender that passed its gates to a sealed release.

The contender is laid out as a release (docs/contracts.md); build/<model>/contender.json beside it names its identity.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.asking import Answering
from model.card import whole, write_card
from model.data import Data
from model.documents import find_json, write_json
from model.evaluation import Contender
from model.instances import instances_of
from model.references import schema_of
from model.release.sealing import ReleaseInfo, answering_files, identity_of, seal, verify
from model.spec import ModelSpec

SAMPLES = 20
SERVER_CODE = ("serving", "model/release")
NOT_SERVED = shutil.ignore_patterns("__pycache__", "*.in", "requirements*.txt")
LOCK, FALLBACK_LOCK = "serving/requirements.txt", "serving/requirements-fallback.txt"


class NotReady(Exception):
    """There is no contender, or it is not the one that was judged."""


@dataclass(frozen=True)
class Platform:
    """What an image adds to a release and its identity: the Dockerfile's sha256, the base image by digest."""

    dockerfile_sha256: str
    base_image: str


def assemble(spec: ModelSpec, data: Data, root: Path, build: Path, platform: Platform) -> Contender:
    """Lay the contender out from build/<model>/fitted: afterwards it is there whole, or as it was before."""
    fresh, folder = build / "contender.new", build / "contender"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(build / "fitted", fresh)
    _copy_code(spec, root, fresh)
    write_json(fresh / "schema.json", schema_of(spec).to_document())
    write_json(fresh / "samples.json", _samples(spec, data, fresh))
    identity = identity_of(answering_files(fresh), platform.dockerfile_sha256, platform.base_image)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    candidate = (find_json(build / "training.json") or {})["winner"]
    described = {"schema": 1, "model": spec.name, "identity": identity, "candidate": candidate}
    write_json(build / "contender.json", {**described, **asdict(platform)})
    return Contender(folder, identity, candidate)


def _copy_code(spec: ModelSpec, root: Path, folder: Path) -> None:
    for room in SERVER_CODE:
        shutil.copytree(root / room, folder / room, ignore=NOT_SERVED)
    shutil.copy(root / "model" / "__init__.py", folder / "model" / "__init__.py")
    fallback = (folder / "scorer.skops").exists()
    shutil.copy(root / (FALLBACK_LOCK if fallback else LOCK), folder / "requirements.txt")
    if (root / spec.folder / "runtime.py").exists():
        shutil.copy(root / spec.folder / "runtime.py", folder / "runtime.py")


def _samples(spec: ModelSpec, data: Data, folder: Path) -> dict[str, Any]:
    """Training rows spread over the file, and what this release answers to them."""
    write_json(folder / "samples.json", {"schema": 1, "instances": [], "predictions": []})
    positions = [round(step * (len(data.train) - 1) / (SAMPLES - 1)) for step in range(SAMPLES)]
    instances = instances_of(data.train.features.iloc[positions], spec.features)
    with Answering(folder) as contender:
        answers = contender.ask(instances)["answers"]
    return {"schema": 1, "instances": instances, "predictions": answers}


def open_contender(build: Path) -> Contender:
    """The contender that `train` left; NotReady where there is none."""
    described = find_json(build / "contender.json")
    if described is None or not (build / "contender").is_dir():
        raise NotReady(f"{build.name}: no contender in {build}; `train` leaves it")
    return Contender(build / "contender", described["identity"], described["candidate"])


def identity_in(folder: Path) -> str:
    """The identity of a sealed release, or of the contender in this folder."""
    if (folder / "release.json").exists():
        return verify(folder).identity
    return open_contender(folder.parent).identity


def seal_release(
    spec: ModelSpec, build: Path, commit: str, evaluation: Mapping[str, Any], verdicts: Mapping[str, Any]
) -> ReleaseInfo:
    """Seal the judged contender as build/<model>/release; NotReady where verdicts are of another one or say no."""
    contender = open_contender(build)
    judged = (evaluation["contender"], verdicts["contender"])
    if judged != (contender.identity, contender.identity):
        raise NotReady(f"{spec.name}: the gates judged {judged[1]}, the contender is {contender.identity}; run `gate`")
    if not verdicts["passed"]:
        raise NotReady(f"{spec.name}: the gates refused {contender.identity}")
    fresh, folder = build / "release.new", build / "release"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(contender.folder, fresh)
    provenance = _provenance(spec, build, contender, commit, evaluation, verdicts["verdicts"])
    card = write_card(spec, evaluation, verdicts["verdicts"], provenance["data"])
    (fresh / "card.md").write_text(card, encoding="utf-8")
    info = seal(fresh, provenance)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return info


def _provenance(
    spec: ModelSpec,
    build: Path,
    contender: Contender,
    commit: str,
    evaluation: Mapping[str, Any],
    verdicts: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    described, checked = find_json(build / "contender.json"), find_json(build / "check.json")
    if described is None or checked is None:
        raise NotReady(f"{spec.name}: check.json or contender.json is not there; `check` and `train` leave them")
    return {
        "candidate": contender.candidate,
        "commit": commit,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {"sha256": checked["data_sha256"], "rows": checked["rows"], "profile": checked["profile"]},
        "dockerfile_sha256": described["dockerfile_sha256"],
        "base_image": described["base_image"],
        "figures": whole(evaluation["measurements"]),
        "verdicts": list(verdicts),
    }
