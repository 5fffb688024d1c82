"""What people get wrong: settings, rows and requests. Each is told in one line with its place, and breaks nothing."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.checkout import Checkout, copied
from tests.e2e.conftest import FirstRun

pytestmark = [pytest.mark.slow, pytest.mark.examples]
ROWS = Path("model", "library", "house_price", "data", "house_prices.csv")

SETTINGS = {
    "an unknown key": (b"minimum_requests =", b"minimal_requests =", "rollout.minimal_requests is no setting"),
    "a missing key": (b"minimum_requests =", b"# ", "rollout.minimum_requests is missing, wanted a whole number"),
    "a wrong type": (b"base_port = 0", b'base_port = "0"', "local.base_port is '0', wanted a whole number"),
    "a wrong choice": (b'policy = "never"', b'policy = "maybe"', "approval.policy is 'maybe', wanted one of"),
    "no TOML": (b"[rollout]", b"[rollout", "project.toml: not TOML"),
    "a wrong encoding": (b'name = "', b'name = "\xf6', "project.toml: not TOML"),
    "an unknown table": (b"[approval]", b"[aproval]", "aproval is no setting"),
}
SPOILT_ROWS = {
    "empty": (lambda rows: b"", "the file is empty, wanted a header and rows"),
    "a header alone": (lambda rows: rows.split(b"\n")[0], "the file has a header and no rows"),
    "a missing column": (lambda rows: rows.replace(b"living_area", b"area", 1), "the file has no column living_area"),
    "a wrong encoding": (lambda rows: rows.replace(b"North_Ames", b"N\xf6rth", 1), "line 2, byte 31 is 0xf6"),
    "another encoding": (lambda rows: rows.decode().encode("utf-16"), "line 1 starts as UTF-16"),
    "a row cut off": (lambda rows: rows[:-20], "line 2931 has 35 cells, the header has 38"),
    "no number": (lambda rows: rows.replace(b",31770,", b",31 770,", 1), "line 2, column lot_area"),
    "a doubled row": (lambda rows: rows + rows.splitlines(keepends=True)[1], "line 2932"),
}
DEEP = "[" * 100_000 + "]" * 100_000
BODIES: dict[str, tuple[str, int, str]] = {
    "empty": ("", 400, "the body is empty"),
    "no JSON": ("{", 400, ""),
    "nested deeply": (DEEP, 400, ""),
    "deep inside": (f'{{"instances": [{{"lot_area": {DEEP}}}]}}', 400, ""),
    "huge": (json.dumps({"instances": ["x" * (1 << 20)]}), 413, "1048576"),
    "too many": (json.dumps({"instances": [{}] * 1001}), 413, "1001"),
    "NaN": ('{"instances": [{"lot_area": NaN}]}', 400, ""),
    "Infinity": ('{"instances": [{"lot_area": Infinity}]}', 400, ""),
    "beyond numbers": ('{"instances": [{"lot_area": 1e999}]}', 400, ""),
    "a list": ("[]", 422, "wanted an object"),
    "null": ("null", 422, "wanted an object"),
    "no instances": ("{}", 422, "/instances"),
    "no list": ('{"instances": {}}', 422, "/instances"),
    "an empty list": ('{"instances": []}', 422, "/instances"),
    "no object": ('{"instances": [3]}', 422, "/instances/0"),
    "an extra member": ('{"instances": [{}], "verbose": true}', 422, "/verbose"),
    "a key twice": ('{"instances": [{"lot_area": 1, "lot_area": 2}]}', 400, "lot_area"),
}
FIELDS: dict[str, tuple[str, Any, str]] = {
    "a text for a number": ("lot_area", "many", "/instances/1/lot_area"),
    "true for a number": ("lot_area", True, "/instances/1/lot_area"),
    "a list for a number": ("lot_area", [1], "/instances/1/lot_area"),
    "null where none may be": ("lot_area", None, "/instances/1/lot_area"),
    "out of range": ("living_area", -1, "/instances/1/living_area"),
    "a huge number": ("living_area", 10**400, ""),
    "no such choice": ("zoning", "Moon", "/instances/1/zoning"),
    "a number for a choice": ("zoning", 7, "/instances/1/zoning"),
    "an unknown field": ("garden/~gnomes", 3, "/instances/1/garden~1~0gnomes"),
}


@pytest.fixture(scope="module")
def spoilt(first_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A copy of the clone in which files are spoilt and mended."""
    with copied(first_run.checkout, tmp_path_factory.mktemp("spoilt") / "copy") as checkout:
        yield checkout


@contextmanager
def replaced(file: Path, content: bytes) -> Iterator[None]:
    """Another content for a while."""
    before = file.read_bytes()
    file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize("case", SETTINGS)
def test_a_wrong_setting_is_named(spoilt: Checkout, case: str) -> None:
    right, wrong, told = SETTINGS[case]
    project = spoilt.folder / "project.toml"
    content = project.read_bytes()
    assert right in content
    with replaced(project, content.replace(right, wrong, 1)):
        said = spoilt.deliver("status", wanted=2)
    assert told in said
    assert said.startswith("project.toml: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("case", SPOILT_ROWS)
def test_wrong_rows_are_refused_with_their_place(spoilt: Checkout, case: str) -> None:
    spoil, told = SPOILT_ROWS[case]
    rows = spoilt.folder / ROWS
    with replaced(rows, spoil(rows.read_bytes())):
        said = spoilt.deliver("check", "house_price", wanted=1)
    assert told in said
    assert str(ROWS) in said


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_no_mistake(spoilt: Checkout) -> None:
    rows = spoilt.folder / ROWS
    with replaced(rows, b"\xef\xbb\xbf" + rows.read_bytes().replace(b"\n", b"\r\n")):
        assert "checks hold" in spoilt.deliver("check", "house_price")


def test_rows_that_are_gone_are_broken_not_refused(spoilt: Checkout) -> None:
    rows = spoilt.folder / ROWS
    aside = rows.rename(rows.with_suffix(".aside"))
    said = spoilt.deliver("check", "house_price", wanted=3)
    aside.rename(rows)
    assert said == f"{ROWS}: there is no such file\n"


def test_wrong_calls_are_told_in_one_line(spoilt: Checkout) -> None:
    for words, told in (
        (["deploy"], "invalid choice: 'deploy'"),
        (["run", "nonsense"], "nonsense: no such model, wanted one of house_price, sentiment"),
        (["hold", "sentiment"], "the following arguments are required: --why"),
        (["promote", "--force"], "unrecognized arguments: --force"),
        (["train", "sentiment/../house_price"], "no such model"),
    ):
        said = spoilt.deliver(*words, wanted=2)
        assert told in said
        assert len(said.splitlines()) == 1


def post(
    checkout: Checkout, body: str, path: str = "/predict", media: str = "application/json"
) -> tuple[int, Any, str]:
    """Status, document and type of the answer of the served release."""
    connection = http.client.HTTPConnection(checkout.url("house_price").removeprefix("http://"), timeout=30)
    try:
        connection.request("POST", path, body.encode(), {"Content-Type": media})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers["Content-Type"]
    finally:
        connection.close()


def assert_problem(answer: tuple[int, Any, str], status: int, told: str) -> None:
    """The right status, as a problem document with the place and nothing of the server's inside."""
    seen, document, media = answer
    assert seen == document["status"] == status, document
    assert media == "application/problem+json"
    shown = json.dumps(document)
    assert told in shown
    assert "Traceback" not in shown
    assert ".py" not in shown


@pytest.mark.parametrize("path", ["/predict", "/explain"])
@pytest.mark.parametrize("case", BODIES)
def test_a_wrong_body_is_a_problem_with_its_place(checkout: Checkout, case: str, path: str) -> None:
    body, status, told = BODIES[case]
    assert_problem(post(checkout, body, path), status, told)


@pytest.mark.parametrize("case", FIELDS)
def test_a_wrong_field_is_named_and_no_other(checkout: Checkout, case: str) -> None:
    name, value, pointer = FIELDS[case]
    good = checkout.read("build/house_price/release/samples.json")["instances"][:3]
    instances = [good[0], good[1] | {name: value}, good[2]]
    answer = post(checkout, json.dumps({"instances": instances}))
    if not pointer:
        assert_problem(answer, 400, "")
        return
    assert_problem(answer, 422, pointer)
    assert [error["pointer"] for error in answer[1]["errors"]] == [pointer]


def test_wrong_routes_methods_and_types_are_problems(checkout: Checkout) -> None:
    assert_problem(post(checkout, "{}", "/predictions"), 404, "")
    assert_problem(post(checkout, "{}", "/metrics"), 405, "")
    assert_problem(post(checkout, "{}", media="text/plain"), 415, "text/plain")
    assert_problem(post(checkout, '{"feedback": [{"id": 3}]}', "/feedback"), 422, "/feedback/0")


def test_after_all_of_it_the_model_answers_as_before(checkout: Checkout) -> None:
    samples = checkout.read("build/house_price/release/samples.json")
    status, document, _ = post(checkout, json.dumps({"instances": samples["instances"]}))
    assert status == 200
    assert [each["value"] for each in document["predictions"]] == [each["value"] for each in samples["predictions"]]
