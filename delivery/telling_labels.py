"""Labels of a file, told to the live production service in chunks. Each counts once, however often it is told."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from delivery.errors import Broken, Refused, WrongSetting
from delivery.files import read_json
from delivery.labels import Label, read_labels
from delivery.progress import Progress
from delivery.targets import Champion, Target

AT_ONCE = 500
"""Labels in a request; a server takes 1,000 at most."""
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 1.0
ANSWER_SECONDS = 30.0
HEADERS = {"Content-Type": "application/json"}
RESULTS = ("matched", "repeated", "unknown", "expired")


def tell_file(target: Target, model: str, path: Path, report: Progress) -> Counter[str]:
    """Tells all labels of a file; how many were matched, repeated, unknown, expired.

    Refused where not one of them is of this model, for then it is the wrong file, model or key.
    """
    folder = require_live(target, model).folder
    labels = read_labels(path, read_json(folder / "schema.json")["labels"])
    told = Telling(model, path.name, labels, lambda: str(require_live(target, model).url), report).all()
    if told["unknown"] == len(labels):
        raise Refused(f"{model}: none of the {len(labels)} ids in {path.name} is one of its predictions")
    return told


def require_live(target: Target, model: str) -> Champion:
    """The champion, at an address; WrongSetting where nothing is in production."""
    champion = target.current(model)
    if champion is None:
        raise WrongSetting(f"{model}: nothing in production that could take labels")
    if champion.url is None:
        raise Broken(f"{model}: production is stopped; `run` starts it")
    return champion


@dataclass
class Telling:
    """Labels on their way to a service, whose address may change while they are told."""

    model: str
    file: str
    labels: Sequence[Label]
    where: Callable[[], str]
    report: Progress
    patience_seconds: float = PATIENCE_SECONDS
    told: int = 0
    results: Counter[str] = field(default_factory=Counter)

    def all(self) -> Counter[str]:
        """Tell them; Broken where the service does not take them for too long, WrongSetting where a label is none."""
        with urllib3.PoolManager(retries=False, timeout=ANSWER_SECONDS) as pool:
            for start in range(0, len(self.labels), AT_ONCE):
                chunk = self.labels[start : start + AT_ONCE]
                self.results.update(self._tell(pool, chunk))
                self.told += len(chunk)
                self.report(f"{self.told} of {len(self.labels)} labels")
        return self.results

    def _tell(self, pool: urllib3.PoolManager, chunk: Sequence[Label]) -> dict[str, int]:
        deadline = time.monotonic() + self.patience_seconds
        while True:
            answer, problem = self._ask(pool, chunk)
            if answer is not None:
                return answer
            if time.monotonic() > deadline:
                raise Broken(f"{self.model}: labels were not taken for {self.patience_seconds:g} s ({problem}); "
                             f"{self._so_far()}")  # fmt: skip
            self.report(f"waiting, {problem}")
            time.sleep(PAUSE_SECONDS)

    def _ask(self, pool: urllib3.PoolManager, chunk: Sequence[Label]) -> tuple[dict[str, int] | None, str]:
        """What the service counted; None and why, where the same may be sent again."""
        body = json.dumps({"feedback": [{"id": label.id, "actual": label.actual} for label in chunk]}).encode()
        try:
            answer = pool.request("POST", f"{self.where()}/feedback", body=body, headers=HEADERS)
            document = answer.json()
        except (Broken, urllib3.exceptions.HTTPError, ValueError) as problem:
            return None, f"{type(problem).__name__}: {problem}"
        if answer.status == 202:
            return {result: int(document[result]) for result in RESULTS}, ""
        said = f"{answer.status} {document.get('title', '')}: {document.get('detail', '')}"
        if answer.status in (502, 503, 504):
            return None, said
        if answer.status == 422:
            raise WrongSetting(f"{self.file}: {'; '.join(lines_of(document, chunk)) or said}; {self._so_far()}")
        raise Broken(f"{self.model}: {said}; {self._so_far()}")

    def _so_far(self) -> str:
        return f"{self.told} of {len(self.labels)} are told; the same call goes on, and nothing counts twice"


def lines_of(problem: dict[str, Any], chunk: Sequence[Label]) -> list[str]:
    """A server's `/feedback/17/actual: ...` in lines of the file."""
    found = []
    for error in problem.get("errors", []):
        index = error["pointer"].split("/")[2:3]
        if index and index[0].isdigit():
            found.append(f"line {chunk[int(index[0])].line}: {error['detail']}")
    return found
