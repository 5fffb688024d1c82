pipeline {
    agent any
    environment {
        AWS = credentials('aws-key')
        REGION = 'eu-central-1'
    }
    stages {
        stage('Deploy') {
            steps {
                withCredentials([
                    usernamePassword(credentialsId: 'hub', usernameVariable: 'U', passwordVariable: 'P'),
                    string(credentialsId: 'token', variable: 'TOKEN'),
                    sshUserPrivateKey(credentialsId: 'ssh', keyFileVariable: 'KEY'),
                ]) {
                    sh 'curl -H "Authorization: $TOKEN" https://example.org'
                }
                withEnv(["PATH+NODE=${tool 'node'}/bin", 'A=b']) { sh 'npm ci' }
                sshagent(['deploy-key']) { sh 'ssh host true' }
            }
        }
    }
}
