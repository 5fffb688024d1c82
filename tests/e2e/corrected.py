"""A toy model in a real cluster whose alerts reach the job `respond`; releases that know their normal traffic."""

from __future__ import annotations

import copy
import os
import random
import re
import secrets
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.replaying import Case
from delivery.settings import load_settings
from model.asking import Answering
from model.release.reference import build
from model.release.schema import Schema
from tests.delivery.tiny import FIGURES
from tests.e2e.cluster import Bench, bench, go_live, live, until
from tests.e2e.cluster_checkout import ENVIRONMENT
from tests.e2e.images import MODEL, ROOT
from tests.e2e.missing import require
from tests.e2e.respond_job import RespondJob, listening
from tests.serving.releases import TEXT, write_release

FILLERS = ("film", "fine", "plot", "actor", "scene", "music", "ending")
WEBHOOK = '\n[environments.here.alert_webhook]\nurl = "{url}"\nsecret = "alerts"\n'
SAID: dict[str, Any] = {"cooldown_seconds": 1, "corrections_a_day": 50, "ModelInputDrift": '"rollback"'}
"""What this project says otherwise: several faults in a row are corrected, and drift by going back."""


def people_say(rows: int, seed: int = 7, words: tuple[int, int] = (1, 12), right: float = 0.85) -> list[Case]:
    """Reviews of so many words; one of them says the label, in most of them."""
    chance, cases = random.Random(seed), []
    labels = {"good": ("negative", "positive"), "bad": ("positive", "negative")}
    for _ in range(rows):
        word = chance.choice(["good", "bad"])
        text = " ".join([*(chance.choice(FILLERS) for _ in range(chance.randint(*words))), word])
        cases.append(Case({"text": text}, labels[word][chance.random() < right]))
    return cases


def parts_for(cases: Sequence[Case], intercept: float) -> dict[str, Any]:
    """The toy release, with a drift reference of just these cases and its own answers to them."""
    parts = copy.deepcopy(TEXT)
    parts["scorer.json"]["scorer"]["intercepts"] = [intercept]
    instances: list[Any] = [dict(case.instance) for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        release = write_release(Path(folder) / "release", parts)
        with Answering(release) as answering:
            answers = [one["probabilities"] for one in answering.ask(instances)["answers"]]
    parts["reference.json"] = build(Schema.from_document(parts["schema.json"]), instances, answers)
    return parts


@dataclass
class Corrected:
    """A cluster that corrects itself: the bench, the job that is called, and the release that is put back."""

    there: Bench
    job: RespondJob
    cases: Sequence[Case]
    first: str = ""

    def promote(self, name: str, intercept: float) -> str:
        """A fresh good release in production."""
        parts = parts_for(self.cases, intercept)
        return go_live(self.there, self.there.build(name, intercept, parts=parts, figures=FIGURES))


@contextmanager
def corrected(root: Path) -> Iterator[Corrected]:
    """Nothing is done by hand from here on but the faults."""
    for name in ("ALERTMANAGER_URL", "NODE_IP"):
        require(bool(os.environ.get(name)), f"an Alertmanager that reaches this machine: {name}")
    with bench(root) as there:
        job = RespondJob(root, secrets.token_hex(16), os.environ["KUBECONFIG"])
        with listening(job, os.environ["NODE_IP"]) as url:
            say(there, url)
            there.admin("create", "secret", "generic", "alerts", f"--from-literal=token={job.token}")
            here = Corrected(there, job, people_say(2000))
            here.first = here.promote("first", 0.1)
            print(there.delivery().target.prove_scraped(MODEL, "stable", live(there)))
            until(lambda: f"{there.namespace}/model-alerts/respond" in routes(), 150)
            yield here


def say(there: Bench, url: str) -> None:
    """project.toml, as a person would fill it in; the bench follows it."""
    settings, path = there.settings, there.settings.root / "project.toml"
    text = (ROOT / "project.toml").read_text()
    names = ("name", "registry", "base_image", "base_digest")
    for key, value in {**SAID, **{name: f'"{getattr(settings, name)}"' for name in names}}.items():
        text, count = re.subn(rf"(?m)^{key} *=[^#\n]*", f"{key} = {value} ", text)
        assert count == 1, key
    values = {"name": "here", "namespace": there.namespace, "replicas": 2, "shares": [0.5]}
    text += ENVIRONMENT.format(**values, prometheus=os.environ["PROMETHEUS_URL"]) + WEBHOOK.format(url=url)
    path.write_text(text)
    there.settings = load_settings(path).at("here")


def routes() -> str:
    """Alertmanager's configuration as it runs."""
    with urllib.request.urlopen(f"{os.environ['ALERTMANAGER_URL']}/api/v2/status", timeout=10) as answer:
        return str(answer.read())
