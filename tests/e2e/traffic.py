"""People who ask the models of this repository for a while: right and wrong requests, and labels for some answers."""

from __future__ import annotations

import http.client
import json
import random
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.data import load
from model.instances import instances_of
from model.library import load_spec
from model.release.sealing import seal
from tests.e2e.checkout import ROOT

PAUSE_SECONDS = 0.02
REFUSED, LABELLED = 0.03, 0.4
TOLD_AT_ONCE = 20


def release_of(built: Path, folder: Path, comment: str = "") -> Path:
    """A built release with this checkout's server, sealed anew; a comment makes it another release."""
    shutil.copytree(built, folder)
    ignored = shutil.ignore_patterns("__pycache__")
    for code in ("serving", "model/release"):
        shutil.rmtree(folder / code)
        shutil.copytree(ROOT / code, folder / code, ignore=ignored)
    if comment:
        with (folder / "serving/__init__.py").open("a") as file:
            file.write(f"\n# {comment}\n")
    shutil.copy(ROOT / "serving/requirements.txt", folder / "requirements.txt")
    document = json.loads((folder / "release.json").read_text())
    (folder / "release.json").unlink()
    wanted = ("candidate", "commit", "created", "data", "base_image", "dockerfile_sha256", "figures", "verdicts")
    seal(folder, {name: document[name] for name in wanted})
    return folder


def labelled_rows(model: str) -> list[tuple[dict[str, Any], Any]]:
    """The holdout as callers would send it, with what was right."""
    spec = load_spec(model)
    holdout, labels = load(spec, ROOT).holdout, spec.labels
    actual = [labels[int(value)] if labels else float(value) for value in holdout.target]
    return list(zip(instances_of(holdout.features, spec.features), actual, strict=True))


@dataclass
class People:
    """A thread that asks the servers of one model in turn until it is stopped. `ports` may change under it."""

    rows: Sequence[tuple[dict[str, Any], Any]]
    ports: list[int]
    asked: int = 0
    told: int = 0
    _labels: list[dict[str, Any]] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> People:
        self._thread = threading.Thread(target=self._ask_on)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _ask_on(self) -> None:
        chance = random.Random(1)
        while not self._stopped.is_set():
            instance, actual = chance.choice(self.rows)
            port = self.ports[self.asked % len(self.ports)]
            wrong = chance.random() < REFUSED
            status, body = post(port, "/predict", {"instances": [{"nothing": 1} if wrong else instance]})
            self.asked += 1
            if status == 200 and chance.random() < LABELLED:
                self._labels.append({"id": body["predictions"][0]["id"], "actual": actual})
            if len(self._labels) >= TOLD_AT_ONCE:
                # One is told twice and one is nobody's, as labels are.
                entries = [*self._labels, self._labels[0], {"id": "nobody's", "actual": actual}]
                assert post(port, "/feedback", {"feedback": entries})[0] == 202
                self.told += len(self._labels)
                self._labels.clear()
            time.sleep(PAUSE_SECONDS)


def post(port: int, path: str, document: Any) -> tuple[int, Any]:
    """Status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/json", "Connection": "close"}
    try:
        connection.request("POST", path, json.dumps(document), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
