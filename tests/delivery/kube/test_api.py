"""Which API server is talked to."""

from __future__ import annotations

import yaml

from delivery.targets.kube.api import connect


def kubeconfig(folder, host):
    """A file that leads to one cluster."""
    path = folder / f"{host}.conf"
    document = {
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "one", "cluster": {"server": f"https://{host}"}}],
        "users": [{"name": "me", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(document))
    return str(path)


def test_kubeconfig_counts_as_it_is_now(tmp_path, monkeypatch):
    hosts = []
    for host in ("first.example", "second.example"):
        monkeypatch.setenv("KUBECONFIG", kubeconfig(tmp_path, host))
        hosts.append(connect().client.configuration.host)
    assert hosts == ["https://first.example", "https://second.example"]
