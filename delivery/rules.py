"""monitoring/rules/*.yaml as one PrometheusRule of one namespace.

The files are plain rule files, for any Prometheus. In a cluster many namespaces share one, so every selector is given
the namespace: without it two projects would record each other's series twice, and ring each other's alerts.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import yaml

from delivery.errors import WrongSetting

NAME = "model-rules"
VERSION_SERIES = "model:rules:version"
"""Recorded by a rule of its own with the label `version`: so it can be asked which rules Prometheus has loaded."""
SELECTOR = re.compile(r"(?<=[\w:])\{")

Document = dict[str, Any]


def rule_groups(folder: Path) -> list[Document]:
    """The groups of every rule file, in the order of their names; WrongSetting where one cannot be read."""
    groups: list[Document] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            groups += yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        except (OSError, yaml.YAMLError, TypeError, KeyError) as problem:
            raise WrongSetting(f"{path.name} is no file of Prometheus rules: {problem}") from None
    if not groups:
        raise WrongSetting(f"{folder}: no rules, wanted files of Prometheus rules")
    return groups


def of_namespace(groups: list[Document], namespace: str) -> list[Document]:
    """The same groups, every selector held to a namespace, and first the one that says which version they are."""
    scoped = copy.deepcopy(groups)
    for group in scoped:
        for rule in group["rules"]:
            rule["expr"] = SELECTOR.sub(f'{{namespace="{namespace}",', rule["expr"])
    labels = {"namespace": namespace, "version": version_of(scoped)}
    return [{"name": "version", "rules": [{"record": VERSION_SERIES, "expr": "vector(1)", "labels": labels}]}, *scoped]


def version_of(groups: list[Document]) -> str:
    """12 hex digits of everything in them."""
    return hashlib.sha256(json.dumps(groups, sort_keys=True).encode()).hexdigest()[:12]


def prometheus_rule(folder: Path, namespace: str, labels: dict[str, str]) -> Document:
    """The one object that a namespace is given."""
    metadata = {"name": NAME, "namespace": namespace, "labels": labels}
    groups = of_namespace(rule_groups(folder), namespace)
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": metadata,
            "spec": {"groups": groups}}  # fmt: skip


def not_loaded(rule: Document, loaded: list[Document]) -> str:
    """What of a PrometheusRule is not among the groups that Prometheus says it has loaded; empty when all is.

    `loaded` is of the rules API: groups with `name` and `rules`, a rule with `name`, `labels`, `health`, `lastError`.
    """
    marked = rule["spec"]["groups"][0]["rules"][0]["labels"]
    files = {group["file"] for group in loaded for one in group["rules"] if one.get("labels") == marked}
    if not files:
        return f"version {marked['version']} is not loaded"
    ours = [group for group in loaded if group["file"] in files]
    have = [(group["name"], one["name"]) for group in ours for one in group["rules"]]
    want = [
        (group["name"], one.get("record") or one["alert"])
        for group in rule["spec"]["groups"] for one in group["rules"]
    ]  # fmt: skip
    if sorted(have) != sorted(want):
        return f"{len(have)} rules are loaded, wanted {len(want)}"
    broken = [f"{one['name']}: {one['lastError']}" for group in ours for one in group["rules"] if one.get("lastError")]
    return "; ".join(broken[:3])
