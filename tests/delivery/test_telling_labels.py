"""Labels of a file on their way to a real server in production on this machine."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import urllib3

from delivery import telling_labels
from delivery.errors import Broken, Refused, WrongSetting
from delivery.labels import Label
from delivery.running import main
from delivery.settings import FILE
from delivery.targets.local import LocalTarget
from delivery.targets.sealed import verify_sealed
from delivery.telling_labels import Telling, tell_file
from model.library import find_models
from tests.serving.releases import TABLE, TEXT, write_release
from tests.serving.servers import serving

MODEL, THERE = find_models()[0], ", ".join(find_models())

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """A real release in production, on servers of this interpreter."""
    folder = tmp_path_factory.mktemp("production")
    target = LocalTarget(folder / "var", base_port=0, interpreter=Path(sys.executable), verify=verify_sealed)
    release = target.publish("mood", write_release(folder / "release", TEXT))
    target.switch("mood", release, None)
    yield target
    target.close()


def predicted(url: str, count: int, instance: dict[str, Any] | None = None) -> list[str]:
    body = json.dumps({"instances": [instance or {"text": "good"}] * count}).encode()
    headers = {"Content-Type": "application/json", "Connection": "close"}
    answer = urllib3.request("POST", f"{url}/predict", body=body, headers=headers, retries=False)
    return [each["id"] for each in answer.json()["predictions"]]


def test_a_file_is_told_in_chunks_and_a_second_time_counts_nothing_twice(production, tmp_path, monkeypatch):
    monkeypatch.setattr(telling_labels, "AT_ONCE", 7)
    ids = predicted(production.current("mood").url, 20)
    file = tmp_path / "labels.csv"
    file.write_text("id,actual\n" + "".join(f"{each},positive\n" for each in [*ids, ids[0], "forged"]))
    said: list[str] = []
    first = tell_file(production, "mood", file, said.append)
    assert (first["matched"], first["repeated"], first["unknown"], first["expired"]) == (20, 1, 1, 0)
    assert said == ["7 of 22 labels", "14 of 22 labels", "21 of 22 labels", "22 of 22 labels"]
    second = tell_file(production, "mood", file, said.append)
    assert (second["matched"], second["repeated"], second["unknown"]) == (0, 21, 1)
    metrics = urllib3.request("GET", f"{production.current('mood').url}/metrics").data.decode()
    [right] = [
        line for line in metrics.splitlines() if line.startswith("model_feedback_right_total{") and "people" in line
    ]
    assert right.endswith(" 20.0")


def test_a_file_of_which_nothing_is_known_is_refused(production, tmp_path):
    file = tmp_path / "labels.jsonl"
    file.write_text('{"id": "forged", "actual": "positive"}')
    with pytest.raises(Refused, match=r"mood: none of the 1 ids in labels\.jsonl is one of its predictions"):
        tell_file(production, "mood", file, print)


def test_what_the_server_alone_can_refuse_is_named_by_line(tmp_path):
    release = write_release(tmp_path / "release", TABLE)
    with serving(release, tmp_path / "log") as server:
        url = f"http://127.0.0.1:{server.port}"
        first, second = predicted(url, 2, {"area": 1400, "rooms": 6, "zone": "RL"})
        labels = [Label(2, first, 90_000.0), Label(5, second, 0.0)]
        with pytest.raises(WrongSetting, match=r"prices\.csv: line 5: wanted a number other than 0.*; 0 of 2 are told"):
            Telling("price", "prices.csv", labels, lambda: url, print).all()
        assert Telling("price", "prices.csv", labels[:1], lambda: url, print).all()["matched"] == 1


def test_a_service_that_takes_no_labels_is_waited_for_and_then_said(tmp_path):
    (tmp_path / "file").write_text("no folder")
    release = write_release(tmp_path / "release", TEXT)
    said: list[str] = []
    with serving(release, tmp_path / "log", FEEDBACK_STORE=str(tmp_path / "file" / "used.sqlite")) as server:
        url = f"http://127.0.0.1:{server.port}"
        labels = [Label(2, token, "positive") for token in predicted(url, 1)]
        telling = Telling("mood", "labels.csv", labels, lambda: url, said.append, patience_seconds=0.5)
        with pytest.raises(Broken, match=r"not taken for 0.5 s \(503 Feedback cannot be taken now.*0 of 1 are told"):
            telling.all()
    assert said[0].startswith("waiting, 503")
    with pytest.raises(Broken, match="NewConnectionError"):
        telling.all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ("labels.csv",),
            f"feedback: whose labels are these?, wanted --model with one of {THERE}",
            marks=pytest.mark.examples,  # of one model alone nobody has to be told
        ),
        (("labels.csv", "--model", "mood"), f"mood: no such model, wanted --model with one of {THERE}"),
        (("labels.csv", "--model", MODEL), f"{MODEL}: nothing in production that could take labels"),
    ],
)
def test_a_call_that_cannot_be_is_one_line_and_2(tmp_path, capsys, words, said):
    shutil.copy(ROOT / FILE, tmp_path / FILE)
    assert main(["feedback", *words], tmp_path) == 2
    assert capsys.readouterr().err.splitlines() == [said]
