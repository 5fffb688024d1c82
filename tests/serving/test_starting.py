import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from serving.faults import Faults
from serving.problems import StartRefused
from serving.settings import Settings, StoreAddress

GOOD = {"instances": [{"text": "good"}]}
HOUSE = {"instances": [{"area": 1400, "rooms": 6, "zone": "RL"}]}
Open = Callable[..., FlaskClient]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SIGNING_KEY": ""}, "SIGNING_KEY is not set"),
        ({"SIGNING_KEY": "short"}, "at least 16 characters"),
        ({"SIGNING_KEY": "long enough to be a key,short"}, "at least 16 characters"),
        ({"FEEDBACK_DAYS": "soon"}, "FEEDBACK_DAYS: wanted a number above 0, saw 'soon'"),
        ({"FEEDBACK_DAYS": "-1"}, "FEEDBACK_DAYS"),
        ({"FEEDBACK_STORE": "redis://me:secret@store/0"}, "FEEDBACK_STORE holds a password: it belongs into FEEDBACK_"),
        ({"FEEDBACK_STORE": "http://store"}, "wanted a file, redis://HOST:PORT/DB or rediss://..., saw 'http://store'"),
        ({"FEEDBACK_STORE": "redis://store:port"}, "FEEDBACK_STORE: no address"),
        ({"FEEDBACK_STORE": "redis:///0"}, "FEEDBACK_STORE: wanted a file"),
        ({"MODEL_FAULTS": "errors:1"}, "faults need FAULTS_ALLOWED=yes"),
        ({"MODEL_FAULTS": "errors:1", "FAULTS_ALLOWED": "no"}, "faults need FAULTS_ALLOWED=yes"),
        ({"MODEL_FAULTS": "lazy:1", "FAULTS_ALLOWED": "yes"}, "saw 'lazy:1'"),
        ({"MODEL_FAULTS": "wrong:2", "FAULTS_ALLOWED": "yes"}, "saw 'wrong:2'"),
        ({"MODEL_FAULTS": "slow:nan", "FAULTS_ALLOWED": "yes"}, "saw 'slow:nan'"),
        ({"MODEL_FAULTS": "slow", "FAULTS_ALLOWED": "yes"}, "saw 'slow'"),
    ],
)
def test_a_setting_without_sense_refuses_the_start(
    open_client: Open, text_release: Path, settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(StartRefused, match=sentence):
        open_client(text_release, **settings)


def test_a_random_key_is_used_only_when_it_is_allowed(open_client: Open, text_release: Path) -> None:
    client = open_client(text_release, SIGNING_KEY="", ALLOW_RANDOM_KEY="yes")
    assert client.post("/predict", json=GOOD).status_code == 200


@pytest.mark.parametrize("name", ["scorer.json", "serving/predict.py", "model/release/scorer.py", "requirements.txt"])
def test_a_changed_byte_refuses_the_start_by_name(
    open_client: Open, text_release: Path, tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(text_release, tmp_path / "changed")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StartRefused, match=name):
        open_client(folder)


def test_an_unsealed_folder_is_not_served(open_client: Open, text_release: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(text_release, tmp_path / "unsealed")
    (folder / "release.json").unlink()
    with pytest.raises(StartRefused, match=r"release\.json"):
        open_client(folder)


def test_errors_are_answered_without_details_and_logged(
    open_client: Open, text_release: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = open_client(text_release, MODEL_FAULTS="errors:1", FAULTS_ALLOWED="yes")
    with caplog.at_level(logging.ERROR):
        answer = client.post("/predict", json=GOOD)
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert "MODEL_FAULTS" not in answer.text
    assert "MODEL_FAULTS asks for this failure" in caplog.text


def test_wrong_answers_another_label_or_value(open_client: Open, text_release: Path, table_release: Path) -> None:
    faults = {"MODEL_FAULTS": "wrong:1", "FAULTS_ALLOWED": "yes"}
    label = open_client(text_release, **faults).post("/predict", json=GOOD).json["predictions"][0]
    value = open_client(table_release, **faults).post("/predict", json=HOUSE).json["predictions"][0]
    assert label["label"] == "negative"
    assert value["value"] == 1.5 * 96_000.0


def test_faults_come_in_shares() -> None:
    faults = Faults.from_text("slow:0.001, wrong:0.5", allowed=True)
    answers = faults.answer(lambda rows: [1.0] * len(rows), [{}] * 400)
    assert 100 < answers.count(1.5) < 300
    assert set(answers) == {1.0, 1.5}
    assert faults.active == {"slow": 0.001, "wrong": 0.5}


def test_a_scorer_that_answers_nonsense_is_a_500(text: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = text.application.extensions["served"].release.scorer
    monkeypatch.setattr(scorer, "answer", lambda rows: [[float("nan"), float("nan")] for _ in rows])
    assert text.post("/predict", json=GOOD).status_code == 500


def test_readiness_follows_loading_and_draining(text: FlaskClient) -> None:
    readiness = text.application.extensions["served"].readiness
    assert text.get("/readyz").json["status"] == "ready"
    for state in ("loading", "draining"):
        readiness.state = state
        answer = text.get("/readyz")
        assert answer.status_code == 503
        assert state in answer.json["detail"]
        assert text.get("/healthz").json["status"] == "alive"
        assert text.post("/predict", json=GOOD).status_code == 200


def test_the_address_of_a_store_holds_no_secret_and_its_password_is_read_when_it_is_needed(tmp_path: Path) -> None:
    environment = {"SIGNING_KEY": "a key for tests only", "FEEDBACK_STORE": "rediss://me@[::1]/2?ssl_ca_certs=/ca.pem"}
    store = Settings.from_environment({**environment, "FEEDBACK_STORE_PASSWORD": "hidden"}).feedback_store
    assert isinstance(store, StoreAddress)
    assert (store.url, store.user) == ("rediss://[::1]:6379/2?ssl_ca_certs=/ca.pem", "me")
    assert (store.password(), "hidden" in repr(store)) == ("hidden", False)
    (tmp_path / "password").write_text("two\n")
    store = Settings.from_environment({**environment, "FEEDBACK_STORE_PASSWORD_FILE": str(tmp_path / "password")})
    assert isinstance(store.feedback_store, StoreAddress)
    assert store.feedback_store.password() == "two"
