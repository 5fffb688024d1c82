"""`demo`: the story with bad releases, told with the CLI's own calls in a copy of the checkout, and asserted.

Nothing of it touches this checkout's production: the copy lies in build/demo/ and serves on free ports.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.errors import Broken
from delivery.files import read_json
from delivery.opening import open_delivery
from delivery.progress import tell
from delivery.reporting import write_report
from delivery.settings import FILE, Settings, load_settings
from delivery.side_by_side import run_side_by_side
from delivery.verbs.moves import labelled_rows
from delivery.work import Work
from model.library import find_models, load_spec
from model.spec import ModelSpec

LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "build", "var", "*_cache", "__pycache__", ".hypothesis")
MISTAKE = """

fit_as_it_was = fit


def fit(candidate: Candidate, rows: Part) -> BaseEstimator:
    shuffled = np.random.default_rng(1).permutation(rows.target)
    return fit_as_it_was(candidate, Part(rows.rows, rows.features, shuffled, rows.groups))
"""
FAULT = "wrong:0.3"
TO_STAGING = ("check", "train", "gate", "release", "image", "staging", "monitor")


@dataclass(frozen=True)
class Stage:
    """Where the story plays: a copy of the checkout, and the model it is about."""

    folder: Path
    spec: ModelSpec

    @property
    def build(self) -> Path:
        """What the verbs leave in the copy."""
        return self.folder / "build" / self.spec.name

    def call(self, *words: str, wanted: int = 0, before: tuple[str, ...] = ()) -> None:
        """A call of the CLI; Broken where it does not end as the story says."""
        shown = " ".join([*before, words[0], self.spec.name, *words[1:]])
        tell(f"$ {shown}")
        command = ["env", *before, sys.executable, "-m", "delivery", words[0], self.spec.name, *words[1:]]
        code = run_side_by_side({"": command}, self.folder)[""]
        if code != wanted:
            raise Broken(f"demo: {shown} ended with {code}, the story says {wanted}")

    def found(self, file: str) -> Any:
        """A file that a verb left."""
        return read_json(self.build / file)

    def champion(self) -> str:
        """The release in production, as the target's own document has it."""
        state = read_json(self.folder / "var" / "target.json")["models"][self.spec.name]
        return str(state["stable"])


def demo(settings: Settings, _call: argparse.Namespace) -> None:
    """Promoted, refused by gates, aborted in the canary, taken back; bad in production and put right; the ledger."""
    stage = set_up(settings)
    try:
        first = good_release(stage)
        shuffled_labels(stage, first)
        second = wrong_only_when_live(stage, first)
        taken_back(stage, first, second)
        bad_in_production(stage, first, second)
        tell("\n6. The ledger has all of it, the report too.")
        stage.call("history")
        stage.call("status")
        tell(f"\nreport:  {stage.folder / 'build' / 'report' / 'index.html'}")
    finally:
        run_side_by_side({"": [sys.executable, "-m", "delivery", "stop"]}, stage.folder)


def set_up(settings: Settings) -> Stage:
    """The copy, on free ports; what was trained here already need not be trained there."""
    folder = settings.root / "build" / "demo"
    if (folder / FILE).exists():
        run_side_by_side({"": [sys.executable, "-m", "delivery", "stop"]}, folder)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(settings.root, folder, ignore=LEFT_BEHIND)
    project = folder / FILE
    project.write_text(re.sub(r"(?m)^base_port *= *\d+", "base_port = 0", project.read_text(encoding="utf-8")))
    specs = [load_spec(name) for name in find_models()]
    stage = Stage(folder, next((spec for spec in specs if spec.labels), specs[0]))
    trained = settings.root / "build" / stage.spec.name
    if (trained / "training.json").exists():
        keep(trained, stage.build)
    return stage


def keep(from_build: Path, to_build: Path) -> None:
    """What training left, copied."""
    shutil.copytree(from_build / "fitted", to_build / "fitted", dirs_exist_ok=True)
    shutil.copy(from_build / "training.json", to_build / "training.json")


def good_release(stage: Stage) -> str:
    """Scene 1."""
    tell("\n1. A good release goes to production.")
    stage.call("run")
    return expect(stage, stage.found("decision.json")["release"])


def shuffled_labels(stage: Stage, champion: str) -> None:
    """Scene 2."""
    tell("\n2. A commit shuffles the labels on their way into training. The data are as before: only gates can see it.")
    with mistaken(stage):
        stage.call("check")
        stage.call("train")
        stage.call("gate", wanted=1)
        refusing = [one["gate"] for one in stage.found("verdicts.json")["verdicts"] if one["passed"] is False]
        tell(f"   Refused by {len(refusing)} gates.")
    last = open_delivery(load_settings(stage.folder / FILE)).ledger.entries(stage.spec.name)[-1]
    if last.action != "refused" or not last.why.startswith("gate: "):
        raise Broken(f"demo: the ledger's last line is {last.action}, the story says that the gates refused it")
    expect(stage, champion)


@contextmanager
def mistaken(stage: Stage) -> Iterator[None]:
    """The mistake in the code for a while; afterwards the code, and what was learned by it, are as before."""
    code, aside = stage.folder / "model" / "training.py", stage.folder / "build" / "aside"
    before = code.read_text(encoding="utf-8")
    keep(stage.build, aside)
    code.write_text(before + MISTAKE, encoding="utf-8")
    yield
    code.write_text(before, encoding="utf-8")
    keep(aside, stage.build)
    shutil.rmtree(aside)  # or the report takes it for a model


def wrong_only_when_live(stage: Stage, champion: str) -> str:
    """Scene 3."""
    tell("\n3. A release passes every gate and answers wrongly only when live: the canary's online accuracy sees it.")
    with (stage.folder / "serving" / "__init__.py").open("a", encoding="utf-8") as code:
        code.write("\n# A patched server is another release.\n")
    for verb in TO_STAGING:
        stage.call(verb)
    stage.call("canary", wanted=1, before=(f"MODEL_FAULTS={FAULT}",))
    decision = stage.found("decision.json")
    if decision["decision"] != "abort":
        raise Broken(f"demo: the canary said {decision['decision']}, the story says abort")
    expect(stage, champion)
    return str(decision["release"])


def taken_back(stage: Stage, first: str, second: str) -> None:
    """Scene 4."""
    tell("\n4. Nobody promotes it by accident; by a person's word it goes live, and one command takes it back.")
    stage.call("promote", wanted=1)
    stage.call("promote", "--again", "--why", "the fault was the machine's, not the release's")
    expect(stage, second)
    stage.call("rollback", "--why", "it was the release after all")
    expect(stage, first)


def bad_in_production(stage: Stage, first: str, second: str) -> None:
    """Scene 5."""
    from delivery.incident import go_bad

    tell("\n5. Mended, it goes live again, people ask it, and then it goes bad. Nobody is called: the watcher looks.")
    stage.call("promote", "--again", "--why", "the machine was mended")
    expect(stage, second)
    settings = load_settings(stage.folder / FILE)
    work = Work(stage.spec, settings)
    tell(f"   People ask; in a moment its answers go bad (MODEL_FAULTS={FAULT}).")
    incident = go_bad(settings, stage.spec.name, labelled_rows(work), FAULT)
    tell(f"   {incident.sentence()}.")
    work.leave("incident.json", incident.as_json())
    write_report(settings)
    expect(stage, first)


def expect(stage: Stage, release: str) -> str:
    """The release, once it is the one in production."""
    if stage.champion() != release:
        raise Broken(f"demo: {stage.champion()} is in production, the story says {release}")
    tell(f"   In production: {release}")
    return release
