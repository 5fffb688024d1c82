"""Constructs of Jenkinsfiles out in the world that Jenkins takes, and a checker must not complain about."""

from __future__ import annotations

MATRIX = """
pipeline {
    agent none
    stages {
        stage('Build and test') {
            matrix {
                agent { label "${PLATFORM}-agent" }
                axes {
                    axis { name 'PLATFORM'; values 'linux', 'mac', 'windows' }
                    axis {
                        name 'BROWSER'
                        values 'chrome', 'safari'
                    }
                }
                excludes {
                    exclude {
                        axis { name 'PLATFORM'; values 'linux' }
                        axis { name 'BROWSER'; notValues 'chrome' }
                    }
                }
                when { anyOf { expression { params.FILTER == 'all' }; environment name: 'PLATFORM', value: 'linux' } }
                stages {
                    stage('Build') { steps { echo "Do Build for ${PLATFORM} - ${BROWSER}" } }
                    stage('Test') { steps { sh './test.sh' } }
                }
                post { always { junit '**/reports/*.xml' } }
            }
        }
    }
    parameters { choice(name: 'FILTER', choices: ['all', 'linux'], description: 'Run on specific platform') }
}
"""
PARALLEL = """
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
"""
SHARED_LIBRARY = """
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
"""
INPUT = """
pipeline {
    agent none
    stages {
        stage('Example') {
            input {
                message 'Should we continue?'
                id 'deploy'
                ok 'Yes, we should.'
                submitter 'alice,bob'
                submitterParameter 'WHO'
                parameters {
                    string(name: 'PERSON', defaultValue: 'Mr Jenkins', description: 'Who should I say hello to?')
                    booleanParam(name: 'DRY', defaultValue: true, description: '')
                    password(name: 'TOKEN', defaultValue: '', description: 'once')
                }
            }
            steps { echo "Hello, ${PERSON}, nice to meet you." }
        }
        stage('Inside') {
            steps {
                timeout(time: 5, unit: 'MINUTES') { input message: 'Now?', submitter: 'ops' }
                input 'Really?'
            }
        }
    }
}
"""
WHEN = r"""
pipeline {
    agent any
    stages {
        stage('One') {
            when {
                beforeAgent true
                beforeOptions true
                allOf {
                    branch pattern: 'release-\\d+', comparator: 'REGEXP'
                    not { changeRequest target: 'main' }
                    anyOf { triggeredBy 'TimerTrigger'; triggeredBy cause: 'UserIdCause', detail: 'vlinde' }
                }
            }
            steps { echo 'deploying' }
        }
        stage('Two') {
            when { tag 'v*'; changeset '**/*.js'; equals expected: 2, actual: currentBuild.number; isRestartedRun() }
            steps { bat 'build.cmd' }
        }
        stage('Three') {
            when { expression { return env.CHANGE_ID ==~ /\d+/ }; changelog '.*^\\[DEPENDENCY\\] .+$'; buildingTag() }
            steps { powershell 'Get-Item .' }
        }
    }
}
"""
OPTIONS = """
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
"""
TRIGGERS = """
pipeline {
    agent { label 'linux && !slow' }
    triggers {
        cron('''TZ=Europe/Zurich
                H 4/4 * * 1-5
                @midnight''')
        pollSCM('H/15 * * * *')
        upstream(upstreamProjects: 'job1,job2', threshold: hudson.model.Result.SUCCESS)
    }
    tools { maven 'apache-maven-3.9'; jdk 'jdk-21' }
    stages { stage('Build') { steps { sh 'mvn -B verify' } } }
}
"""
CREDENTIALS = """
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
"""
KUBERNETES = '''
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
'''
POST = """
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
"""
ACCEPTED = {
    "matrix": MATRIX, "parallel": PARALLEL, "shared library": SHARED_LIBRARY, "input": INPUT, "when": WHEN,
    "options": OPTIONS, "triggers": TRIGGERS, "credentials": CREDENTIALS, "kubernetes": KUBERNETES, "post": POST,
}  # fmt: skip
LIBRARY = frozenset({"publishToNexus"})
