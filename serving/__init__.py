"""Answering: the HTTP interface of one sealed release, one endpoint a file."""
