"""Known vulnerabilities and newer versions: what is told, and what is never called clean."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

import upkeep.__main__ as upkeep
from delivery.errors import Broken, Refused
from jenkins.rehearsal.standing_in import stand_in
from tests.delivery.as_jenkins_reads import complaints
from upkeep.audit import audit
from upkeep.locks import LOCKS, part_of
from upkeep.update import update

REAL = Path(__file__).resolve().parents[2]
SAME = "flask==3.1.3 \\\n    --hash=sha256:00\n"
NEWER = SAME.replace("3.1.3", "3.2.0")
ANSWERS = """#!/bin/sh
for word in "$@"; do case "$word" in --output=*) printf '{}' > "${{word#--output=}}" ;; esac; done
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with three short locks, and a `make lock` that finds a newer flask for serving."""
    for lock in LOCKS:
        (tmp_path / lock).parent.mkdir(exist_ok=True)
        (tmp_path / lock).write_text(SAME + "rich==15.0.0 \\\n    --hash=sha256:00\n")
        (tmp_path / lock).with_suffix(".in").write_text("flask\n")
    (tmp_path / "Makefile").write_text("lock:\n\t@sed -i 's/3\\.1\\.3/3.2.0/' serving/requirements.txt\n")
    (tmp_path / ".venv").mkdir()
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


@pytest.fixture
def told(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command leaves its line; there is one of yesterday."""
    monkeypatch.setattr(upkeep, "ROOT", root)
    path = root / "build" / "upkeep" / "audit.txt"
    path.parent.mkdir(parents=True)
    path.write_text("audit: said yesterday\n")
    return path


def cases(root: Path, lock: str) -> list[ElementTree.Element]:
    """The cases of one lock."""
    return list(ElementTree.parse(root / f"build/upkeep/junit/audit-{lock}.xml").iter("testcase"))


def test_a_clean_lock_is_told_with_its_numbers(root):
    stand_in(root)
    assert audit(root) == "audit: 2 packages, no known vulnerability"
    assert [case.get("name") for case in cases(root, "serving")] == ["flask 3.1.3", "rich 15.0.0"]
    assert not any(case.findall("failure") for lock in LOCKS for case in cases(root, part_of(lock)))


def test_jenkins_reads_every_case_of_real_locks(root):
    for lock in LOCKS:
        (root / lock).write_text((REAL / lock).read_text(encoding="utf-8"), encoding="utf-8")
    stand_in(root)
    audit(root)
    assert complaints(*(root / "build" / "upkeep" / "junit").glob("*.xml")) == []


def test_a_vulnerable_package_is_a_failed_case_that_says_what_mends_it(root):
    Path(f"{stand_in(root)}.vulnerable").write_text("flask\n")
    with pytest.raises(Refused, match=r"flask 3\.1\.3 known to be vulnerable"):
        audit(root)
    [failure] = [found for case in cases(root, "serving") for found in case.findall("failure")]
    said = "flask 3.1.3: PYSEC-1 CVE-2026-1, mended in 9.9 (serving/requirements.txt)"
    assert failure.get("message") == said


def test_what_the_service_does_not_know_was_not_audited(root):
    program = stand_in(root)
    Path(f"{program}.unknown").write_text("rich\n")
    Path(f"{program}.vulnerable").write_text("flask\n")
    with pytest.raises(Broken, match=r"1 of 2 packages, such as rich \(not found\).*vulnerable: flask 3\.1\.3"):
        audit(root)


def test_a_service_that_is_away_is_broken_and_named(root):
    Path(f"{stand_in(root)}.down").touch()
    with pytest.raises(Broken, match=r"could not be asked about serving.*Failed to resolve host.*nothing was audited"):
        audit(root)


def test_newer_versions_are_a_diff_that_git_applies(root):
    assert update(root) == "update: 1 newer version; on a branch: git apply build/update/locks.diff, then push"
    assert (root / "serving" / "requirements.txt").read_text().startswith(SAME)
    subprocess.run(["git", "apply", "build/update/locks.diff"], cwd=root, check=True)
    assert (root / "serving" / "requirements.txt").read_text().startswith(NEWER)


def test_nothing_newer_leaves_an_empty_diff(root):
    (root / "Makefile").write_text("lock:\n\t@true\n")
    assert update(root) == "update: nothing newer"
    assert (root / "build" / "update" / "locks.diff").read_text() == ""


def test_a_registry_that_is_away_is_broken_and_named(root):
    (root / "Makefile").write_text("lock:\n\t@echo 'error: no route to the registry' >&2; exit 2\n")
    with pytest.raises(Broken, match=r"no route to the registry.*package registry is needed"):
        update(root)


def test_every_lock_of_make_lock_is_looked_at():
    made = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/ready", "lock"], cwd=REAL, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[-1] for line in made.splitlines()] == [*LOCKS]


@pytest.mark.parametrize("words", [[], ["audti"], ["audit", "update"]])
def test_a_wrong_call_is_a_wrong_call(words):
    assert upkeep.main(words) == 2


def half_made(program: Path) -> str:
    """An environment that counts as made, without its program."""
    program.unlink()
    return "FileNotFoundError: [Errno 2] No such file or directory"


def cut_off(program: Path) -> str:
    """A report that ends in the middle, with an error of its own."""
    program.write_text(ANSWERS.format('{"dependencies": [\\n'))
    return "JSONDecodeError: Expecting value: line 2 column 1"


def another_form(program: Path) -> str:
    """A report as a later pip-audit might write it."""
    program.write_text(ANSWERS.format('{"packages": []}'))
    return "KeyError: 'dependencies'"


@pytest.mark.parametrize("broken", [half_made, cut_off, another_form])
def test_whatever_happens_leaves_one_sentence_for_the_build_server(root, told, capsys, broken):
    said = broken(stand_in(root))
    assert upkeep.main(["audit"]) == 3
    output = capsys.readouterr()
    assert output.err == told.read_text()
    assert output.err.startswith(f"audit: broke off and told nothing ({said}")
    assert output.err.count("\n") == 1
    assert output.out == ""


def test_what_was_said_yesterday_is_gone_when_a_run_is_cut_short(told, monkeypatch):
    def interrupted(_root: Path) -> str:
        raise KeyboardInterrupt

    monkeypatch.setitem(upkeep.COMMANDS, "audit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        upkeep.main(["audit"])
    assert not told.exists()


def test_what_is_told_replaces_what_was_said_yesterday(root, told, capsys):
    stand_in(root)
    assert upkeep.main(["audit"]) == 0
    assert told.read_text() == capsys.readouterr().out == "audit: 2 packages, no known vulnerability\n"
