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
