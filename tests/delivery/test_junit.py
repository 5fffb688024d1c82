"""JUnit files as Jenkins reads them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from delivery.junit import Case, write_junit
from delivery.verbs.gate import cases_of
from tests.delivery.as_jenkins_reads import complaints

VERDICT = {
    "gate": "accuracy >= 0.77", "kind": "floor", "value": 0.71, "low": 0.69, "high": None, "n": 600, "at_least": 0.77,
    "at_most": None, "sentence": "calm: accuracy 0.710 [0.690, 0.733], the gate wants >= 0.77",
}  # fmt: skip


def test_a_case_a_gate_with_its_numbers(tmp_path):
    cases = [
        Case("accuracy >= 0.77", failure="sentiment: accuracy 0.71 < 0.77", properties={"value": 0.71, "n": 600}),
        Case("difference.accuracy >= -0.01", skipped="nothing is in production yet"),
        Case("f1 >= 0.7", seconds=0.25),
    ]
    path = write_junit(tmp_path, "gate", "sentiment", cases)
    assert path == tmp_path / "junit" / "gate-sentiment.xml"
    [suite] = ElementTree.parse(path).getroot()
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped", "time")} == {
        "tests": "3", "failures": "1", "skipped": "1", "time": "0.250",
    }  # fmt: skip
    failed, skipped, held = suite.findall("testcase")
    assert failed.get("classname") == "gate.sentiment"
    assert failed.find("failure").get("message") == "sentiment: accuracy 0.71 < 0.77"
    assert [(item.get("name"), item.get("value")) for item in failed.iter("property")] == [
        ("value", "0.71"),
        ("n", "600"),
    ]
    assert skipped.find("skipped").get("message") == "nothing is in production yet"
    assert list(held) == []


def test_what_xml_cannot_hold_is_replaced(tmp_path):
    odd = "a\x00b\x1b[0m <&> \ud800 \U0001f600"
    path = write_junit(tmp_path, "check", "sentiment", [Case("odd", failure=odd, properties={"row": odd})])
    failure = ElementTree.parse(path).find(".//failure")
    assert failure.text == "a\ufffdb\ufffd[0m <&> \ufffd \U0001f600"


def test_every_verdict_is_a_case_with_its_sentence_and_its_numbers(tmp_path):
    verdicts = [VERDICT | {"gate": f"gate {passed}", "passed": passed} for passed in (True, False, None)]
    paths = [write_junit(tmp_path, "gate", model, cases_of({"verdicts": verdicts})) for model in ("calm", "wild")]
    assert complaints(*paths) == []
    [suite] = ElementTree.parse(paths[0]).getroot()
    held, refused, skipped = suite.findall("testcase")
    assert (refused.get("classname"), refused.get("name")) == ("gate.calm", "gate False")
    assert refused.find("failure").get("message") == VERDICT["sentence"]
    assert skipped.find("skipped").get("message") == VERDICT["sentence"]
    numbers = {one.get("name"): one.get("value") for one in held.iter("property")}
    assert numbers == {"kind": "floor", "value": "0.71", "low": "0.69", "n": "600", "at_least": "0.77"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('name="check.calm"', 'name=""', "is no testsuite with a name"),
        ('failures="1"', 'failures="0"', "failures=0 is not what the cases say"),
        ('tests="2"', 'tests="3"', "tests=3, and there are 2"),
        ('classname="check.calm"', 'classname="calm"', "wanted package.class"),
        ('name="not held" time="0.000"', 'name="not held" time="-1"', "time=-1"),
        ('<failure message="no">', '<failure message="">', "without a message says nothing"),
        ("<properties>", "<skipped/><properties>", "it ended in two ways"),
        ("<properties>", "<numbers/><properties>", "<numbers> is not read"),
        ('value="3"', 'value="None"', "property n=None"),
        ('name="held"', 'name="not held"', "check.calm.not held stands twice"),
    ],
)
def test_what_jenkins_would_lose_is_seen(tmp_path, right, wrong, said):
    cases = [Case("not held", failure="no", properties={"n": 3}), Case("held")]
    path = write_junit(tmp_path, "check", "calm", cases)
    assert complaints(path) == []
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong, 1))
    assert any(said in one for one in complaints(path)), complaints(path)
