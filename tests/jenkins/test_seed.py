"""The seed job, run by Groovy with a recorder in job-dsl's place: which jobs it makes, and that they fit the rest."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from jenkins.checking.surroundings import CASC, credentials_of, plugin_lines
from tests.jenkins.conftest import ROOT

SEED = ROOT / "jenkins" / "seed.groovy"
FORGE, FOLDER = "https://github.com/you/your-fork.git", "file:///repository"


@pytest.fixture(scope="module")
def jobs() -> dict[str, list[dict[str, Any]]]:
    """The calls of the seed for a forge and for a local folder."""
    groovy = shutil.which("groovy")
    if groovy is None:
        if os.environ.get("REHEARSAL") == "required":
            pytest.fail("no groovy here")
        pytest.skip("THE SEED JOB WAS NOT RUN: no groovy here; on Debian and Ubuntu: apt-get install groovy")
    made = {}
    for repository in (FORGE, FOLDER):
        command = [groovy, str(ROOT / "tests" / "jenkins" / "record.groovy"), str(SEED)]
        environment = os.environ | {"REPOSITORY": repository}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        made[repository] = json.loads(done.stdout)
    return made


def inside(calls: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every call, at any depth."""
    for call in calls:
        yield call
        yield from inside(call["calls"])


def given(calls: list[dict[str, Any]], name: str) -> list[Any]:
    """The first argument of every call of this name."""
    return [call["arguments"][0] for call in inside(calls) if call["name"] == name]


def named(calls: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The calls inside the job of this name."""
    return next(job["calls"] for job in calls if job["arguments"] == [name])


@pytest.mark.parametrize("repository", [FORGE, FOLDER])
def test_two_jobs_and_nothing_else(jobs, repository):
    made = [(job["name"], job["arguments"][0]) for job in jobs[repository]]
    assert made == [("multibranchPipelineJob", "models"), ("pipelineJob", "respond")]


@pytest.mark.parametrize("repository", [FORGE, FOLDER])
def test_what_a_job_names_is_there(jobs, repository):
    scripts = given(jobs[repository], "scriptPath")
    assert scripts == ["Jenkinsfile", "jenkins/respond.Jenkinsfile"]
    assert all((ROOT / path).is_file() for path in scripts)
    defined = {entry["id"] for entry in credentials_of(yaml.safe_load((ROOT / CASC).read_text(encoding="utf-8")))}
    asked = {*given(jobs[repository], "credentialsId"), *given(jobs[repository], "credentials")} - {""}
    asked |= {*given(jobs[repository], "tokenCredentialId")}
    assert asked <= defined
    assert ("repository" in asked) is (repository == FORGE)


def test_the_fork_is_built_from_its_own_address(jobs):
    forge = jobs[FORGE]
    assert (given(forge, "repoOwner"), given(forge, "repository")) == (["you"], ["your-fork"])
    assert given(forge, "repositoryUrl") + given(forge, "url") == [FORGE, FORGE]


def test_an_alert_gives_one_variable_and_only_with_the_token(jobs):
    respond = named(jobs[FOLDER], "respond")
    [variable] = given(respond, "key")
    assert given(respond, "value") == ["$"]
    assert given(respond, "tokenCredentialId") == ["alerts"]
    assert given(respond, "shouldNotFlatten") == [True]
    assert given(respond, "printPostContent") == given(respond, "printContributedVariables") == [False]
    text = (ROOT / "jenkins" / "respond.Jenkinsfile").read_text(encoding="utf-8")
    assert f"text: env.{variable} ?: ''" in text
    assert len(re.findall(rf"withEnv\(\['{variable}='\]\)", text)) == 2


def test_the_plugins_of_the_jobs_are_pinned():
    pinned = {line.split(":")[0] for line in plugin_lines(ROOT)}
    assert {"job-dsl", "generic-webhook-trigger", "github-branch-source", "configuration-as-code"} <= pinned
