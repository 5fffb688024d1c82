"""JUnit as Jenkins reads it (xunit1): one suite a verb and model, one case a check or gate, the numbers as properties.

Refusals are failures with their sentence; what does not apply is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from delivery.files import replace_file

FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True)
class Case:
    """One thing that held, failed (`failure` says why) or did not apply (`skipped` says why)."""

    name: str
    failure: str | None = None
    skipped: str | None = None
    seconds: float = 0.0
    properties: Mapping[str, object] = field(default_factory=dict)


def write_junit(build: Path, verb: str, model: str, cases: Iterable[Case]) -> Path:
    """Writes `build/junit/<verb>-<model>.xml` in one step and returns its path."""
    cases = list(cases)
    suite = ElementTree.Element("testsuite", name=f"{verb}.{model}", tests=str(len(cases)), errors="0")
    suite.set("failures", str(sum(case.failure is not None for case in cases)))
    suite.set("skipped", str(sum(case.skipped is not None for case in cases)))
    suite.set("time", f"{sum(case.seconds for case in cases):.3f}")
    for case in cases:
        suite.append(case_element(case, f"{verb}.{model}"))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    path = build / "junit" / f"{verb}-{model}.xml"
    replace_file(path, XML + ElementTree.tostring(root, encoding="unicode") + "\n")
    return path


def case_element(case: Case, classname: str) -> ElementTree.Element:
    """One `<testcase>`; its sentence stands in the message (the list in Jenkins) and in the text (the page)."""
    element = ElementTree.Element("testcase", classname=classname, name=case.name, time=f"{case.seconds:.3f}")
    if case.properties:
        properties = ElementTree.SubElement(element, "properties")
        for name, value in case.properties.items():
            ElementTree.SubElement(properties, "property", name=name, value=printable(str(value)))
    if case.failure is not None:
        ElementTree.SubElement(element, "failure", message=printable(case.failure)).text = printable(case.failure)
    elif case.skipped is not None:
        ElementTree.SubElement(element, "skipped", message=printable(case.skipped))
    return element


def printable(text: str) -> str:
    """Text without the characters that XML 1.0 forbids; rows of data may hold them."""
    return FORBIDDEN.sub("\ufffd", text)
