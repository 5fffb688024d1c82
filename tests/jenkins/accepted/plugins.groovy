#!/usr/bin/env groovy
@Library(['shared@main', 'other']) _
// other steps: tellEverybody, buildImage

String cronSpec = BRANCH_NAME == 'main' ? '@daily' : ''
properties([disableConcurrentBuilds()])

pipeline {
    agent {
        dockerfile {
            filename 'Dockerfile.build'
            dir 'build'
            label 'my-defined-label'
            additionalBuildArgs '--build-arg version=1.0.2'
            args '-v /tmp:/tmp'
            reuseNode true
        }
    }
    options {
        gitLabConnection('gitlab')
        timeout(time: 1, unit: 'HOURS')
        buildDiscarder logRotator(artifactDaysToKeepStr: '', artifactNumToKeepStr: '5', daysToKeepStr: '', numToKeepStr: '5')
        disableConcurrentBuilds abortPrevious: true
        skipDefaultCheckout true
        copyArtifactPermission('*')
    }
    triggers {
        gitlab(triggerOnPush: true, triggerOnMergeRequest: true, branchFilterType: 'All')
        parameterizedCron(cronSpec)
        GenericTrigger(genericVariables: [[key: 'ref', value: '$.ref']], token: 'x')
        issueCommentTrigger('.*test this please.*')
    }
    parameters {
        choice(name: 'ENV', choices: "dev\ntest\nprod", description: '')
        gitParameter branchFilter: 'origin/(.*)', defaultValue: 'master', name: 'BRANCH', type: 'PT_BRANCH'
        booleanParam defaultValue: false, name: 'SKIP'
        string name: 'VERSION', trim: true
    }
    environment {
        CC = """${sh(
                returnStdout: true,
                script: 'echo "clang"'
            )}"""
        EXIT = """${sh(returnStatus: true, script: 'exit 1')}"""
        PATH = "$PATH:/opt/bin"
        MAVEN_OPTS = '-Xmx1g ' +
            '-Dx=y'
        COUNT = 3
        IMAGE = "reg/${env.JOB_NAME}:${env.BUILD_NUMBER}"
        SONAR = credentials('sonar')
    }
    stages {
        stage('Checkout') {
            steps {
                checkout([$class: 'GitSCM', branches: [[name: '*/main']], extensions: [[$class: 'CleanBeforeCheckout']], userRemoteConfigs: [[url: 'https://example.org/x.git']]])
                checkout scmGit(branches: [[name: 'main']], userRemoteConfigs: [[url: 'x']])
                git branch: 'main', credentialsId: 'x', url: 'https://example.org/x.git'
                git 'https://example.org/y.git'
            }
        }
        stage("Build ${params.ENV}") {
            when { not { anyOf { branch 'master'; branch pattern: "feature/*", comparator: "GLOB" } } }
            steps {
                withMaven(maven: 'm3') { sh "mvn -B -DskipTests=${params.SKIP} package" }
                withSonarQubeEnv('sonar') { sh 'mvn sonar:sonar' }
                timeout(10) { waitForQualityGate abortPipeline: true }
                nodejs('node-18') { sh 'npm ci' }
                configFileProvider([configFile(fileId: 'x', variable: 'SETTINGS')]) { sh 'mvn -s $SETTINGS' }
                withAWS(region: 'eu-west-1', credentials: 'aws') { s3Upload(file: 'a', bucket: 'b') }
                withKubeConfig([credentialsId: 'kube']) { sh 'kubectl get pods' }
                script {
                    docker.withRegistry('https://reg', 'cred') { docker.build("x:${env.BUILD_ID}").push() }
                }
                sh '''#!/bin/bash -e
                    cat > x <<EOF
                    { "a": "b" }
                    EOF
                '''
                echo 'single \'quoted\''
                sh(script: 'true', label: 'nothing')
                sh returnStatus: true, script: 'make check || true'
                retry(3) { timeout(time: 5) { sh 'x' } }
                catchError { sh 'x' }
                dir("${env.WORKSPACE}/a") { deleteDir() }
                build job: 'downstream', parameters: [string(name: 'A', value: "b"), booleanParam(name: 'C', value: true)], wait: false
                input message: 'Go?', ok: 'Yes', parameters: [choice(name: 'X', choices: ['a', 'b'], description: 'd')]
                lock('resource') { sh 'x' }
                lock(resource: "r-${env.BRANCH_NAME}") { sh 'x' }
                milestone()
                milestone(ordinal: 2, label: 'x')
                ansiColor('xterm') { sh 'x' }
                wrap([$class: 'AnsiColorBuildWrapper']) { sh 'x' }
                step([$class: 'JUnitResultArchiver', testResults: '**/*.xml'])
                stash includes: '**/target/*.jar', name: 'app'
                unstash 'app'
                junit allowEmptyResults: true, testResults: '**/target/*.xml'
                junit '**/*.xml'
                archiveArtifacts artifacts: '**/*.jar', onlyIfSuccessful: true, followSymlinks: false
                publishHTML([allowMissing: false, alwaysLinkToLastBuild: false, keepAll: true, reportDir: 'x', reportFiles: 'index.html', reportName: 'R', reportTitles: ''])
                publishHTML(target: [allowMissing: false, reportDir: 'x', reportFiles: 'a.html', reportName: 'R'])
                jacoco execPattern: '**/*.exec'
                allure includeProperties: false, results: [[path: 'x']]
                githubNotify context: 'x', status: 'SUCCESS'
                updateGitlabCommitStatus name: 'build', state: 'pending'
                error 'no'
                sleep 5
                sleep time: 250, unit: 'MILLISECONDS'
                writeFile file: 'x', text: "y"
                writeJSON file: 'x.json', json: [a: 1]
                withCredentials([[$class: 'UsernamePasswordMultiBinding', credentialsId: 'x', usernameVariable: 'U', passwordVariable: 'P']]) { sh 'x' }
                withCredentials(bindings: [sshUserPrivateKey(credentialsId: 'a', keyFileVariable: 'K', usernameVariable: 'U')]) { sh 'x' }
                recordIssues(tools: [java(), checkStyle(pattern: '**/x.xml')], qualityGates: [[threshold: 1, type: 'TOTAL', unstable: true]])
                cobertura coberturaReportFile: 'x.xml'
                powershell returnStdout: true, script: 'x'
                ansiblePlaybook playbook: 'x.yml', inventory: 'i'
                tellEverybody "x"
                buildImage(name: "a") { sh "x" }
                tee('log.txt') { sh 'x' }
                cleanWs deleteDirs: true, patterns: [[pattern: 'x', type: 'INCLUDE']]
            }
            post {
                success { archiveArtifacts 'x' }
                failure { slackSend channel: '#x', color: 'danger', message: "x ${env.JOB_NAME} (<${env.BUILD_URL}|Open>)" }
                always {
                    script { if (true) { echo 'x' } }
                    step([$class: 'Mailer', notifyEveryUnstableBuild: true, recipients: 'x'])
                    emailext(to: 'x', subject: "y", body: '''${SCRIPT, template="groovy-html.template"}''', attachLog: true, recipientProviders: [[$class: 'DevelopersRecipientProvider']])
                    office365ConnectorSend webhookUrl: 'x'
                }
            }
        }
        stage('Parallel') {
            parallel {
                stage('A') { agent any; steps { sh 'x' } }
                stage('B') { when { expression { params.ENV == 'prod' && currentBuild.result == null } } ; steps { sh 'x' } }
            }
        }
        stage('Tag') {
            when { buildingTag(); beforeAgent true; tag pattern: "release-\\d+", comparator: "REGEXP" }
            steps { sh "git tag ${env.TAG_NAME}" }
        }
    }
}

@NonCPS
def names(List<String> x) {
    return x.collect { it.name }
}

void notify(String status = 'STARTED') {
    def colour = status == 'STARTED' ? 'YELLOW' : 'RED'
}
