// Two jobs: every branch and pull request of the repository, and what is done about an alert. Run at every start.
def address = System.getenv('REPOSITORY')
def onGitHub = address =~ '^https://github\\.com/([^/]+)/([^/]+?)(\\.git)?/?$'

multibranchPipelineJob('models') {
    description('Every branch is trained and judged; main goes to production.')
    branchSources {
        if (onGitHub) {
            branchSource {
                source {
                    github {
                        id('repository')
                        configuredByUrl(true)
                        repositoryUrl(address)
                        repoOwner(onGitHub[0][1])
                        repository(onGitHub[0][2])
                        credentialsId('repository')
                        traits {
                            gitHubBranchDiscovery { strategyId(1) }        // branches without a pull request
                            gitHubPullRequestDiscovery { strategyId(1) }   // merged with main
                            gitHubForkDiscovery {
                                strategyId(1)
                                // A stranger's pull request is built by the Jenkinsfile of main.
                                trust { gitHubTrustPermissions() }
                            }
                        }
                    }
                }
            }
        } else {
            git {
                id('repository')
                remote(address)
                credentialsId(address.startsWith('file:') ? '' : 'repository')
            }
        }
    }
    factory {
        workflowBranchProjectFactory { scriptPath('Jenkinsfile') }
    }
    orphanedItemStrategy {
        discardOldItems { numToKeep(20) }
    }
    triggers {
        periodicFolderTrigger { interval('5m') }
    }
}

pipelineJob('respond') {
    description('An alert came in: rolled back, retrained or told, as [correction] of project.toml says.')
    triggers {
        // POST .../generic-webhook-trigger/invoke with "Authorization: Bearer <the token>", as Alertmanager does.
        genericTrigger {
            genericVariables {
                genericVariable {
                    key('ALERTMANAGER')
                    value('$')
                    expressionType('JSONPath')
                }
            }
            tokenCredentialId('alerts')
            causeString('An alert came in')
            shouldNotFlatten(true)               // one variable: whoever sends an alert names no others
            printPostContent(false)
            printContributedVariables(false)
        }
    }
    definition {
        cpsScm {
            scm {
                git {
                    remote {
                        url(address)
                        if (!address.startsWith('file:')) { credentials('repository') }
                    }
                    branch('main')
                }
            }
            scriptPath('jenkins/respond.Jenkinsfile')
            lightweight(true)
        }
    }
}
