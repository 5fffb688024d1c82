"""The Jenkinsfile carried out without Jenkins, by Groovy and real shells: `python -m jenkins.rehearsal`."""
