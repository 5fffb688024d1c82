def slack(String colour) { slackSend(color: colour, message: "${env.JOB_NAME} ${currentBuild.currentResult}") }

pipeline {
    agent any
    stages {
        stage('Build') {
            steps {
                catchError(buildResult: 'SUCCESS', stageResult: 'UNSTABLE') { sh 'lint' }
                warnError('tests failed') { sh 'test' }
                script {
                    if (env.BRANCH_NAME == 'main') {
                        currentBuild.displayName = "#${BUILD_NUMBER}"
                    } else {
                        echo 'no'
                    }
                }
            }
        }
    }
    post {
        always { recordIssues enabledForFailure: true, tools: [pyLint(pattern: 'pylint.log'), flake8()]; cleanWs() }
        fixed { slack('good') }
        regression { slack('danger') }
        unsuccessful { emailext subject: 'Broken', body: '$DEFAULT_CONTENT', to: 'team@example.org' }
        failure { mail to: 'team@example.org', subject: "Failed: ${currentBuild.fullDisplayName}", body: 'see there' }
        notBuilt { echo 'nothing' }
    }
}
