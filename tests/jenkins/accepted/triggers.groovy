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
