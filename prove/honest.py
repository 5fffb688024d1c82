"""The honest side: each candidate as it stands in the library, proved equal, attacked and gated; the winner sealed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model.checks import run_checks
from model.compiling.proof import prove_equal
from model.contender import assemble, seal_release
from model.data import Data, load
from model.documents import write_json
from model.evaluation import NO_CHAMPION, evaluate
from model.gates import judge
from model.library import load_spec
from model.references import reference_of
from model.release.loading import scorer_in
from model.spec import ModelSpec
from model.training import predict
from prove.trying import NO_IMAGE, ROOT, leave_scorer, refused_by_gates, winner_of

WINNER = "vote"
"""Of both tournaments; `make train` says by how much. Should another one win some day, it is named here."""


@dataclass(frozen=True)
class Standing:
    """One honest candidate: how equal its scorer is, what attacks do to it, which gates it does not pass."""

    model: str
    candidate: str
    fidelity: Mapping[str, Any]
    attacks: list[Mapping[str, Any]] = field(default_factory=list)
    risk: Mapping[str, Any] = field(default_factory=dict)
    refused_by: list[str] = field(default_factory=list)


def leave_honest(model: str, scratch: Path) -> Standing:
    """The winner sealed under scratch/<model>/honest: commits start from it and are compared with it."""
    spec = load_spec(model)
    data = load(spec, ROOT)
    build = scratch / model / "honest"
    standing, evaluation = _stand(spec, data, WINNER, build)
    report = run_checks(spec, data, None)
    write_json(build / "check.json", report.document())
    verdicts = [judge(gate, evaluation, "").document() for gate in spec.gates]
    judged = {"contender": evaluation["contender"], "passed": not standing.refused_by, "verdicts": verdicts}
    seal_release(spec, build, "honest", evaluation, judged)
    return standing


def stand(model: str, candidate: str, scratch: Path) -> Standing:
    """One honest candidate that is not the winner."""
    spec = load_spec(model)
    return _stand(spec, load(spec, ROOT), candidate, scratch / model / candidate)[0]


def _stand(spec: ModelSpec, data: Data, candidate: str, build: Path) -> tuple[Standing, dict[str, Any]]:
    shutil.rmtree(build, ignore_errors=True)
    (build / "fitted").mkdir(parents=True)
    fitted = leave_scorer(spec, data, winner_of(spec, candidate), build / "fitted")
    fidelity = prove_equal(fitted, scorer_in(build / "fitted"), data.population.features, spec.features)
    # In-sample answers: the drift reference is judged by no gate, and the tournament is not run here.
    answers = predict(fitted, data.train.features, len(spec.labels))
    write_json(build / "fitted" / "reference.json", reference_of(spec, data.train, answers))
    write_json(build / "training.json", {"winner": candidate})
    evaluation = evaluate(spec, data, assemble(spec, data, ROOT, build, NO_IMAGE), NO_CHAMPION)
    refusals = [each.sentence for each in refused_by_gates(spec, evaluation)]
    risk = evaluation["measurements"].get("risk", {})
    return Standing(spec.name, candidate, asdict(fidelity), evaluation["attacks"], risk, refusals), evaluation
