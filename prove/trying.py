"""A commit through checks and gates: rows checked, one candidate fitted, laid out as a contender, evaluated, judged.

The candidate is fitted without the tournament; what the commit left alone is taken over from the honest winner.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from model.bands import conformal_band
from model.checks import check_dataset
from model.checks.report import Report
from model.compiling import compile_pipeline
from model.contender import Platform, assemble
from model.data import Data, load
from model.documents import find_json, write_json
from model.evaluation import Champion, evaluate
from model.gates import judge
from model.library import Candidate, load_candidates, load_spec
from model.spec import ModelSpec
from model.training import fit, out_of_fold, predict
from prove.commits import Commit, Copy, Outcome, Refusal, write_rows

ROOT = Path(__file__).resolve().parents[1]
NO_IMAGE = Platform("", "")


@dataclass(frozen=True)
class Honest:
    """The unedited winner of a model: what a commit starts from, and the champion that it meets."""

    spec: ModelSpec
    data: Data
    fitted: Path
    """scorer.json and reference.json, as training leaves them."""
    champion: Champion
    profile: Mapping[str, Any]
    winner: str


def open_honest(model: str, scratch: Path) -> Honest:
    """What `prove.honest.leave_honest` left."""
    build = scratch / model / "honest"
    checked, described = find_json(build / "check.json"), find_json(build / "contender.json")
    if checked is None or described is None:
        raise FileNotFoundError(f"{build}: no honest release there")
    spec = load_spec(model)
    champion = Champion("present", described["identity"], build / "release")
    return Honest(spec, load(spec, ROOT), build / "fitted", champion, checked["profile"], described["candidate"])


def attempt(commit: Commit, honest: Honest, folder: Path) -> Outcome:
    """Everything that checks and gates say of a commit; `folder` is its scratch copy, empty afterwards."""
    started = perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    copy = Copy(honest.spec, ROOT / honest.spec.folder / honest.spec.dataset.file)
    commit.edit(copy)
    source = _source(copy, folder)
    report = check_dataset(copy.spec, ROOT, honest.profile, source)
    refusals, alone = _refused_by_checks(copy.spec, report), None
    gated = commit.trained and report.data_sha256 is not None
    if gated:
        evaluation = _evaluate(copy, load(copy.spec, ROOT, source), honest, folder)
        alone = refused_by_gates(copy.spec, {**evaluation, "champion": {"state": "none", "release": None}})
        refusals += refused_by_gates(copy.spec, evaluation)
    shutil.rmtree(folder)
    return Outcome(commit.name, refusals, alone, gated, perf_counter() - started)


def _source(copy: Copy, folder: Path) -> Path | None:
    if copy.changed_rows is None:
        return None
    write_rows(copy.changed_rows, folder / "rows.csv")
    return folder / "rows.csv"


def _refused_by_checks(spec: ModelSpec, report: Report) -> tuple[Refusal, ...]:
    could_be_read = report.data_sha256 is not None
    kinds = [check.kind for check in spec.checks] if could_be_read else ["reading"] * len(report.checks)
    pairs = zip(kinds, report.checks, strict=True)
    return tuple(Refusal("check", kind, each.name, each.sentence) for kind, each in pairs if not each.passed)


def refused_by_gates(spec: ModelSpec, evaluation: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """Every gate of the spec that says no."""
    where = str(spec.folder / "spec.py")
    verdicts = [judge(gate, evaluation, where) for gate in spec.gates]
    return tuple(
        Refusal(each.kind, each.measure, each.gate, each.sentence) for each in verdicts if each.passed is False
    )


def _evaluate(copy: Copy, data: Data, honest: Honest, folder: Path) -> dict[str, Any]:
    build = folder / "build"
    _leave_fitted(copy, data, honest, build / "fitted")
    write_json(build / "training.json", {"winner": honest.winner})
    contender = assemble(copy.spec, data, ROOT, build, NO_IMAGE)
    for edit in copy.folder_edits:
        edit(contender.folder)
    return evaluate(copy.spec, data, contender, honest.champion)


def _leave_fitted(copy: Copy, data: Data, honest: Honest, folder: Path) -> None:
    shutil.copytree(honest.fitted, folder)
    if copy.pipeline or copy.in_sample_band or data.sha256 != honest.data.sha256:
        leave_scorer(copy.spec, data, candidate_of(copy, honest), folder, in_sample=copy.in_sample_band)


def candidate_of(copy: Copy, honest: Honest) -> Candidate:
    """The candidate of the commit, or the honest winner's."""
    winner = winner_of(honest.spec, honest.winner)
    return replace(winner, build=copy.pipeline) if copy.pipeline else winner


def winner_of(spec: ModelSpec, name: str) -> Candidate:
    """A candidate of the library by its name."""
    return load_candidates(spec)[name]


def leave_scorer(spec: ModelSpec, data: Data, candidate: Candidate, folder: Path, in_sample: bool = False) -> Any:
    """Fit a candidate on the training rows and write its scorer.json; returns the fitted pipeline."""
    fitted = fit(candidate, data.train)
    document = compile_pipeline(fitted, spec.features, spec.task, spec.labels, data.train.features)
    document["band"] = _band(spec, data, candidate, fitted, in_sample)
    write_json(folder / "scorer.json", document)
    return fitted


def _band(spec: ModelSpec, data: Data, candidate: Candidate, fitted: Any, in_sample: bool) -> dict[str, Any] | None:
    if spec.coverage is None:
        return None
    if in_sample:
        answers = predict(fitted, data.train.features, 0)
    else:
        answers = out_of_fold(spec, data.train, candidate, lambda _fold: None)
    kind = "relative" if spec.relative_band else "absolute"
    return conformal_band(kind, spec.coverage, np.asarray(data.train.target), answers)
