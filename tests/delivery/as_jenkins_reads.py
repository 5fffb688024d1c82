"""What Jenkins' JUnit plugin makes of a file (its SuiteResult and CaseResult), and what it would lose in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

IN_A_CASE = {"properties", "failure", "error", "skipped", "system-out", "system-err"}
OUTCOMES = {"failure", "error", "skipped"}


def complaints(*paths: Path) -> list[str]:
    """Everything that would not show, of these files together: a case's history goes by its class and name."""
    found, names = [], Counter[tuple[str, str]]()
    for path in paths:
        root = ElementTree.parse(path).getroot()
        suites = [root] if root.tag == "testsuite" else list(root)
        found += [f"{path.name}: {said}" for suite in suites for said in of_suite(suite)]
        cases = [case for suite in suites for case in suite.findall("testcase")]
        names.update((case.get("classname", ""), case.get("name", "")) for case in cases)
    twice = [f"{classname}.{name} stands twice" for (classname, name), count in names.items() if count > 1]
    return found + twice


def of_suite(suite: ElementTree.Element) -> Iterator[str]:
    """A suite: its name, its counts, its cases."""
    cases = suite.findall("testcase")
    if suite.tag != "testsuite" or not suite.get("name"):
        yield f"<{suite.tag}> is no testsuite with a name"
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        if int(suite.get(attribute, "0")) != sum(case.find(tag) is not None for case in cases):
            yield f"{attribute}={suite.get(attribute)} is not what the cases say"
    if int(suite.get("tests", "-1")) != len(cases):
        yield f"tests={suite.get('tests')}, and there are {len(cases)}"
    for case in cases:
        yield from (f"{case.get('name')}: {said}" for said in of_case(case))


def of_case(case: ElementTree.Element) -> Iterator[str]:
    """A case: where it stands in the tree of packages, how it ended, why, its numbers."""
    package, _, name = case.get("classname", "").rpartition(".")
    if not (package and name and case.get("name")):
        yield f"classname={case.get('classname')!r}, wanted package.class, and a name"
    if float(case.get("time", "nan")) < 0 or case.get("time") is None:
        yield f"time={case.get('time')}"
    tags = [child.tag for child in case]
    yield from (f"<{tag}> is not read" for tag in {*tags} - IN_A_CASE)
    outcomes = [child for child in case if child.tag in OUTCOMES]
    if len(outcomes) > 1:
        yield "it ended in two ways"
    yield from (f"<{one.tag}> without a message says nothing" for one in outcomes if not one.get("message"))
    properties = [(one.get("name"), one.get("value")) for one in case.iter("property")]
    yield from (f"property {name}={value}" for name, value in properties if not name or value in (None, "None"))
    if len(properties) != len(dict(properties)):
        yield "a property stands twice"
