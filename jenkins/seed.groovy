// The one job: every branch and pull request of the repository. The controller runs this at every start.
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
