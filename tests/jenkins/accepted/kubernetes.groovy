pipeline {
    agent {
        kubernetes {
            defaultContainer 'maven'
            yaml """
                kind: Pod
                spec: {containers: [{name: maven, image: 'maven:3', command: [sleep], args: [infinity]}]}
            """
        }
    }
    stages {
        stage('Run') {
            steps {
                container('busybox') { sh '/bin/busybox' }
                stash name: 'out', includes: 'target/**', allowEmpty: true
            }
        }
        stage('Later') {
            steps { unstash 'out'; archiveArtifacts 'target/*.jar' }
        }
    }
}
