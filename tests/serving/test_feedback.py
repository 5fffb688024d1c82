import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from serving.tokens import Tokens, UnknownToken
from serving.used_ids import FORGET_SECONDS, SqliteIds

KEY = "a key for tests only"
HOUSE = {"area": 1400, "rooms": 6, "zone": "RL"}
Open = Callable[..., FlaskClient]


def predicted(client: FlaskClient, instance: dict[str, object], count: int = 1, traffic: str = "people") -> list[str]:
    answer = client.post("/predict", json={"instances": [instance] * count}, headers={"Traffic": traffic})
    return [each["id"] for each in answer.json["predictions"]]


def tell(client: FlaskClient, *entries: tuple[object, object]) -> dict[str, int]:
    answer = client.post("/feedback", json={"feedback": [{"id": each, "actual": actual} for each, actual in entries]})
    assert answer.status_code == 202, answer.text
    counted: dict[str, int] = answer.json
    return counted


def metric(client: FlaskClient, name: str, *labels: str) -> float:
    lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(name + "{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(label in line for label in labels))


def test_an_id_counts_once_within_a_request_and_over_requests(text: FlaskClient) -> None:
    first, second = predicted(text, {"text": "good"}, 2)
    assert tell(text, (first, "positive"), (first, "positive"), ("forged", "positive")) == {
        "matched": 1, "repeated": 1, "unknown": 1, "expired": 0,
    }  # fmt: skip
    assert tell(text, (first, "negative"), (second, "negative"))["matched"] == 1
    assert metric(text, "model_feedback_total", 'result="matched"') == 2
    assert metric(text, "model_feedback_right_total") == 1


def test_regression_errors_are_relative_where_the_band_is(table: FlaskClient) -> None:
    (token,) = predicted(table, HOUSE, traffic="replay")
    tell(table, (token, 80_000))
    assert metric(table, "model_feedback_error_total", 'traffic="replay"') == pytest.approx(0.2)
    assert metric(table, "model_feedback_squared_error_total", 'traffic="replay"') == pytest.approx(0.04)
    assert metric(table, "model_feedback_error_total", 'traffic="people"') == 0


@pytest.mark.parametrize("actual", [None, True, "96000", 0, 1e-200, [], 10**400])
def test_a_regression_wants_a_number(table: FlaskClient, actual: object) -> None:
    (token,) = predicted(table, HOUSE)
    body = {"feedback": [{"id": token, "actual": 1}, {"id": token, "actual": actual}]}
    answer = table.post("/feedback", json=body)
    wanted = 400 if actual == 10**400 else 422  # 1e400 is no JSON number that a computer can hold
    assert answer.status_code == wanted
    assert wanted == 400 or answer.json["errors"][0]["pointer"] == "/feedback/1/actual"
    assert tell(table, (token, 96_000))["matched"] == 1


@pytest.mark.parametrize(
    ("entry", "pointer"),
    [
        ({"id": "x", "actual": "great"}, "/feedback/0/actual"),
        ({"id": "x", "actual": ["positive"]}, "/feedback/0/actual"),
        ({"id": 7, "actual": "positive"}, "/feedback/0/id"),
        ({"id": "x"}, "/feedback/0"),
        ({"id": "x", "actual": "positive", "more": 1}, "/feedback/0"),
        ("x", "/feedback/0"),
    ],
)
def test_a_wrong_entry_is_named(text: FlaskClient, entry: object, pointer: str) -> None:
    answer = text.post("/feedback", json={"feedback": [entry]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_late_feedback_is_expired(text: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    (token,) = predicted(text, {"text": "good"})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    assert tell(text, (token, "positive"))["expired"] == 1
    monkeypatch.setattr(time, "time", lambda: now + 29 * 86_400)
    assert tell(text, (token, "positive"))["matched"] == 1


def test_a_restarted_server_remembers_which_ids_were_used(open_client: Open, text_release: Path) -> None:
    first = open_client(text_release)
    (token,) = predicted(first, {"text": "good"})
    assert tell(first, (token, "positive"))["matched"] == 1
    assert tell(open_client(text_release), (token, "positive"))["repeated"] == 1


def test_feedback_counts_for_the_release_that_answered(text: FlaskClient) -> None:
    of_another = Tokens([KEY], "mood", "0123456789ab").issue("people", "positive")
    assert tell(text, (of_another, "positive"))["matched"] == 1
    assert metric(text, "model_feedback_right_total", 'release="0123456789ab"') == 1
    assert metric(text, "model_feedback_total", 'release="0123456789ab"', 'result="matched"') == 1


def test_another_models_ids_are_unknown(text: FlaskClient) -> None:
    stranger = Tokens([KEY], "price", "0123456789ab").issue("people", 96_000.0)
    assert tell(text, (stranger, "positive"))["unknown"] == 1


def test_keys_rotate(open_client: Open, text_release: Path) -> None:
    (old,) = predicted(open_client(text_release), {"text": "good"})
    rotated = open_client(text_release, SIGNING_KEY=f"the new key of this test,{KEY}")
    (new,) = predicted(rotated, {"text": "good"})
    assert tell(rotated, (old, "positive"), (new, "positive"))["matched"] == 2
    retired = open_client(text_release, SIGNING_KEY="the new key of this test", FEEDBACK_STORE="")
    assert tell(retired, (old, "positive"), (new, "positive"))["unknown"] == 1


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "A" + t[1:], lambda t: t + "x", lambda t: "é" + t, lambda t: ""]
)
def test_a_changed_id_is_unknown(change: Callable[[str], str]) -> None:
    tokens = Tokens([KEY], "mood", "0123456789ab")
    token = tokens.issue("people", "positive")
    assert tokens.read(token).predicted == "positive"
    with pytest.raises(UnknownToken):
        tokens.read(change(token))


def test_a_store_that_cannot_be_written_counts_nothing(open_client: Open, text_release: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    client = open_client(text_release, FEEDBACK_STORE=tmp_path / "file" / "feedback.sqlite3")
    (token,) = predicted(client, {"text": "good"})
    answer = client.post(
        "/feedback", json={"feedback": [{"id": token, "actual": "positive"}, {"id": "x", "actual": "positive"}]}
    )
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert metric(client, "model_feedback_total") == 0


def test_a_redis_that_is_away_counts_nothing_and_says_so(
    open_client: Open, text_release: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        url = f"redis://127.0.0.1:{once.getsockname()[1]}/0"
    client = open_client(text_release, FEEDBACK_STORE=url)
    assert f"feedback store {url}" in caplog.text
    (token,) = predicted(client, {"text": "good"})
    answer = client.post("/feedback", json={"feedback": [{"id": token, "actual": "positive"}]})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json["detail"] == "Nothing of this request was counted: send it again later."
    assert metric(client, "model_feedback_total") == 0


def test_the_client_of_redis_is_imported_only_when_it_is_asked_for() -> None:
    code = "import serving.app, sys; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_ids_too_old_to_be_taken_are_forgotten_while_the_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, clock = time.time(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: now)
    with closing(SqliteIds(tmp_path / "ids", keep_seconds=100)) as ids:
        ids.prepare()
        assert ids.remember([("old", int(now)), ("young", int(now) + 90)]) == [True, True]
        monkeypatch.setattr(time, "time", lambda: now + 150)
        assert ids.remember([("old", int(now))]) == [False], "it is not time yet"
        monkeypatch.setattr(time, "monotonic", lambda: clock + FORGET_SECONDS + 60)
        ids.remember([])
        assert ids.remember([("old", int(now)), ("young", int(now) + 90)]) == [True, False]


def test_a_connection_that_was_closed_is_opened_again(tmp_path: Path) -> None:
    with closing(SqliteIds(tmp_path / "ids", keep_seconds=100)) as ids:
        ids.prepare()
        now = int(time.time())
        assert ids.remember([("a", now)]) == [True]
        ids.close()
        ids.close()
        assert ids.remember([("a", now), ("b", now)]) == [False, True]
