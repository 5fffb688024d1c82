pipeline {
    agent any
    options { parallelsAlwaysFailFast(); skipStagesAfterUnstable() }
    stages {
        stage('Tests') {
            failFast true
            parallel {
                stage('Unit') {
                    agent { docker { image 'python:3.12'; args '-v $HOME/.cache:/root/.cache' } }
                    steps { sh 'pytest -q' }
                }
                stage('Integration') {
                    stages {
                        stage('Up') { steps { sh 'docker compose up -d' } }
                        stage('Run') { steps { retry(3) { sh label: 'integration', script: 'make integration' } } }
                    }
                    post { cleanup { sh 'docker compose down' } }
                }
            }
        }
    }
}
