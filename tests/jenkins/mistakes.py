"""Forty mistakes of somebody who had not read the checker, sixteen that were kept back until it was mended, a few more.

Each turns the one place that says `right` into `wrong`; the finding has to name exactly the line to be mended.
"""

# ruff: noqa: E501  (a table is read across)

from __future__ import annotations

from dataclasses import dataclass

BOUND = "withCredentials([file(credentialsId: DEPLOYER, variable: 'KUBECONFIG')])"
OTHERWISE = BOUND.replace("DEPLOYER", "'deployer-kubeconfig'")
JUNIT = "junit testResults: 'build/junit/test.xml', skipOldReports: true, allowEmptyResults: true"
CHECK = "steps { sh 'make check' }"
TOLD = "currentBuild.description = readFile('build/summary.txt').trim()"


@dataclass(frozen=True)
class Slip:
    """`line` counts from the first line of `wrong`; `says` is what a finding on that line has to mention."""

    name: str
    right: str
    wrong: str
    line: int
    says: str


def stage(verb: str) -> str:
    """A stage of the delivery up to the end of its steps."""
    return f"stage('{verb}') {{\n                    steps {{\n                        {BOUND} {{ sh 'make {verb}' }}\n                    }}\n"


def then(first: str, second: str) -> str:
    """One stage after the other, the second one open."""
    return f"{stage(first)}                }}\n                {stage(second)}"


FORTY = (
    Slip("section", "environment {\n        DELIVERY_WHO", "enviroment {\n        DELIVERY_WHO", 0, 'did you mean "environment"'),
    Slip("option", "timestamps()", "timestamp()", 0, 'did you mean "timestamps"'),
    Slip("step", "archiveArtifacts artifacts: 'build/*/release/**'", "archiveArtifact artifacts: 'build/*/release/**'", 0, "No such DSL method 'archiveArtifact'"),
    Slip("argument", "testResults: 'build/junit/test.xml'", "testResult: 'build/junit/test.xml'", 0, 'did you mean "testResults"'),
    Slip("a number as text", "timeout(time: 3,", "timeout(time: '3',", 0, 'Expecting "int"'),
    Slip("folder of junit", "'build/junit/*-*.xml'", "'build/reports/junit/*-*.xml'", 0, "no verb writes build/reports/junit"),
    Slip("folder of publishHTML", "'Delivery', reportDir: 'build/report'", "'Delivery', reportDir: 'build/reports'", 0, "no verb writes build/reports/index.html"),
    Slip("file of archiveArtifacts", "'var/**/ledger.jsonl'", "'var/**/ledger.json'", 0, "no verb writes var/**/ledger.json"),
    Slip("target of make", "make rollback OF=", "make roll-back OF=", 0, 'did you mean "rollback"'),
    Slip("variable of make", "rollback OF=build", "rollback FOR=build", 0, "make rollback reads no FOR"),
    Slip("credential", f"{BOUND} {{ sh 'make canary' }}", f"{OTHERWISE} {{ sh 'make canary' }}", 0, "entry with ID 'deployer-kubeconfig'"),
    Slip("label", "def BUILDS = 'ml'", "def BUILDS = 'python'", 0, "no nodes with the label ‘python’"),
    Slip("steps outside a stage", "stage('monitor') {\n                    steps {", "steps {\n                    script {", 0, 'Invalid section "steps" in "stages"'),
    Slip("post inside steps", f"steps {{ sh 'make test' }}\n                    post {{\n                        always {{ {JUNIT} }}\n                    }}\n", f"steps {{\n sh 'make test'\n post {{ always {{ {JUNIT} }} }}\n }}\n", 2, 'Invalid step "post"'),
    Slip("when inside steps", "when { branch 'main' }\n                            steps {\n", "steps {\n when { branch 'main' }\n", 1, 'Invalid step "when"'),
    Slip("two agents", "agent { label DEPLOYS }\n            steps {", "agent { label DEPLOYS }\n agent any\n            steps {", 1, "Multiple occurrences of the agent section"),
    Slip("stage without steps", f"stage('check') {{\n                            {CHECK}", f"stage('check') {{\n // {CHECK}", 0, 'for stage "check"'),
    Slip("no agent", "pipeline {\n    agent none\n", "pipeline {\n", 0, 'Missing required section "agent"'),
    Slip("brace", f"{stage('monitor')}                }}\n", stage("monitor"), 3, "expecting '}'"),
    Slip("quote", "sh 'make train' }", "sh 'make train }", 0, "expecting ''', found '\\n'"),
    Slip("condition of post", "others go on.\n                        always {", "others go on.\n                        finished {", 1, 'Invalid condition "finished"'),
    Slip("rollback of what went well", "failure {", "success {", 0, "make rollback in success"),
    Slip("each minute", "'H 3 * * 1-5'", "'* 3 * * 1-5'", 0, 'Perhaps you meant "H 3 * * 1-5"'),
    Slip("unit of timeout", "timeout(time: 3, unit: 'HOURS')", "timeout(time: 3)", 0, "3 MINUTES"),
    Slip("argument of lock", "lock(resource:", "lock(ressource:", 0, 'did you mean "resource"'),
    Slip("milestone backwards", "milestone 2", "milestone 1", 0, "Invalid ordinal 1"),
    Slip("single quotes", '["DELIVERY_WHO=${env.APPROVER}"]', "['DELIVERY_WHO=${env.APPROVER}']", 0, "not filled in between single quotes"),
    Slip("secret in double quotes", "sh 'make image'", 'sh "REGISTRY_PASSWORD=${REGISTRY_PASSWORD} make image"', 0, "insecure: REGISTRY_PASSWORD"),
    Slip("colon in environment", "DELIVERY_WHO = ", "DELIVERY_WHO: ", 0, "Environment variable values"),
    Slip("cookie of other jobs", "environment { JENKINS_NODE_COOKIE =", "environment { BUILD_ID =", 0, "Jenkins ends what is served"),
    Slip("parameter renamed", "string(name: 'WHY',", "string(name: 'REASON',", 0, "REASON is read by no target"),
    Slip("approver unread", "submitterParameter 'APPROVER'", "submitterParameter 'APPROVED_BY'", 0, 'did you mean "APPROVER"'),
    Slip("stage twice", "stage('monitor') {", "stage('staging') {", 0, "Duplicate stage name"),
    Slip("order", then("canary", "promote"), then("promote", "canary"), 0, 'stands where "canary" belongs'),
    Slip("delivery of pull requests", "beforeOptions true\n                branch 'main'\n", "beforeOptions true\n anyOf {\n branch 'main'\n changeRequest target: 'main'\n }\n", 3, "a release is moved in a stage that pull requests reach"),
    Slip("abort in flight", "abortPrevious: env.BRANCH_NAME != 'main'", "abortPrevious: env.BRANCH_NAME == 'main'", 0, "kills a rollout in flight"),
    Slip("status unread", "sh 'make canary'", "sh script: 'make canary', returnStatus: true", 0, "status of make canary"),
    Slip("def in a method", "node(agent) {", "node(BUILDS) {", 0, "No such property: BUILDS"),
    Slip("kind of credential", f"{BOUND} {{ sh 'make promote' }}", f"{BOUND.replace('[file', '[string')} {{ sh 'make promote' }}", 0, "is of type file, where string was expected"),
    Slip("lock before when", "when {\n                beforeOptions true\n", "when {\n", 0, "write beforeOptions true"),
)  # fmt: skip

KEPT_BACK = (
    Slip("option of the pipeline", "timeout(time: 3, unit: 'HOURS') }", "timeout(time: 3, unit: 'HOURS'); buildDiscarder(logRotator(numToKeepStr: '5')) }", 0, "it belongs to the pipeline"),
    Slip("no script", f"allowMissing: true]\n                            script {{ {TOLD} }}", f"allowMissing: true]\n {TOLD}", 1, 'outside "script"'),
    Slip("argument of a parameter", "defaultValue: 'the", "default: 'the", 0, 'did you mean "defaultValue"'),
    Slip("argument of logRotator", "numToKeepStr: '50'", "numToKeep: '50'", 0, 'did you mean "numToKeepStr"'),
    Slip("comma", JUNIT, JUNIT.replace("true, allow", "true allow"), 0, "unexpected token: allowEmptyResults"),
    Slip("steps and stages", "stage('models') {\n", "stage('models') {\n steps { sh 'make doctor' }\n", 0, "Only one of"),
    Slip("name", "agent { label DEPLOYS }\n            steps {", "agent { label DEPLOY }\n            steps {", 0, 'did you mean "DEPLOYS"'),
    Slip("stash", "unstash 'build'\n                with", "unstash 'builds'\n                with", 0, 'did you mean "build"'),
    Slip("no agent around", "stage('build') {\n            agent { label BUILDS }\n", "stage('build') {\n", 0, 'no agent around "sh"'),
    Slip("anybody approves", "submitter APPROVERS\n", "\n", -3, "wants a submitter"),
    Slip("branch", "beforeOptions true\n                branch 'main'", "beforeOptions true\n                branch 'master'", 1, "pull requests reach"),
    Slip("|| true", "sh 'make gate'", "sh 'make gate || true'", 0, "one call of make"),
    Slip("day of the week", "'H 3 * * 1-5'", "'H 3 * * 1-8'", 0, "not a cron specification"),
    Slip("arguments swapped", "tellPeople(BUILDS, WEBHOOK)", "tellPeople(WEBHOOK, BUILDS)", 0, "no nodes with the label ‘webhook’"),
    Slip("variable of a credential", f"{BOUND} {{ sh 'make staging' }}", f"{BOUND.replace('KUBECONFIG', 'KUBE_CONFIG')} {{ sh 'make staging' }}", 0, "KUBE_CONFIG is read by no target"),
    Slip("a boolean as text", "allowEmptyArchive: true\n                    script", "allowEmptyArchive: 'true'\n                    script", 0, 'Expecting "boolean"'),
)  # fmt: skip

MORE = (
    Slip("comma between texts", "usernameVariable: 'REGISTRY_USER', ", "usernameVariable: 'REGISTRY_USER' 'x', ", 0, "unexpected token: 'x"),
    Slip("nobody sets it", "${env.APPROVER}", "${env.APPROVED_BY}", 0, "env.APPROVED_BY is null"),
    Slip("reason missing", "string(name: 'WHY',", "string(name: 'RELEASE',", 8, "required: --why (WHY)"),
    Slip("bracket too many", f"{CHECK}\n                        }}\n", f"{CHECK}\n                            }}\n                        }}\n", 1, "unexpected token: }"),
    Slip("failure swallowed", "sh 'make release'\n", "catchError { sh 'make release' }\n", 0, "what make release refuses goes on"),
)  # fmt: skip
