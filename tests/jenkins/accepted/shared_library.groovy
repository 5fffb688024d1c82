@Library('our-pipeline@2.1') _
import com.acme.Versions

def version = Versions.next(env)

pipeline {
    agent { node { label 'linux'; customWorkspace '/ws/app' } }
    environment {
        VERSION = "${version}"
        GIT_SHORT = sh(script: 'git rev-parse --short HEAD', returnStdout: true).trim()
    }
    stages {
        stage('Publish') {
            steps {
                publishToNexus version: version, dryRun: !isMain()
                script {
                    def images = ['a', 'b'].collectEntries { [(it): { build job: it }] }
                    parallel images
                }
            }
        }
    }
}

def isMain() {
    return env.BRANCH_NAME == 'main'
}
