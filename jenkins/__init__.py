"""The controller as code, the checker of the Jenkinsfile and its rehearsal."""
