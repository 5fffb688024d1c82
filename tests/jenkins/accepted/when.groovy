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
