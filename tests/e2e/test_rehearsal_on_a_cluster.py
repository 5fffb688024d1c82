"""The Jenkinsfile with its real commands to production in a real cluster, each with what the build binds for it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from delivery.commands import WAY
from jenkins.rehearsal.running import Rehearsal, Situation, read_log, rehearse
from jenkins.rehearsal.telling import tell_story
from jenkins.rehearsal.workspace import edit, holding, shorten
from tests.delivery.as_jenkins_reads import complaints
from tests.e2e.cluster_checkout import Delivered, delivered
from tests.e2e.missing import require

pytestmark = [pytest.mark.slow, pytest.mark.engines, pytest.mark.examples, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
BOUND = ("KUBECONFIG", "REGISTRY_USER", "REGISTRY_PASSWORD")
"""What a command has from a credential or not at all."""
VERBS = [verb.name for verb in WAY]
SITUATIONS = {"main": {}, "pull request": {"change": "12"}}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    """A clone whose Jenkinsfile names an environment; an administrator has prepared it."""
    require(shutil.which("groovy") is not None, "groovy")
    with delivered(tmp_path_factory.mktemp("rehearsed")) as there:
        folder = there.checkout.folder
        shorten(folder)
        edit(folder / "Jenkinsfile", r"(?m)^def ENVIRONMENT = ''    ", "def ENVIRONMENT = 'here'")
        there.checkout.commit("Delivered to a cluster")
        yield there


@pytest.fixture(scope="module")
def seen(there: Delivered, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rehearsal]:
    """Main, then a pull request; their stories and logs stay in build/rehearsal."""
    login = {"user": os.environ["REGISTRY_USER"], "password": os.environ["REGISTRY_PASSWORD"]}
    secrets = {"deployer": Path(there.config()).read_text(), "registry": login, "webhook": ""}
    folders = {label: str(there.checkout.folder) for label in ("ml", "deploy")}
    keep = [name for name in os.environ if name not in BOUND]
    agent = {"DOCKER_CONFIG": str(there.configs / "login")}  # docs/your-own-jenkins.md: an agent's login that may pull
    asked = [Situation(name, folders, secrets, keep=keep, variables=agent, **more) for name, more in SITUATIONS.items()]
    log = rehearse(there.checkout.folder / "Jenkinsfile", asked, tmp_path_factory.mktemp("scratch"))
    (ROOT / "build" / "rehearsal").mkdir(parents=True, exist_ok=True)
    found = {one.name: one for one in read_log(log)}
    for name, one in found.items():
        file = ROOT / "build" / "rehearsal" / f"{name.replace(' ', '-')}-on-a-cluster.log"
        file.write_text(f"{tell_story(one)}\n{'-' * 30} the log\n{one.log}", encoding="utf-8")
    return found


def shells(seen: Rehearsal) -> Sequence[str]:
    """The targets that were made, in order."""
    return [event["sh"].split()[1] for event in seen.events if "sh" in event]


def test_main_goes_to_production_in_the_cluster(there: Delivered, seen: dict[str, Rehearsal]) -> None:
    assert seen["main"].result == "SUCCESS", seen["main"].log[-4000:]
    assert list(shells(seen["main"])) == [*VERBS, "notify"]
    said = str(seen["main"].events[-1]["description"])
    promoted = dict(re.findall(r"(\w+) ([0-9a-f]{12}) promoted", said))
    assert promoted.keys() == {"house_price", "sentiment"}
    for model, release in promoted.items():
        samples = there.checkout.read(f"build/{model}/release/samples.json")["instances"][:3]
        assert there.ask(model, samples)["release"] == release


def test_a_pull_request_is_compared_with_that_champion_and_has_no_rights(seen: dict[str, Rehearsal]) -> None:
    change = seen["pull request"]
    assert change.result == "SUCCESS", change.log[-4000:]
    assert list(shells(change)) == VERBS[: VERBS.index("image")]
    assert not any(change.values("credentials"))


def test_nothing_secret_shows(there: Delivered, seen: dict[str, Rehearsal]) -> None:
    token = yaml.safe_load(Path(there.config()).read_text())["users"][0]["user"]["token"]
    for secret in (token, os.environ["REGISTRY_PASSWORD"]):
        assert [one.name for one in seen.values() if secret in one.log] == []
        assert list(holding(there.checkout.folder, secret)) == []


def test_jenkins_reads_every_case(there: Delivered, seen: dict[str, Rehearsal]) -> None:
    assert seen
    assert complaints(*(there.checkout.folder / "build" / "junit").glob("*-*.xml")) == []
