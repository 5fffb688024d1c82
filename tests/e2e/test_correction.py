"""Untouched by hand: people ask, production fails, Prometheus' own rules ring, Alertmanager calls with its token, the
job's command runs, and the release before serves again.

What is made for the show is the fault (an administrator's kubectl), the toy model, and a project.toml that waits a
second instead of half an hour between two corrections and goes back on ModelInputDrift, where the default trains anew
or, so soon after a promotion, only tells. Rules, windows, route and rights are as they are delivered.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from delivery.ledger import Entry
from delivery.targets.kube.rollouts import complete
from tests.e2e.cluster import until
from tests.e2e.corrected import Corrected, corrected, people_say
from tests.e2e.images import MODEL
from tests.e2e.people import People, people
from tests.e2e.respond_job import WHO

pytestmark = [pytest.mark.slow, pytest.mark.engines]
DEPLOYMENT = f"deployment/{MODEL}-stable"
PATIENCE_SECONDS = 300.0
NORMAL = 600
"""Answers that the fresh release gives before it goes bad."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corrected]:
    """One cluster for all faults, and the release that is put back."""
    with corrected(tmp_path_factory.mktemp("project")) as here:
        yield here


@dataclass(frozen=True)
class Correction:
    """What a fault came to."""

    detected_seconds: float
    restored_seconds: float
    counts: dict[str, int]
    entry: Entry


def counts_of(crowd: People) -> dict[str, int]:
    """What was asked so far: answers that were lost, slow, or not what people say was right."""
    names = ("sent", "lost", "slow")
    return {**{name: crowd.outcomes[name] for name in names}, "wrong": sum(crowd.wrong.values())}


def correction(here: Corrected, name: str, intercept: float, alert: str, fault: Callable[[People], Any]) -> Correction:
    """A fresh release goes live, people ask it, it goes bad, and nobody does anything about it."""
    bad = here.promote(name, intercept)
    with people(here.there.service_url(), here.cases, count=2) as crowd:
        until(lambda: crowd.releases[bad] >= NORMAL, 120)
        before, began = counts_of(crowd), time.time()
        fault(crowd)
        until(lambda: here.job.first(alert, bad), PATIENCE_SECONDS)
        until(lambda: serves(here, here.first), PATIENCE_SECONDS)
        restored, after = time.time() - began, counts_of(crowd)
        # The line in the ledger comes last, when the release before has answered; then the job ends.
        until(lambda: (0, True) in [(code, "rolled back: " in said) for code, said in here.job.said], 60)
    found = here.job.first(alert, bad)
    assert found is not None
    entries = here.there.delivery().ledger.entries(MODEL)
    [entry] = [one for one in entries if one.action == "rolled_back" and one.release == bad]
    counts = {key: after[key] - before[key] for key in after}
    row = Correction(found[0] - began, restored, counts, entry)
    print(
        f"\n{name} | {alert} | detected {row.detected_seconds:.0f} s | restored {row.restored_seconds:.0f} s | {counts}"
    )
    print(f"  ledger: {entry.action} {entry.release} -> {entry.champion} by {entry.who}: {entry.why}")
    print(*(f"  exit {code}: {said}" for code, said in here.job.said), sep="\n")
    here.job.said.clear()
    return row


def serves(here: Corrected, release: str) -> bool:
    """Whether every pod of stable is of this release and takes requests."""
    deployment = here.there.delivery().target.slots.deployment(MODEL, "stable")
    return deployment["metadata"]["labels"]["release"] == release and complete(deployment)


def assert_back(here: Corrected, row: Correction, alert: str) -> None:
    """The release before is there by its digest, no fault on it, and the ledger knows why and by whom."""
    server = here.there.delivery().target.slots.deployment(MODEL, "stable")["spec"]["template"]["spec"]["containers"][0]
    assert server["image"] == here.there.delivery().target.memory.state(MODEL).images[here.first]
    assert [one.get("value", "") for one in server["env"] if one["name"] == "MODEL_FAULTS"] == [""]
    assert (row.entry.champion, row.entry.who) == (here.first, WHO)
    assert row.entry.evidence["alert"]["name"] == alert
    assert 0 < row.detected_seconds < row.restored_seconds


def breaks(here: Corrected, faults: str) -> Callable[[People], str]:
    """Production begins to misbehave."""
    return lambda _: here.there.admin("set", "env", DEPLOYMENT, f"MODEL_FAULTS={faults}")


def test_who_has_not_the_token_starts_nothing(here):
    url = here.there.cluster.alert_webhook.url
    for headers in ({}, {"Authorization": "Bearer guessed"}):
        request = urllib.request.Request(url, data=b'{"version": "4"}', headers=headers)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request, timeout=10)
    assert (here.job.refused, here.job.calls) == (2, [])


def test_errors(here):
    row = correction(here, "errors", 0.11, "ModelErrorsFast", breaks(here, "errors:0.5"))
    assert_back(here, row, "ModelErrorsFast")
    assert row.counts["lost"] > 0


def test_slow_answers(here):
    row = correction(here, "slow", 0.12, "ModelSlow", breaks(here, "slow:1.5"))
    assert_back(here, row, "ModelSlow")
    assert row.counts["slow"] > 0


def test_wrong_answers_seen_by_late_labels(here):
    row = correction(here, "wrong", 0.13, "ModelQuality", breaks(here, "wrong:1"))
    assert_back(here, row, "ModelQuality")
    assert row.counts["wrong"] > row.counts["sent"] / 3


def test_pods_gone(here):
    """An image that nobody can pull, and the pods that served are lost."""

    def lose(_: People) -> None:
        there = here.there
        old = there.admin("get", "replicasets", "--selector=slot=stable", "--output=name").split()
        image = there.admin("get", DEPLOYMENT, "--output=jsonpath={.spec.template.spec.containers[0].image}")
        there.admin("set", "image", DEPLOYMENT, f"server={image.partition('@')[0]}@sha256:{'0' * 64}")
        there.admin("delete", "--wait=false", *old)

    row = correction(here, "gone", 0.14, "ModelUnavailable", lose)
    assert_back(here, row, "ModelUnavailable")
    assert row.counts["lost"] > 0


def test_drifted_input(here):
    """People send long texts; the model answers as ever. This project goes back on it, the default would only tell."""

    def drift(crowd: People) -> None:
        crowd.cases = people_say(2000, seed=8, words=(40, 60))

    row = correction(here, "drift", 0.15, "ModelInputDrift", drift)
    assert_back(here, row, "ModelInputDrift")
