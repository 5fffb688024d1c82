"""Jenkinsfile, CLI, Makefile and .travis.yml say the same; the controller defines what the Jenkinsfile asks for."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from delivery.commands import BESIDE, VERBS, WAY, build_parser
from delivery.verbs.test import STEPS
from jenkins.checking.groovy import Call, read
from jenkins.checking.links import variables
from jenkins.checking.rules import the_pipeline
from jenkins.checking.surroundings import CASC, LEFT_BESIDE, plugin_lines
from tests.contract.test_verbs import targets
from upkeep.__main__ import COMMANDS as UPKEEP

WAY_OF_A_COMMIT = [verb.name for verb in WAY]
VARIABLE = re.compile(r"\$\{(?:\w+:\$\{)?([A-Z][A-Z0-9_]*)(?::[-?][^}]*)?\}")


@pytest.fixture(scope="module")
def statements(repository) -> tuple[Call, ...]:
    """The Jenkinsfile, read."""
    return read((repository.root / "Jenkinsfile").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def beside(repository) -> tuple[Call, ...]:
    """The pipeline of the job for alerts, read."""
    return read((repository.root / "jenkins" / "respond.Jenkinsfile").read_text(encoding="utf-8"))


def commands(statements) -> list[str]:
    """Every command of the Jenkinsfile, functions included."""
    return [call.title for one in statements for call in one.inside() if call.name == "sh"]


def yaml_of(repository, path):
    """A file of YAML."""
    return yaml.safe_load((repository.root / path).read_text(encoding="utf-8"))


def environment(repository) -> dict[str, str]:
    """What compose gives the controller."""
    found: dict[str, str] = yaml_of(repository, "jenkins/compose.yaml")["services"]["controller"]["environment"]
    return found


def test_stages_are_the_verbs_in_their_order(statements):
    stages = [stage.title for stage in the_pipeline(statements).all("stage") if stage["steps"]]
    assert [title for title in stages if title in WAY_OF_A_COMMIT] == WAY_OF_A_COMMIT
    assert set(stages) - set(WAY_OF_A_COMMIT) <= {verb.name for verb in BESIDE} | set(UPKEEP)


def test_travis_takes_the_same_way(repository):
    assert yaml_of(repository, ".travis.yml")["script"] == [f"make {verb}" for verb in WAY_OF_A_COMMIT]


def test_every_command_is_a_call_that_the_cli_reads(repository, statements, beside):
    for command in commands(statements) + commands(beside):
        _, target, *variables = shlex.split(command)
        assert target in targets(repository)
        if target in VERBS:
            verb, arguments = recipe_of(repository, target, variables)
            call = build_parser().parse_args([verb, *arguments])
            assert call.verb == target


def recipe_of(repository, target: str, variables: list[str]) -> tuple[str, list[str]]:
    """What make would call, filled in as the shell would; WHY is given where the Jenkinsfile asks a person for it."""
    values = {"WHY": "seen"} | dict(variable.split("=", 1) for variable in variables)
    make = ["make", "--dry-run", "--no-print-directory", "--assume-old=.venv/ready", "-C", str(repository.root), target]
    given = [f"{name}={value}" for name, value in values.items()]
    printed = subprocess.run([*make, *given], capture_output=True, text=True, check=True).stdout
    words = shlex.split(re.sub(r"\$(WHY|OF|ALERT)\b", lambda name: values[name[1]], printed))
    assert words[:3] == [".venv/bin/python", "-m", "delivery"]
    return words[3], words[4:]


def test_both_pipelines_ask_for_the_same_by_the_same_names(statements, beside):
    there = {name: value for name, value, _ in variables(statements)}
    here = {name: value for name, value, _ in variables(beside)}
    assert here
    assert here.items() <= there.items()


def test_what_is_published_beside_the_models_files_is_in_the_contract(repository):
    contract = (repository.root / "docs" / "contracts.md").read_text(encoding="utf-8")
    told = (
        "build/summary.txt",
        "build/waiting.txt",
        "build/report/",
        "var/ledger.jsonl",
        "build/junit/<verb>-<model>.xml",
    )
    assert [path for path in told if path not in contract] == []
    assert "--junitxml=build/junit/test.xml" in STEPS["tests"]
    assert {"build/summary.txt", "build/waiting.txt", "var/ledger.jsonl"} <= set(LEFT_BESIDE)


def test_every_variable_of_the_configuration_is_given_by_compose(repository):
    wanted = set(VARIABLE.findall((repository.root / CASC).read_text(encoding="utf-8")))
    wanted |= set(re.findall(r"getenv\('(\w+)'\)", (repository.root / "jenkins" / "seed.groovy").read_text()))
    assert wanted
    assert wanted == set(environment(repository))


def test_every_variable_of_compose_is_made_by_new_env(repository):
    new_env = ["sh", str(repository.root / "jenkins" / "new-env")]
    made = subprocess.run(new_env, capture_output=True, text=True, check=True)
    assert made.stderr == ""
    names = {line.split("=", 1)[0] for line in made.stdout.splitlines() if line and not line.startswith("#")}
    wanted = set(VARIABLE.findall((repository.root / "jenkins" / "compose.yaml").read_text(encoding="utf-8")))
    assert wanted == names
    assert "PRIVATE KEY" not in made.stdout


def test_the_controller_runs_no_builds_and_lets_nobody_in_unasked(repository):
    casc = yaml_of(repository, CASC)["jenkins"]
    assert casc["numExecutors"] == 0
    assert casc["securityRealm"]["local"]["allowsSignup"] is False
    entries = casc["authorizationStrategy"]["globalMatrix"]["entries"]
    rights = {entry["user"]["name"]: entry["user"]["permissions"] for entry in entries}
    assert [name for name, held in rights.items() if "Overall/Administer" in held] == ["${ADMIN_USER}"]
    assert not any("anonymous" in name or "Run/Replay" in held for name, held in rights.items())


def test_no_secret_stands_in_the_configuration(repository):
    text = (repository.root / CASC).read_text(encoding="utf-8")
    for found in re.finditer(r"(?m)^\s*(?:password|secret|secretBytes|privateKey): *(.*)$", text):
        assert VARIABLE.search(found[1]), found[0]


def test_every_plugin_is_pinned(repository):
    assert plugin_lines(repository.root)
    for line in plugin_lines(repository.root):
        assert re.fullmatch(r"[a-z0-9_-]+:[0-9][\w.-]*", line), line
    assert len({line.split(":")[0] for line in plugin_lines(repository.root)}) == len(plugin_lines(repository.root))


def test_images_are_pinned_and_get_only_what_stands_here(repository):
    for file in ("jenkins/Dockerfile", "jenkins/agent/Dockerfile"):
        folder, text = (repository.root / file).parent, (repository.root / file).read_text(encoding="utf-8")
        assert not re.search(r"(?m)^FROM [^:\s]+(:latest)?$", text)
        for copied in re.findall(r"(?m)^COPY (?:--\S+ )*(.*) \S+$", text):
            assert all((folder / name).is_file() for name in copied.split())


def test_job_dsl_parses(repository):
    groovy = shutil.which("groovy")
    if groovy is None:
        pytest.skip("THE SEED JOB WAS NOT PARSED: no groovy here; on Debian and Ubuntu: apt-get install groovy")
    parse = f"new GroovyShell().parse(new File('{repository.root / 'jenkins' / 'seed.groovy'}'))"
    subprocess.run([groovy, "-e", parse], check=True, capture_output=True)


@pytest.mark.parametrize("file", ["jenkins/new-env", "jenkins/agent/start"])
def test_shell_scripts_parse(repository, file):
    assert subprocess.run(["sh", "-n", str(repository.root / file)], check=False).returncode == 0


def test_the_checker_is_part_of_test_and_of_pre_commit(repository):
    files = sorted(str(path.relative_to(repository.root)) for path in repository.files if "Jenkinsfile" in path.name)
    assert STEPS["jenkinsfile"] == ["jenkins.checking", *files]
    repos = yaml_of(repository, ".pre-commit-config.yaml")["repos"]
    hooks = [hook["entry"] for repo in repos for hook in repo["hooks"]]
    assert ".venv/bin/python -m jenkins.checking" in hooks
    assert subprocess.run([sys.executable, "-m", "jenkins.checking"], cwd=repository.root, check=False).returncode == 2
