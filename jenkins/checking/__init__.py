"""What Jenkins would say to a Declarative Jenkinsfile, told without Jenkins: `python -m jenkins.checking Jenkinsfile`.

`groovy` reads the file, `catalogue` knows sections and steps, `structure`, `steps` and `links` are the rules of
Jenkins, `house` those of this repository: verbs, paths, credentials, labels, plugins.
"""
