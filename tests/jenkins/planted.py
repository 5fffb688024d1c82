"""Mistakes as people make them: what was written, what it was turned into, and what a good answer mentions."""

# ruff: noqa: E501  (a table is read across)

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """The first `right` in the Jenkinsfile becomes `wrong`; a finding has to mention `mentions`."""

    kind: str
    right: str
    wrong: str
    mentions: str
    on_its_line: bool = True
    """False where something is missing, or shows elsewhere."""


PLANTED = (
    # sections
    Mistake("section", "stages {\n        stage('build')", "stagess {\n        stage('build')", "stagess"),
    Mistake("section", "steps { sh 'make train' }", "step { sh 'make train' }", '"step"'),
    Mistake("section", "post {\n                        always { junit", "posts {\n                        always { junit", "posts"),
    Mistake("section", "failure {", "failed {", '"failed"'),
    Mistake("section", "cleanup {", "finally {", '"finally"'),
    Mistake("section", "environment { JENKINS", "enviroment { JENKINS", "enviroment"),
    Mistake("section", "triggers {", "trigger {", '"trigger"'),
    Mistake("section", "agent none\n", "", 'Missing required section "agent"', on_its_line=False),
    Mistake("section", "agent { label BUILDS }", "agent { labels BUILDS }", '"labels"'),
    Mistake("section", "agent { label BUILDS }", "agent BUILDS", "Invalid argument for agent"),
    # options and triggers
    Mistake("option", "timestamps()", "timestamp()", '"timestamp"'),
    Mistake("option", "buildDiscarder(logRotator", "buildDiscard(logRotator", "buildDiscard"),
    Mistake("option", "options { timeout(time: 3, unit: 'HOURS') }", "options { disableResume() }", "disableResume"),
    Mistake("option", "abortPrevious: env.BRANCH_NAME != 'main'", "abortPrevious: true", "in flight"),
    Mistake("option", "cron(env.BRANCH", "crons(env.BRANCH", "crons"),
    Mistake("option", "'H 3 * * 1-5'", "'H 3 * * 1-8'", "cron"),
    Mistake("option", "'H 3 * * 1-5'", "'3 * * 1-5'", "cron"),
    # steps and arguments
    Mistake("argument", "numToKeepStr: '50'", "numToKeep: '50'", '"numToKeep"'),
    Mistake("argument", "time: 3, unit: 'HOURS'", "time: 3, unit: 'HOUR'", "HOUR"),
    Mistake("argument", "timeout(time: 1, ", "timeout(time: '1', ", '"time"'),
    Mistake("argument", "timeout(time: 3, unit", "timeout(duration: 3, unit", '"duration"'),
    Mistake("argument", "junit testResults: 'build/junit/test.xml'", "junit testResult: 'build/junit/test.xml'", '"testResult"'),
    Mistake("argument", "keepProperties: true", "keepProperties: 'true'", "keepProperties"),
    Mistake("argument", "fingerprint: true", "fingerprints: true", '"fingerprints"'),
    Mistake("argument", "reportDir: 'build/report'", "reportFolder: 'build/report'", "reportFolder"),
    Mistake("argument", "stash name: 'build'", "stash label: 'build'", '"label"'),
    Mistake("argument", "resource: 'production'", "resources: 'production'", '"resources"'),
    Mistake("argument", "passwordVariable: 'REGISTRY_PASSWORD'", "password: 'REGISTRY_PASSWORD'", '"password"'),
    Mistake("argument", "[usernamePassword(", "[userNamePassword(", "userNamePassword"),
    Mistake("argument", "sh 'make gate'", "shell 'make gate'", "'shell'"),
    Mistake("argument", "milestone 1", "mileStone 1", "mileStone"),
    Mistake("argument", "submitter APPROVERS", "submitters APPROVERS", "submitters"),
    # verbs
    Mistake("verb", "sh 'make train'", "sh 'make trian'", "trian"),
    Mistake("verb", "stage('canary')", "stage('canari')", "canari"),
    Mistake("verb", "sh 'make monitor'", "sh 'make staging'", "make monitor"),
    Mistake("verb", "sh 'make check'", "sh 'make check && make train'", "one call of make"),
    Mistake("verb", "sh 'make gate'", 'sh "make gate MODEL=${env.MODEL}"', "single quotes"),
    Mistake("verb", "sh 'make release'", "sh './release.sh'", "one call of make"),
    # paths
    Mistake("path", "'build/junit/*-*.xml'", "'build/junits/*-*.xml'", "junits"),
    Mistake("path", "'build/*/release/**'", "'build/*/releases/**'", "releases"),
    Mistake("path", "reportFiles: 'index.html'", "reportFiles: 'report.html'", "report.html"),
    Mistake("path", "readFile('build/summary.txt')", "readFile('build/summary.md')", "summary.md", on_its_line=False),
    Mistake("path", "'var/**/ledger.jsonl'", "'build/ledger.jsonl'", "build/ledger.jsonl"),
    # credentials, labels, names
    Mistake("credential", "DEPLOYER = 'deployer'", "DEPLOYER = 'deploy-key'", "deploy-key", on_its_line=False),
    Mistake("credential", "credentialsId: REGISTRY", "credentialsId: REGISTER", "REGISTER"),
    Mistake("credential", "DEPLOYS = 'deploy' ", "DEPLOYS = 'deployment' ", "deployment", on_its_line=False),
    Mistake("credential", "when { branch 'main' }\n", "\n", "pull requests", on_its_line=False),
    Mistake("credential", "environment { JENKINS_NODE_COOKIE = 'dontKillMe' }", "environment { KUBECONFIG = credentials('deployer') }", "credentials()"),
    Mistake("credential", "unstash 'build'", "unstash 'builds'", "builds"),
    Mistake("credential", "submitter APPROVERS\n", "\n", "submitter", on_its_line=False),
    # nesting and brackets
    Mistake("nesting", "sh 'make release'\n", "stage('inner') { sh 'make release' }\n", '"stage"'),
    Mistake("nesting", "steps { sh 'make train' }", "sh 'make train'", '"sh"'),
    Mistake("nesting", "steps { sh 'make train' }", "steps { sh 'make train' }\n stages { stage('x') { steps { sh 'make train' } } }", "Only one of", on_its_line=False),
    Mistake("nesting", "steps { sh 'make train' }\n", "steps { sh 'make train' \n", "is not closed", on_its_line=False),
    Mistake("nesting", "[file(credentialsId: DEPLOYER, variable: 'KUBECONFIG')]) {", "[file(credentialsId: DEPLOYER, variable: 'KUBECONFIG'])) {", "expecting", on_its_line=False),
    Mistake("nesting", "sh 'make release'\n", "def x = 1\n sh 'make release'\n", '"script"'),
    Mistake("nesting", "steps { sh 'make train' }", "steps { sh 'make train' }\n steps { sh 'make train' }", "Multiple occurrences", on_its_line=False),
    Mistake("nesting", "stage('train')", "stage('check')", "Duplicate stage name"),
    # missing parts
    Mistake("missing", "beforeInput true\n", "\n", "beforeInput", on_its_line=False),
    Mistake("missing", "options { timeout(time: 1, unit: 'DAYS') }\n", "\n", "timeout", on_its_line=False),
    Mistake("missing", "options { lock(resource: 'production', inversePrecedence: true) }\n", "\n", "lock", on_its_line=False),
    Mistake("missing", " OF=build", "", "takes back what is well"),
    Mistake("missing", "message 'Into production?", "// message 'Into production?", '"message"', on_its_line=False),
    Mistake("missing", "steps { sh 'make train' }", "steps { }", "No steps"),
    Mistake("missing", "name: 'WHY', ", "", '"name"'),
)  # fmt: skip
