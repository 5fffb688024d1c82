"""monitoring/dashboards/*.json as one ConfigMap, which Grafana's own sidecar finds by its label.

Several projects may share one Grafana: each namespace's dashboards have uids and titles of their own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from delivery.errors import WrongSetting

NAME = "model-dashboards"
LABEL = {"grafana_dashboard": "1"}
UID_CHARS = 40
"""Grafana takes no longer ones."""


def config_map(folder: Path, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    """All dashboards of a namespace; WrongSetting where a file is none."""
    files = {}
    for path in sorted(folder.glob("*.json")):
        try:
            board = json.loads(path.read_text(encoding="utf-8"))
            uid = f"{board['uid']}-{namespace}"[:UID_CHARS].rstrip("-")
            board |= {"uid": uid, "title": f"{board['title']} ({namespace})"}
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise WrongSetting(f"{path.name} is no dashboard: {problem!r}") from None
        files[f"{namespace}-{path.name}"] = json.dumps(board, indent=1)
    if not files:
        raise WrongSetting(f"{folder}: no dashboards, wanted JSON files")
    metadata = {"name": NAME, "namespace": namespace, "labels": {**labels, **LABEL}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": files}
