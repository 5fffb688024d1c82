"""What Jenkins would say to a Declarative Jenkinsfile, told without Jenkins: `python -m jenkins.checking Jenkinsfile`.

`groovy` reads the file, `syntax` says what Groovy refuses, `catalogue` knows sections and steps; `structure`, `steps`,
`links` and `names` are the rules of Jenkins. Those of this repository: `house` (verbs, paths, credentials, labels,
plugins), `safety` (what a delivery must never do), `passing` (variables, from who sets them to who reads them).
"""
