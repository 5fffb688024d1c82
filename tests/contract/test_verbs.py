"""The same words are verbs of the CLI and make targets, in one order; every recipe is a call that the CLI reads."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys

import pytest

from delivery.commands import BESIDE, VERBS, WAY, build_parser

ARGUMENTS = {
    "hold": ["WHY=it's raining"],
    "feedback": ["FEEDBACK=my labels.csv", "MODEL=sentiment"],
    "approve": ["RELEASE=8c1d02f7a9be", "WHY=seen"],
    "new": ["NAME=churn", "CSV=my file.csv", "TARGET=left"],
    "respond": ["ALERT=the alert.json"],
    "rollback": ["OF=8c1d02f7a9be"],
    "promote": ["AGAIN=1", "WHY=mended"],
}


def targets(repository) -> list[str]:
    """Make's targets in the order of the file."""
    return re.findall(r"^([\w-]+):", (repository.root / "Makefile").read_text(), re.MULTILINE)


def recipe(repository, target: str, *variables: str) -> list[list[str]]:
    """The commands that make would run, as words; the environment counts as set up."""
    make = ["make", "--dry-run", "--no-print-directory", "--assume-old=.venv/ready", "-C", str(repository.root), target]
    printed = subprocess.run([*make, *variables], capture_output=True, text=True, check=True).stdout
    values = dict(variable.split("=", 1) for variable in variables)
    lines = re.sub(
        r"\$(WHY|OF|RELEASE|CSV|TARGET|FEEDBACK|ALERT|MODEL|NAME)\b", lambda name: values.get(name[1], ""), printed
    )
    return [shlex.split(line) for line in lines.splitlines()]


def test_make_targets_are_the_verbs_in_order(repository):
    verbs = [target for target in targets(repository) if target in VERBS]
    assert verbs == [verb.name for verb in (*WAY, *BESIDE)]


def test_the_way_is_the_one_of_the_design():
    way = "test check train gate release image staging monitor canary promote"
    assert [verb.name for verb in WAY] == way.split()


@pytest.mark.parametrize("verb", VERBS)
def test_every_recipe_is_a_call_that_the_cli_reads(repository, verb):
    variables = [*ARGUMENTS.get(verb, []), *(["MODEL=sentiment house_price"] if VERBS[verb].runs != "alone" else [])]
    [command] = recipe(repository, verb, *variables)
    assert command[:3] == [".venv/bin/python", "-m", "delivery"]
    call = build_parser().parse_args(command[3:])
    assert call.verb == verb
    assert getattr(call, "models", []) == (["sentiment", "house_price"] if VERBS[verb].runs != "alone" else [])
    assert getattr(call, "why", None) == dict(value.split("=", 1) for value in variables).get("WHY")


@pytest.mark.parametrize("where", ["environment", "command line"])
def test_what_people_type_is_text_for_make_and_shell_alike(repository, tmp_path, where):
    typed = f'fell by $0.02, see $HOME; `id` "$(shell touch {tmp_path}/ran)" $(touch {tmp_path}/ran) # why'
    given = {"WHY": typed, "MODEL": "sentiment", "NAME": f"$(shell touch {tmp_path}/ran)"}
    shows = 'import os, sys; print([sys.argv[1:], os.environ["NAME"]])'
    make = ["make", "--no-print-directory", "-C", str(repository.root), "--assume-old=.venv/ready", "hold"]
    make.append(f"DELIVERY={sys.executable} -c '{shows}'")
    more = given if where == "environment" else {}
    make += [f"{name}={value}" for name, value in given.items()] if where == "command line" else []
    done = subprocess.run(make, env={**os.environ, **more}, capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout.splitlines()[-1]) == [["hold", "sentiment", "--why", typed], given["NAME"]]
    assert list(tmp_path.iterdir()) == []


def test_every_target_says_what_it_is_for(repository):
    told = subprocess.run(
        ["make", "-C", str(repository.root), "help"], capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"^  make ([\w-]+) +\S", told, re.MULTILINE) == targets(repository)
    assert "e2e-engines" in targets(repository)


def test_no_target_is_taken_for_a_file(repository):
    makefile = (repository.root / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)
    verbs = [word for name in ("VERBS", "BESIDE") for word in re.findall(rf"^{name} := (.*)", makefile, re.MULTILINE)]
    named = {*phony.split(), *" ".join(verbs).split()} - {"$(VERBS)", "$(BESIDE)"}
    assert named == set(targets(repository))


def test_every_verb_has_its_function():
    for verb in VERBS.values():
        module = __import__(f"delivery.verbs.{verb.module}", fromlist=["*"])
        assert callable(getattr(module, verb.name))
