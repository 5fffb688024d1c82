"""A newcomer's first minutes: `make run` in a fresh clone, what it prints, and the same once more."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout
from tests.e2e.conftest import FirstRun

pytestmark = [pytest.mark.slow, pytest.mark.examples]
MODELS = ("house_price", "sentiment")


def test_the_first_run_takes_both_models_to_production(first_run: FirstRun) -> None:
    checkout = first_run.checkout
    assert " " in str(checkout.folder)
    for model in MODELS:
        release = checkout.champion(model)
        assert f"{model}: {release} in production at {checkout.url(model)}/" in first_run.said
        assert checkout.read(f"build/{model}/decision.json")["decision"] == "promoted"
    assert [entry["action"] for entry in checkout.ledger()[:2]] == ["promoted", "promoted"]


def test_what_it_prints_can_be_tried(first_run: FirstRun) -> None:
    commands = re.findall(r"^  (curl .*)$", first_run.said, re.MULTILINE)
    answers = [json.loads(subprocess.run(["sh", "-c", each], capture_output=True).stdout) for each in commands]
    assert sorted(answer["model"] for answer in answers) == list(MODELS)
    for answer in answers:
        assert answer["release"] == first_run.checkout.champion(answer["model"])
        assert {"label", "value"} & answer["predictions"][0].keys()
    report = re.search(r"^report: +(.*)$", first_run.said, re.MULTILINE)
    assert report is not None
    assert f"Release {first_run.checkout.champion('sentiment')} was promoted" in Path(report[1]).read_text()
    page = Path(report[1]).with_name("sentiment.html").read_text()
    assert "vote is made of count_nb, tfidf_logreg and hashing_svm." in page


def test_the_second_run_trains_nothing_and_changes_nothing(checkout: Checkout) -> None:
    before = [checkout.champion(model) for model in MODELS], len(checkout.ledger())
    said = checkout.make("run")
    for model in MODELS:
        for verb in ("check", "train", "gate", "release"):
            assert re.search(rf"{model} *\| {verb}: nothing new", said), said
    assert ([checkout.champion(model) for model in MODELS], len(checkout.ledger())) == before


def test_make_works_from_another_folder(checkout: Checkout, tmp_path: Path) -> None:
    said = checkout.call("make", "-C", str(checkout.folder), "run", cwd=tmp_path).said
    assert said.count("nothing new") >= len(MODELS)
    assert list(tmp_path.iterdir()) == []


def test_stopped_and_run_again_it_serves_what_it_served(checkout: Checkout) -> None:
    before = {model: checkout.champion(model) for model in MODELS}
    assert "production is stopped" in checkout.make("stop")
    assert "stopped; `run` starts it" in checkout.make("status")
    said = checkout.make("run")
    for model, release in before.items():
        assert f"{model}: {release} in production" in said
    assert "the ledger verifies" in checkout.make("history")
