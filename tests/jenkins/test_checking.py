"""The checker: silent on what Jenkins takes, and by line on what it does not."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from jenkins.checking.groovy import read
from jenkins.checking.house import matches
from jenkins.checking.links import is_cron
from jenkins.checking.rules import check
from tests.jenkins.conftest import ROOT
from tests.jenkins.planted import PLANTED, Mistake

ACCEPTED = sorted((ROOT / "tests" / "jenkins" / "accepted").glob("*.groovy"))


def test_this_jenkinsfile_is_accepted(jenkinsfile, offered):
    assert check(jenkinsfile, offered) == []


@pytest.mark.parametrize("construct", ACCEPTED, ids=lambda path: path.stem)
def test_constructs_of_the_world_are_accepted(construct):
    assert check(construct.read_text(encoding="utf-8"), library=frozenset({"publishToNexus"})) == []


def test_more_than_ten_files_of_constructs_of_the_world_are_there():
    assert len(ACCEPTED) > 10


@pytest.mark.parametrize(
    ("wrong", "plugin"),
    [("        timestamps()\n        gitLabConnection('x')\n", "gitlab-plugin"),
     ("        timestamps()\n        copyArtifactPermission('*')\n", "copyartifact")],
)  # fmt: skip
def test_an_option_of_a_plugin_that_is_not_pinned_is_named(wrong, plugin, jenkinsfile, offered):
    [finding] = check(jenkinsfile.replace("        timestamps()\n", wrong), offered)
    assert finding.says.endswith(f"jenkins/plugins.txt has no {plugin}")


@pytest.mark.parametrize("mistake", PLANTED, ids=lambda mistake: f"{mistake.kind}-{mistake.wrong[:40].strip()}")
def test_a_planted_mistake_is_named_with_its_line(mistake: Mistake, jenkinsfile, offered):
    before, found, after = jenkinsfile.partition(mistake.right)
    assert found, f"the Jenkinsfile has no {mistake.right!r} any more"
    first = before.count("\n") + 1
    lines = range(first, first + max(mistake.right.count("\n"), mistake.wrong.count("\n")) + 1)
    findings = check(before + mistake.wrong + after, offered)
    named = [finding for finding in findings if mistake.mentions in finding.says]
    assert named, findings
    assert not mistake.on_its_line or any(finding.line in lines for finding in named), findings


def test_more_than_forty_mistakes_of_every_kind_are_planted():
    assert len(PLANTED) >= 40
    assert {mistake.kind for mistake in PLANTED} == {
        "section", "option", "argument", "verb", "path", "credential", "nesting", "missing",
    }  # fmt: skip


def test_strings_and_comments_hold_no_structure():
    text = "a '}' /* { */\nb(\"${x ? '{' : '}'}\", /[)}]/) // }\nc { d '''\n}\n''' ; e 1 }\n"
    calls = read(text)
    assert [(call.name, call.line) for call in calls] == [("a", 1), ("b", 2), ("c", 3)]
    assert [(call.name, call.line) for call in calls[2].calls or ()] == [("d", 3), ("e", 5)]


@pytest.mark.parametrize("text", ["", "node { sh 'x' }", "pipeline { agent any", "pipeline { agent any ]"])
def test_what_is_no_pipeline_is_one_finding(text):
    assert len(check(text)) == 1


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [("build/*/release/**", "build/a/release/b/c.json", True), ("build/junit/*-*.xml", "build/junit/test.xml", False),
     ("**/a.xml", "a.xml", True), ("build/*.xml", "build/a/b.xml", False)],
)  # fmt: skip
def test_patterns_are_those_of_ant(pattern, path, wanted):
    assert matches(path, pattern) is wanted


@pytest.mark.parametrize("spec", ["H 3 * * 1-5", "H(0-29)/10 * * * *", "@daily", "TZ=UTC", "0 0,12 1 */2 *"])
def test_cron_lines_of_jenkins_are_read(spec):
    assert is_cron(spec)


@pytest.mark.parametrize("spec", ["H 25 * * *", "* * * *", "@dayly", "H 3 * * mo", "60 * * * *"])
def test_other_cron_lines_are_not(spec):
    assert not is_cron(spec)


def test_the_command_says_file_line_and_sentence(tmp_path, jenkinsfile):
    for name in ("Makefile", "jenkins/casc.yaml", "jenkins/plugins.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "Jenkinsfile").write_text(jenkinsfile.replace("sh 'make train'", "sh 'make trian'"))
    command = [sys.executable, "-m", "jenkins.checking", str(tmp_path / "Jenkinsfile")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    line = jenkinsfile.split("sh 'make train'")[0].count("\n") + 1
    assert f"Jenkinsfile:{line}: make: *** No rule to make target 'trian', did you mean \"train\"?" in done.stdout
