pipeline {
    agent any
    options {
        buildDiscarder(logRotator(numToKeepStr: env.BRANCH_NAME ==~ /main/ ? '10' : '5', artifactNumToKeepStr: '1'))
        disableConcurrentBuilds(abortPrevious: true)
        timeout(time: 1, unit: 'HOURS')
        retry(2)
        quietPeriod(5)
        ansiColor('xterm')
        lock(label: 'board', quantity: 1, variable: 'BOARD')
        checkoutToSubdirectory('src')
        preserveStashes(buildCount: 5)
        timestamps()
    }
    stages {
        stage('Build') {
            options { skipDefaultCheckout(); timeout(activity: true, time: 300, unit: 'SECONDS') }
            steps { checkout scm; dir('src') { sh '''
                set -e
                for f in *; do { echo "$f"; }; done
            ''' } }
        }
    }
}
