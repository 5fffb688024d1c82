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
