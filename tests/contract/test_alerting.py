"""The route of Alertmanager: to whom an environment names, with the token of a Secret, and for our own alerts only."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.alerts import ALERTS
from delivery.clusters import AlertWebhook, Cluster
from delivery.manifests import BLANK, Manifests, Wanted
from delivery.targets.kube.api import KINDS
from delivery.verbs.render import documents_of

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = Cluster("models", "staging", "http://prometheus", ("monitoring",))
WEBHOOK = AlertWebhook("https://jenkins.example.org/generic-webhook-trigger/invoke", "alerts")
CALLED = Manifests(ROOT, dataclasses.replace(CLUSTER, alert_webhook=WEBHOOK))


@pytest.fixture(name="document")
def filled() -> dict[str, Any]:
    """As `monitor` applies it."""
    [document] = CALLED.alerting()
    return document


def taken(document: dict[str, Any], alert: str) -> bool:
    """Whether the route takes an alert of this name; Alertmanager anchors a pattern at both ends."""
    [matcher] = document["spec"]["route"]["matchers"]
    assert (matcher["name"], matcher["matchType"]) == ("alertname", "=~")
    return re.fullmatch(matcher["value"], alert) is not None


def test_without_a_webhook_there_is_no_route():
    assert Manifests(ROOT, CLUSTER).alerting() == []


def test_the_token_is_named_and_stands_nowhere(document):
    [receiver] = document["spec"]["receivers"]
    [webhook] = receiver["webhookConfigs"]
    assert document["spec"]["route"]["receiver"] == receiver["name"]
    assert webhook["url"] == WEBHOOK.url
    assert webhook["httpConfig"] == {
        "authorization": {"type": "Bearer", "credentials": {"name": "alerts", "key": "token"}}
    }
    assert BLANK.search(yaml.safe_dump(document)) is None


def test_every_alert_of_ours_is_taken_and_nobody_elses(document):
    assert [alert for alert in ALERTS if not taken(document, alert)] == []
    assert [
        alert for alert in ("KubePodCrashLooping", "ModelErrorsFaster", "MyModelSlow") if taken(document, alert)
    ] == []


def test_models_and_alerts_do_not_wait_for_each_other_and_an_end_is_told(document):
    assert document["spec"]["route"]["groupBy"] == ["alertname", "model"]
    assert document["spec"]["receivers"][0]["webhookConfigs"][0]["sendResolved"] is True


def test_it_is_rendered_with_production_only():
    image = {"release": "8c1d02f7a9be", "reference": "registry/name@sha256:1"}
    kinds = {slot: [one["kind"] for one in documents_of(CALLED, "mood", slot, image)] for slot in ("staging", "stable")}
    assert [kinds[slot].count("AlertmanagerConfig") for slot in kinds] == [0, 1]


def test_the_delivery_may_write_every_kind_it_applies():
    documents = [*CALLED.slot(Wanted("mood", "stable", "8c1d02f7a9be", "name@sha256:1")), *CALLED.alerting()]
    [role] = [one for one in CALLED.admin() if one["kind"] == "Role"][:1]
    for kind in {one["kind"] for one in documents}:
        group, resource = KINDS[kind][0].split("/")[1:-1], KINDS[kind][1]
        rules = [
            rule for rule in role["rules"] if rule["apiGroups"] == (group or [""]) and resource in rule["resources"]
        ]
        assert [rule for rule in rules if "patch" in rule["verbs"]], f"{kind}: the deployer may not apply it"
