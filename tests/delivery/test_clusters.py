"""Environments in project.toml, and shares as numbers of pods."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery.clusters import Replicas, replicas_for
from delivery.errors import WrongSetting
from delivery.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = """
[environments.east]
namespace = "models"
staging_namespace = "models-staging"
prometheus_url = "http://prometheus:9090"
clients = ["monitoring"]
replicas = 3
"""
ROLLOUT = "\n[environments.east.rollout]\nshares = [0.25, 0.5]\n"


def settings(folder: Path, more: str):
    (folder / "project.toml").write_text((ROOT / "project.toml").read_text() + more)
    return load_settings(folder / "project.toml")


def test_without_a_name_it_is_this_machine(tmp_path):
    assert settings(tmp_path, CLUSTER + ROLLOUT).at("").cluster is None


def test_an_environment_says_what_differs_there(tmp_path):
    here = settings(tmp_path, CLUSTER + ROLLOUT)
    there = here.at("east")
    assert (there.cluster.namespace, there.rollout.shares) == ("models", (0.25, 0.5))
    assert there.rollout.error_margin == here.rollout.error_margin


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (CLUSTER + "\n[environments.east.rollout]\nsahres = [0.5]\n", "environments.east.rollout.sahres is no setting"),
        (
            CLUSTER + "\n[environments.east.rollout]\nshares = [0.01]\n",
            r"a share of 0.01 cannot be had from 3 to 4 pods",
        ),
        (CLUSTER.replace("models-staging", "models"), "namespace and staging_namespace are both models"),
        (CLUSTER.replace("replicas = 3", "replicas = 9"), r"replicas is 9, wanted 1 to max_replicas \(4\)"),
        (CLUSTER.replace('["monitoring"]', "[]"), "clients is empty"),
        (CLUSTER + 'feedback_store = {url = "redis://a:b@c", cidr = "10.0.0.1/32"}', "without a password"),
        (CLUSTER + 'feedback_store = {url = "http://c", cidr = "10.0.0.1/32"}', "url is 'http://c', wanted redis://"),
        (CLUSTER + 'feedback_store = {url = "redis://c"}', "wanted one of namespace and cidr"),
        (CLUSTER + 'feedback_store = {url = "redis://c", cidr = "here"}', "'here' does not appear to be an IPv4"),
        (
            CLUSTER + 'alert_webhook = {url = "jenkins/invoke", secret = "alerts"}',
            "url is 'jenkins/invoke', wanted https:",
        ),
        (CLUSTER + 'alert_webhook = {url = "https://a:b@c/", secret = "alerts"}', "without a user or a password"),
        (CLUSTER + 'alert_webhook = {url = "https://c/", secret = ""}', "secret is '', wanted the name of the Secret"),
        (CLUSTER + 'alert_webhook = {url = "https://c/"}', "environments.east.alert_webhook.secret is missing"),
    ],
)
def test_what_cannot_be_is_said(tmp_path, more, said):
    with pytest.raises(WrongSetting, match=said):
        settings(tmp_path, more).at("east")


def test_what_many_replicas_lose_without_a_store_is_said(tmp_path):
    assert "may count twice" in settings(tmp_path, CLUSTER + ROLLOUT).at("east").cluster.feedback_lost()
    store = 'feedback_store = {url = "redis://redis.data:6379/0", namespace = "data"}'
    cluster = settings(tmp_path, CLUSTER + store + ROLLOUT).at("east").cluster
    assert (cluster.feedback_lost(), cluster.feedback_store.port) == ("", 6379)
    one = CLUSTER.replace("replicas = 3", "replicas = 1\nmax_replicas = 1") + ROLLOUT.replace("0.25, 0.5", "0.5")
    assert settings(tmp_path, one).at("east").cluster.feedback_lost() == ""


def test_an_environment_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WrongSetting, match=r"no \[environments.west\]; there are: east"):
        settings(tmp_path, CLUSTER).at("west")


@pytest.mark.parametrize(
    ("share", "least", "most", "wanted"),
    [
        (0.25, 2, 4, Replicas(3, 1)),
        (0.5, 2, 4, Replicas(2, 2)),
        (0.1, 2, 10, Replicas(8, 1)),
        (0.5, 1, 1, Replicas(1, 1)),
    ],
)
def test_the_fewest_pods_that_give_a_share(share, least, most, wanted):
    assert replicas_for(share, least, most) == wanted


def test_a_canary_beside_one_pod_is_half_of_everything():
    with pytest.raises(ValueError, match=r"a share of 0.1 cannot be had from 1 to 1 pods"):
        replicas_for(0.1, 1, 1)
