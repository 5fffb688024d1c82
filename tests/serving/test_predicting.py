from math import exp, isclose

import orjson
import pytest
from flask.testing import FlaskClient

HOUSE = {"area": 1400, "rooms": 6, "zone": "RL", "sold": "2008-05-01"}


def test_a_label_comes_with_its_probability_release_and_id(text: FlaskClient) -> None:
    answer = text.post("/predict", json={"instances": [{"text": "A good film"}, {"text": "bad"}]})
    first, second = answer.json["predictions"]
    assert answer.status_code == 200
    assert answer.json["model"] == "mood"
    assert answer.json["release"] == answer.headers["Release"]
    assert (first["label"], second["label"]) == ("positive", "negative")
    assert isclose(first["probability"], 1 / (1 + exp(-2.2)))
    assert "probabilities" not in first
    assert first["id"] != second["id"]


def test_a_value_comes_with_its_relative_band(table: FlaskClient) -> None:
    (prediction,) = table.post("/predict", json={"instances": [HOUSE]}).json["predictions"]
    assert prediction["value"] == 96_000.0
    assert isclose(prediction["low"], 96_000.0 / exp(0.158))
    assert isclose(prediction["high"], 96_000.0 * exp(0.158))


def test_null_and_left_out_are_the_same(table: FlaskClient) -> None:
    instances = [{"area": 1000, "zone": "RM"}, {"area": 1000, "rooms": None, "zone": "RM", "sold": None}]
    values = [each["value"] for each in table.post("/predict", json={"instances": instances}).json["predictions"]]
    assert values == [49_500.0, 49_500.0]


def test_an_explanation_is_largest_first_and_says_its_unit(table: FlaskClient) -> None:
    house = {**HOUSE, "zone": "C", "rooms": 7}
    answer = table.post("/explain", json={"instances": [house]}).json
    contributions = answer["explanations"][0]["contributions"]
    assert [each["feature"] for each in contributions] == ["zone", "rooms"]
    assert [each["amount"] for each in contributions] == [-13_000.0, 1_000.0]
    assert answer["exact"] is True
    assert answer["unit"]


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"nonsense", 400, None),
        (b'{"instances": [{"text": NaN}]}', 400, None),
        (b'{"instances": [{"text": Infinity}]}', 400, None),
        (b'{"instances": [{"text": 1e999}]}', 400, None),
        (b'{"instances": [{"text": "\\ud800"}]}', 400, None),
        (b'{"instances": [{"text": "\xff"}]}', 400, None),
        (b'{"instances": [{"text": "a", "text": "b"}]}', 400, None),
        (b'{"instances": [{"text": "a"}], "instances": []}', 400, None),
        (b'{"instances": [{"text": "a:b", "t\\u0065xt": "c"}]}', 400, None),
        (b"[" * 100_000 + b"]" * 100_000, 400, None),
        (b'{"a":' * 900 + b"1" + b"}" * 900, 422, "/instances"),
        (b"null", 422, ""),
        (b"[]", 422, ""),
        (b"7", 422, ""),
        (b"{}", 422, "/instances"),
        (b'{"instances": null}', 422, "/instances"),
        (b'{"instances": []}', 422, "/instances"),
        (b'{"instances": {"text": "a"}}', 422, "/instances"),
        (b'{"instances": [{"text": "a"}], "a/b": 1}', 422, "/a~1b"),
        (b'{"instances": [["text"]]}', 422, "/instances/0"),
        (b'{"instances": [{"text": "a"}, null]}', 422, "/instances/1"),
        (b'{"instances": [{"text": null}]}', 422, "/instances/0/text"),
        (b'{"instances": [{"text": 1' + b"0" * 300 + b"}]}", 422, "/instances/0/text"),
        (b'{"instances": [{"text": ' + b"[" * 900 + b"]" * 900 + b"}]}", 422, "/instances/0/text"),
        (b'{"instances": [{}, {"text": "a", "more": 1}]}', 422, "/instances/0/text"),
    ],
)
@pytest.mark.parametrize("path", ["/predict", "/explain"])
def test_a_wrong_body_is_told_apart(text: FlaskClient, path: str, body: bytes, status: int, where: str | None) -> None:
    answer = text.post(path, data=body, content_type="application/json")
    problem = orjson.loads(answer.data)
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.content_type == "application/problem+json"
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    assert (problem["errors"][0]["pointer"] if "errors" in problem else None) == where


@pytest.mark.parametrize(
    "body", [b'{"instances": [{"text": "at 10:30, a:b"}]}', b'{ "instances" : [ {"text" : "a"} ] }']
)
def test_colons_and_spaces_are_no_repeated_keys(text: FlaskClient, body: bytes) -> None:
    assert text.post("/predict", data=body, content_type="application/json").status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_must_say_that_it_is_json(text: FlaskClient, kind: str | None) -> None:
    answer = text.post("/predict", data=b'{"instances": [{"text": "a"}]}', content_type=kind)
    assert answer.status_code == 415
    assert answer.content_type == "application/problem+json"


def test_too_many_instances_and_too_many_bytes_are_too_large(text: FlaskClient) -> None:
    many = text.post("/predict", json={"instances": [{"text": "a"}] * 1001})
    long = text.post("/predict", data=b" " * (1024 * 1024 + 1), content_type="application/json")
    assert (many.status_code, long.status_code) == (413, 413)
    assert "1001" in many.json["detail"]
    assert text.post("/predict", json={"instances": [{"text": "a"}] * 1000}).status_code == 200


def test_unknown_paths_and_methods_are_problems_too(text: FlaskClient) -> None:
    missing, wrong = text.get("/nothing"), text.get("/predict")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert {missing.content_type, wrong.content_type} == {"application/problem+json"}
    assert "POST" in wrong.headers["Allow"]


def test_every_answer_carries_the_release_and_the_security_headers(text: FlaskClient) -> None:
    for answer in (text.get("/"), text.get("/nothing"), text.get("/metrics"), text.post("/predict", json={})):
        assert len(answer.headers["Release"]) == 12
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
