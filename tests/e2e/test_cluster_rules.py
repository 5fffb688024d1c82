"""Rules in a real cluster: taken by the API server, loaded by its Prometheus, and saying something of real pods."""

from __future__ import annotations

import pytest

from delivery.errors import Broken
from delivery.rules import NAME, not_loaded
from delivery.targets.kube import monitoring
from tests.e2e.cluster import Bench, live, until
from tests.e2e.images import MODEL
from tests.monitoring.rules import alert_names

pytestmark = [pytest.mark.slow, pytest.mark.engines]


def test_one_rule_object_is_installed_and_really_loaded(there: Bench) -> None:
    seen = there.delivery().target.monitoring
    rule = seen.slots.manifests.rules()
    assert not_loaded(rule, seen.prometheus.rules()).endswith("is not loaded")
    said = there.delivery().target.prove_scraped(MODEL, "stable", live(there))
    print(said)
    assert f"has loaded {sum(len(group['rules']) for group in rule['spec']['groups'])} rules" in said
    assert there.admin("get", "prometheusrules", "--output=name").split() == [
        f"prometheusrule.monitoring.coreos.com/{NAME}"
    ]
    ours = [group for group in seen.prometheus.rules() if f"/{there.namespace}-{NAME}" in group["file"]]
    alerts = {one["name"] for group in ours for one in group["rules"] if one["type"] == "alerting"}
    assert alerts == alert_names()
    assert all(
        there.namespace in one["query"] for group in ours if group["name"] != "version" for one in group["rules"]
    )


def test_what_is_recorded_is_of_real_pods(there: Bench) -> None:
    """The targets' own labels, and the kubelet's series joined to the release."""
    prometheus, release = there.delivery().target.monitoring.prometheus, live(there)
    own = f'namespace="{there.namespace}",model="{MODEL}"'
    until(lambda: [one["value"][1] for one in prometheus.query(f"model:servers:up{{{own}}}")] == ["3"], 90)
    assert len(prometheus.query(f'up{{{own},release="{release}"}}')) == 3
    resources = ("threads", "cpu", "memory")
    for resource in resources:
        wanted = f'model:saturation:ratio{{{own},release="{release}",resource="{resource}"}}'
        until(lambda wanted=wanted: len(prometheus.query(wanted)) == 1, 120)
        [one] = prometheus.query(wanted)
        print(resource, one["value"][1])
        assert 0 <= float(one["value"][1]) < 1
    assert prometheus.query(f'ALERTS{{{own},alertstate="firing"}}') == []


def test_rules_that_prometheus_does_not_take_are_said(there: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = there.delivery().target.monitoring
    monkeypatch.setattr(monitoring, "LIVE_SECONDS", 2.0)
    monkeypatch.setattr(monitoring, "not_loaded", lambda *_: "version 000000000000 is not loaded")
    with pytest.raises(Broken, match=f"does not run PrometheusRule {NAME}: version 000000000000 is not loaded"):
        seen.prove(MODEL, "stable")
