"""All checks of a model, and what becomes check.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.checks.result import CheckResult, Context, Profile, WrongCheck, bound
from model.data import Data, WrongRows, load
from model.spec import ModelSpec


@dataclass(frozen=True)
class Report:
    """What the checks said. Where the rows could not even be read, hash, rows and profile are None."""

    model: str
    checks: tuple[CheckResult, ...]
    data_sha256: str | None = None
    rows: Mapping[str, int] | None = None
    profile: Profile | None = None

    @property
    def passed(self) -> bool:
        """Whether every check did."""
        return all(result.passed for result in self.checks)

    def document(self) -> dict[str, Any]:
        """check.json, see docs/contracts.md."""
        checks = [
            {"name": each.name, "passed": each.passed, "sentence": each.sentence, "places": list(each.places)}
            for each in self.checks
        ]
        head = {"schema": 1, "model": self.model, "passed": self.passed, "data_sha256": self.data_sha256}
        return {**head, "rows": self.rows, "profile": self.profile, "checks": checks}


def check_dataset(spec: ModelSpec, root: Path, champion: Profile | None, source: Path | None = None) -> Report:
    """Load and check. Rows that cannot be used are a failed check; a file that cannot be read is an UnreadableFile."""
    try:
        return run_checks(spec, load(spec, root, source), champion)
    except WrongRows as error:
        return Report(spec.name, (CheckResult(error.check, False, error.sentence, tuple(error.places)),))


def run_checks(spec: ModelSpec, data: Data, champion: Profile | None) -> Report:
    """Every check of the spec, all of them even where one says no; `champion` is the profile of the champion's data."""
    context = Context(spec, data, champion)
    results = tuple(bound(wanted, spec)(context) for wanted in spec.checks)
    rows = {"train": len(data.train), "holdout": len(data.holdout)}
    return Report(spec.name, results, data.sha256, rows, _profile(context, results))


def profile(data: Data, spec: ModelSpec) -> dict[str, Any]:
    """What a later build compares its rows with: counts, shares of the classes or the median, missing shares."""
    return dict(run_checks(spec, data, None).profile or {})


def problems_of(spec: ModelSpec) -> list[str]:
    """What is wrong with the checks that a spec asks for, a sentence each."""
    problems = []
    for wanted in spec.checks:
        try:
            bound(wanted, spec)
        except WrongCheck as error:
            problems.append(str(error))
    return problems


def _profile(context: Context, results: tuple[CheckResult, ...]) -> dict[str, Any]:
    data, spec = context.data, context.spec
    features = data.train.features
    return {
        "rows": {"file": len(data.all), "train": len(data.train), "holdout": len(data.holdout)},
        "groups": len(set(data.train.groups)),
        "target": _of_target(data, spec),
        "null_share": {name: float(features[name].isna().mean()) for name in features},
        "median": {each.name: float(features[each.name].median()) for each in spec.features if each.kind == "number"},
        "measured": {result.name: result.measured for result in results if result.measured is not None},
    }


def _of_target(data: Data, spec: ModelSpec) -> dict[str, float]:
    target = data.train.target
    if spec.task == "regression":
        return {"minimum": float(target.min()), "median": float(np.median(target)), "maximum": float(target.max())}
    counts = Counter(target.tolist())
    return {label: counts[index] / len(target) for index, label in enumerate(spec.labels)}
