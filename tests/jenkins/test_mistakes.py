"""Mistakes of people who had not read the checker: each is named on the line to be mended."""

from __future__ import annotations

import pytest

from jenkins.checking.rules import check
from tests.jenkins.mistakes import FORTY, KEPT_BACK, MORE, Slip

RIGHT = {
    "a field, and a parameter of the same name": """
        import groovy.transform.Field
        @Field def HOST = 'a'
        @Field
        def PORT = 1
        def NAME = 'b'
        def told(String NAME) { echo "${HOST} ${PORT} ${NAME}" }
    """,
    "quotes inside interpolation and patterns": r"""
        def texts() { "${['a'].collect { "x${it}" }.join(', ')}" }
        def quoted(text) { text =~ /it's "so"/ }
    """,
    "what looks like a missing comma": """
        def chosen() { echo(true ? 'a' : 'b'); echo(env.X in ['a'] ? 'b' : 'c'); echo 'a' as String }
    """,
    "what the shell fills in": """
        def shell() { sh 'echo "${HOME} $USER"' }
    """,
    "a secret that the shell reads": """
        def logged() {
            withCredentials([string(credentialsId: 'a', variable: 'TOKEN')]) { sh "curl -d ${env.X} \\$TOKEN" }
        }
    """,
}
PIPELINE = """
pipeline {
    agent none
    triggers { cron('* * * * *') }
    stages {
        stage('One') {
            agent any
            stages { stage('Inner') { steps { milestone(ordinal: 3); sh 'x' } } }
        }
        stage('Two') { steps { node('a') { sh 'x' }; milestone 4 } }
        stage('Three') { parallel { stage('A') { steps { milestone 1 } }; stage('B') { steps { echo 'x' } } } }
    }
}
"""


@pytest.mark.parametrize("slip", [*FORTY, *KEPT_BACK, *MORE], ids=lambda slip: slip.name.replace(" ", "-"))
def test_a_mistake_is_named_on_its_line(slip: Slip, jenkinsfile, offered):
    assert jenkinsfile.count(slip.right) == 1, f"wanted once in the Jenkinsfile: {slip.right!r}"
    before, _, after = jenkinsfile.partition(slip.right)
    findings = check(before + slip.wrong + after, offered)
    line = before.count("\n") + 1 + slip.line
    assert [finding for finding in findings if finding.line == line and slip.says in finding.says], (line, findings)


def test_they_are_forty_and_sixteen():
    assert len(FORTY) == 40
    assert len(KEPT_BACK) == 16


@pytest.mark.parametrize("methods", RIGHT.values(), ids=[name.replace(" ", "-") for name in RIGHT])
def test_what_is_right_is_accepted(methods):
    lines = "\n".join(line.strip() for line in methods.splitlines())
    assert check(lines + PIPELINE) == []
