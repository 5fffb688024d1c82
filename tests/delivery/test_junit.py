"""JUnit files as Jenkins reads them."""

from __future__ import annotations

from xml.etree import ElementTree

from delivery.junit import Case, write_junit


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
