"""What Declarative Pipeline knows: sections and where they stand, steps with their arguments and the plugin of each.

From the public documentation of Declarative and of the plugins. An argument with `!` has to be there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jenkins.checking import plugins


def words(text: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(text.split())


RESULTS = ("SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED")
TIME_UNITS = ("NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS")
POST = (
    "always",
    "changed",
    "fixed",
    "regression",
    "aborted",
    "success",
    "unsuccessful",
    "unstable",
    "failure",
    "notBuilt",
    "cleanup",
)
KINDS_OF_STAGE = ("steps", "stages", "parallel", "matrix")
_CONDITIONS = (
    "allOf anyOf not branch buildingTag changelog changeset changeRequest environment equals expression "
    "isRestartedRun tag triggeredBy beforeAgent beforeInput beforeOptions"
)
_STAGE = "agent environment failFast input matrix options parallel post stages steps tools when"

CHILDREN = {
    section: tuple(names.split())
    for section, names in {
        "pipeline": "agent environment libraries options parameters post stages tools triggers",
        "stages": "stage",
        "parallel": "stage",
        "stage": _STAGE,
        "matrix": "agent axes environment excludes input options post stages tools when",
        "axes": "axis",
        "axis": "name values notValues",
        "excludes": "exclude",
        "exclude": "axis",
        "when": _CONDITIONS,
        "allOf": _CONDITIONS,
        "anyOf": _CONDITIONS,
        "not": _CONDITIONS,
        "post": " ".join(POST),
        "agent": "any none label node docker dockerfile kubernetes",
        "triggers": " ".join(["cron pollSCM upstream githubPush", *plugins.TRIGGERS.values()]),
        "input": "message id ok submitter submitterParameter parameters",
        "parameters": " ".join(
            ["string text choice booleanParam password file run credentials", *plugins.PARAMETERS.values()]
        ),
        "libraries": "lib",
    }.items()
}
"""What may stand inside a section."""

BLOCKS = (set(CHILDREN) | {"steps", "environment", "options", "tools", *POST}) - {"agent", "input", "not"}
"""Sections that are nothing without a block; the others have a short form, or are steps too."""
REPEATABLE = {
    "stages", "parallel", "axes", "excludes", "exclude", "when", "allOf", "anyOf", "parameters", "libraries",
    "triggers",
}  # fmt: skip
"""Sections in which a name may stand more than once."""
NEEDED = {
    "pipeline": ("agent", "stages"),
    "matrix": ("axes", "stages"),
    "axis": ("name",),
    "input": ("message",),
}
OPTIONS = words(
    "ansiColor buildDiscarder catchError checkoutToSubdirectory disableConcurrentBuilds disableRestartFromStage "
    "disableResume durabilityHint lock newContainerPerStage overrideIndexTriggers parallelsAlwaysFailFast "
    "preserveStashes quietPeriod rateLimitBuilds retry skipDefaultCheckout skipStagesAfterUnstable throttle "
    "throttleJobProperty timeout timestamps warnError withCredentials withEnv"
) | plugins.names(plugins.OPTIONS)
PIPELINE_ONLY_OPTIONS = words(
    "buildDiscarder checkoutToSubdirectory disableConcurrentBuilds disableRestartFromStage disableResume "
    "durabilityHint newContainerPerStage overrideIndexTriggers parallelsAlwaysFailFast preserveStashes "
    "quietPeriod rateLimitBuilds skipStagesAfterUnstable throttleJobProperty"
)
BINDINGS = words(
    "usernamePassword usernameColonPassword string file zip sshUserPrivateKey certificate gitUsernamePassword"
)
BOOLEANS = words(
    "abortPrevious allowEmpty allowEmptyArchive allowEmptyResults allowMissing alwaysLinkToLastBuild "
    "caseSensitive catchInterruptions defaultExcludes fingerprint inversePrecedence keepAll keepLongStdio "
    "keepProperties keepTestNames onlyIfSuccessful propagate returnStatus returnStdout skipIfLocked "
    "skipMarkingBuildUnstable skipOldReports skipPublishingChecks trim useDefaultExcludes wait"
)
NUMBERS = frozenset({"time", "count", "quantity", "ordinal", "healthScaleFactor"})
CHOICES = {"unit": TIME_UNITS, "buildResult": RESULTS, "stageResult": RESULTS}


@dataclass(frozen=True)
class Step:
    """A step, an option or a part of one: its plugin and the arguments it takes."""

    plugin: str
    takes: frozenset[str]
    needs: frozenset[str]


PIPELINE = "workflow-aggregator"
_STEPS = {
    PIPELINE: """
        archive(includes! excludes) bat(script! encoding label returnStatus returnStdout)
        build(job! parameters propagate quietPeriod wait waitForStart)
        buildDiscarder(strategy!) catchError(buildResult catchInterruptions message stageResult)
        checkout(scm! changelog poll) deleteDir() dir(path!) disableConcurrentBuilds(abortPrevious) echo(message!)
        error(message!) fileExists(file!) getContext(type!) isUnix() library(identifier! changelog) load(path!)
        logRotator(artifactDaysToKeepStr artifactNumToKeepStr daysToKeepStr numToKeepStr removeLastBuild)
        input(message! cancel id ok parameters submitter submitterParameter) milestone(ordinal label unsafe)
        node(label) parallel() parallelsAlwaysFailFast() powershell(script! encoding label returnStatus returnStdout)
        pwd(tmp) pwsh(script! encoding label returnStatus returnStdout) readFile(file! encoding)
        readTrusted(path!) resolveScm(source! targets! ignoreErrors) retry(count! conditions) script()
        sh(script! encoding label returnStatus returnStdout) skipDefaultCheckout(skipDefaultCheckout)
        skipStagesAfterUnstable() sleep(time! unit) stash(name! allowEmpty excludes includes useDefaultExcludes)
        step(delegate!) timeout(time! unit activity) tool(name! type) unstable(message!) unstash(name!)
        waitUntil(initialRecurrencePeriod quiet) warnError(message! catchInterruptions) withEnv(overrides!)
        wrap(delegate!) writeFile(file! text! encoding) ws(dir!)
        validateDeclarativePipeline(path!) waitForBuild(runId! propagate propagateAbort)
        archiveArtifacts(artifacts! allowEmptyArchive caseSensitive defaultExcludes excludes fingerprint followSymlinks
        onlyIfSuccessful) fingerprint(targets! caseSensitive defaultExcludes excludes) mail(subject! body! bcc cc
        charset from mimeType replyTo to)""",
    "credentials-binding": """withCredentials(bindings!)
        usernamePassword(credentialsId! usernameVariable! passwordVariable!)""",
    "git": "git(url! branch changelog credentialsId poll) scmGit()",
    "junit": """junit(testResults! allowEmptyResults checksName healthScaleFactor keepLongStdio keepProperties
        keepTestNames skipMarkingBuildUnstable skipOldReports skipPublishingChecks stdioRetention
        testDataPublishers)""",
    "htmlpublisher": """publishHTML(target reportName reportDir reportFiles keepAll alwaysLinkToLastBuild allowMissing
        reportTitles includes escapeUnderscores icon numberOfWorkers useWrapperFileDirectly)""",
    "lockable-resources": "lock(resource label quantity variable inversePrecedence skipIfLocked extra priority reason)",
    "timestamper": "timestamps()",
    "kubernetes": """container(name! shell) containerLog(name!) podTemplate() kubernetes(cloud containerTemplate
        customWorkspace defaultContainer idleMinutes inheritFrom label namespace nodeSelector podRetention retries
        serviceAccount showRawYaml slaveConnectTimeout workspaceVolume yaml yamlFile yamlMergeStrategy)""",
    "docker-workflow": "withDockerRegistry(url credentialsId toolName) withDockerContainer(image! args toolName)",
    "ws-cleanup": """cleanWs(cleanWhenAborted cleanWhenFailure cleanWhenNotBuilt cleanWhenSuccess cleanWhenUnstable
        cleanupMatrixParent deleteDirs disableDeferredWipeout externalDelete notFailBuild patterns
        skipWhenFailed)""",
    "pipeline-utility-steps": """readJSON(file text returnPojo) writeJSON(file json! pretty returnText)
        readYaml(file text) writeYaml(file data datas overwrite charset returnText)
        findFiles(glob excludes) touch(file! timestamp)
        zip(zipFile! archive dir exclude glob overwrite file) unzip(zipFile! dir glob quiet read test charset)""",
    "slack": """slackSend(message attachments blocks botUser channel color iconEmoji tokenCredentialId teamDomain
        baseUrl failOnError notifyCommitters sendAsText timestamp tokenCredentialId username)""",
    "email-ext": """emailext(subject! body! attachLog attachmentsPattern compressLog from mimeType postsendScript
        presendScript recipientProviders replyTo saveOutput to)""",
    "warnings-ng": """recordIssues(tool tools aggregatingResults enabledForFailure failOnError filters id name
        minimumSeverity qualityGates skipBlames sourceDirectories)""",
    "coverage": """recordCoverage(tools! checksName id name failOnError qualityGates sourceCodeRetention
        sourceDirectories enabledForFailure)""",
    "checks-api": "withChecks(name! includeStage) publishChecks(name title summary text detailsURL status conclusion)",
    "copyartifact": """copyArtifacts(projectName! excludes filter fingerprintArtifacts flatten optional parameters
        resultVariableSuffix selector target)""",
    "ssh-agent": "sshagent(credentials! ignoreMissing)",
    "ansicolor": "ansiColor(colorMapName!)",
    "http_request": "httpRequest()",
}
STEPS = {
    name: Step(plugin, frozenset(words.replace("!", "").split()), frozenset(re.findall(r"(\w+)!", words)))
    for plugin, table in _STEPS.items()
    for name, words in re.findall(r"(\w+)\(([^)]*)\)", table)
} | {name: Step(plugin, frozenset(), frozenset()) for plugin, line in plugins.STEPS.items() for name in line.split()}
PARAMETERS = {
    name: Step(PIPELINE, words(takes.replace("!", "")), frozenset({"name"}))
    for name, takes in {
        "string": "name! defaultValue description trim",
        "text": "name! defaultValue description trim",
        "booleanParam": "name! defaultValue description",
        "choice": "name! choices description",
        "password": "name! defaultValue defaultValueAsSecret description",
        "file": "name! description",
        "run": "name! projectName description filter",
        "credentials": "name! credentialType defaultValue description required",
    }.items()
}
"""What people may be asked for; some of these names are bindings or steps elsewhere."""
ANYTHING_GOES = frozenset({"podTemplate", "httpRequest", "scmGit", "parallel"}) | plugins.names(plugins.STEPS)
"""Steps whose arguments are not listed here."""
ON_AN_AGENT = words(
    "archiveArtifacts bat checkout deleteDir dir fileExists fingerprint git junit powershell publishHTML pwd pwsh "
    "readFile sh stash unstash writeFile ws"
)
"""Steps that work in a folder, which only an agent has."""
BOUND_BY = {
    "usernamePassword": "usernamePassword",
    "usernameColonPassword": "usernamePassword",
    "gitUsernamePassword": "usernamePassword",
    "string": "string",
    "file": "file",
    "zip": "file",
    "sshUserPrivateKey": "basicSSHUserPrivateKey",
    "certificate": "certificate",
}
"""The kind of credential that a binding takes, by its name in a controller's configuration."""
GIVEN_BY_JENKINS = words(
    "BRANCH_NAME BRANCH_IS_PRIMARY BUILD_DISPLAY_NAME BUILD_ID BUILD_NUMBER BUILD_TAG BUILD_URL CHANGE_AUTHOR "
    "CHANGE_AUTHOR_DISPLAY_NAME CHANGE_AUTHOR_EMAIL CHANGE_BRANCH CHANGE_FORK CHANGE_ID CHANGE_TARGET CHANGE_TITLE "
    "CHANGE_URL CI EXECUTOR_NUMBER GIT_BRANCH GIT_COMMIT GIT_LOCAL_BRANCH GIT_PREVIOUS_COMMIT "
    "GIT_PREVIOUS_SUCCESSFUL_COMMIT GIT_URL HOME JENKINS_HOME JENKINS_URL JOB_BASE_NAME JOB_NAME JOB_URL NODE_LABELS "
    "NODE_NAME PATH RUN_DISPLAY_URL STAGE_NAME TAG_DATE TAG_NAME TAG_TIMESTAMP TAG_UNIXTIME WORKSPACE WORKSPACE_TMP"
)
"""Variables that a build has without anybody's doing."""
READ_BY_OTHERS = re.compile(
    r"CI|HOME|HTTPS?_PROXY|JENKINS_NODE_COOKIE|KUBECONFIG|LANG|LC_\w+|MAKEFLAGS|NO_COLOR|NO_PROXY|PATH|SSL_CERT_\w+|"
    r"TMPDIR|TZ|(?:AWS|BUILDAH|DOCKER|GIT|PIP|PYTHON|UV)_?\w+"
)
"""Variables that Jenkins or a program of the agent reads, whatever the repository is."""
