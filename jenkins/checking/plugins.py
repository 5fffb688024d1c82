"""Names that widespread plugins add, by plugin. Their arguments are not listed: what stands there is believed."""

from __future__ import annotations

STEPS = {
    "sonar": "withSonarQubeEnv waitForQualityGate",
    "pipeline-maven": "withMaven",
    "nodejs": "nodejs",
    "gradle": "withGradle",
    "config-file-provider": "configFileProvider",
    "aws-steps": "withAWS s3Upload s3Download ecrLogin cfnUpdate",
    "kubernetes-cli": "withKubeConfig kubeconfig",
    "openshift-client": "openshift",
    "docker-workflow": "withDockerServer",
    "hashicorp-vault-plugin": "withVault",
    "jacoco": "jacoco",
    "cobertura": "cobertura",
    "code-coverage-api": "publishCoverage",
    "allure-jenkins-plugin": "allure",
    "cucumber-reports": "cucumber",
    "robot": "robot",
    "performance": "perfReport",
    "xunit": "xunit",
    "nunit": "nunit",
    "dependency-check-jenkins-plugin": "dependencyCheck dependencyCheckPublisher",
    "github": "githubNotify",
    "gitlab-plugin": "updateGitlabCommitStatus gitlabCommitStatus gitlabBuilds addGitLabMRComment",
    "bitbucket-build-status-notifier": "bitbucketStatusNotify",
    "ansible": "ansiblePlaybook ansibleVault",
    "publish-over-ssh": "sshPublisher",
    "ssh-steps": "sshCommand sshScript sshPut sshGet sshRemove",
    "pipeline-utility-steps": "tee sha1 sha256 tar untar readCSV writeCSV readMavenPom readProperties nodesByLabel",
    "office-365-connector": "office365ConnectorSend",
    "discord-notifier": "discordSend",
    "badge": "addBadge addShortText addInfoBadge addSummary",
    "build-name-setter": "buildName buildDescription",
    "artifactory": "rtServer rtUpload rtDownload rtMavenRun rtPublishBuildInfo rtBuildInfo",
    "nexus-artifact-uploader": "nexusArtifactUploader",
    "plot": "plot",
    "influxdb": "influxDbPublisher",
}
OPTIONS = {
    "gitlab-plugin": "gitLabConnection gitlabBuilds gitlabCommitStatus",
    "copyartifact": "copyArtifactPermission",
    "matrix-auth": "authorizationMatrix",
    "office-365-connector": "office365ConnectorWebhooks",
    "kubernetes": "podTemplate",
}
TRIGGERS = {
    "gitlab-plugin": "gitlab",
    "generic-webhook-trigger": "GenericTrigger",
    "parameterized-scheduler": "parameterizedCron",
    "pipeline-github": "issueCommentTrigger pullRequestReview",
    "bitbucket": "bitbucketPush",
    "dockerhub-notification": "dockerHubTrigger",
    "pipeline-input-step": "eventTrigger",
}
PARAMETERS = {
    "git-parameter": "gitParameter",
    "extended-choice-parameter": "extendedChoice",
    "uno-choice": "activeChoice activeChoiceHtml reactiveChoice",
    "validating-string-parameter": "validatingString",
    "file-parameters": "base64File stashedFile",
}


PLUGIN_OF = {
    name: plugin for table in (OPTIONS, TRIGGERS, PARAMETERS) for plugin, line in table.items() for name in line.split()
}
"""Of an option, a trigger, a parameter."""


def names(table: dict[str, str]) -> frozenset[str]:
    """All names of a table."""
    return frozenset(name for line in table.values() for name in line.split())
