"""The Dockerfile as text: what the classic builder needs, and what must never be in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

Instruction = tuple[str, str]


def instructions_of(text: str) -> list[Instruction]:
    """Word and rest of every instruction, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    split = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(word.upper(), rest.strip()) for word, _, rest in split]


def stages_of(instructions: list[Instruction]) -> list[list[Instruction]]:
    """The instructions of each stage, what stands before the first FROM as the first."""
    stages: list[list[Instruction]] = [[]]
    for word, rest in instructions:
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    return stages


def faults_in(text: str) -> list[str]:
    """What is wrong with a Dockerfile, in words."""
    instructions = instructions_of(text)
    _, *stages = stages_of(instructions)
    words = dict(stages[-1])
    rules = {
        "needs BuildKit": any("--mount" in rest or "<<" in rest or "--chmod" in rest for _, rest in instructions)
        or "syntax=" in text.splitlines()[0],
        "a stage does not start from the base image": any(stage[0][1].split()[0] != "${BASE}" for stage in stages),
        "the last stage takes arguments or runs commands": any(word in ("ARG", "RUN") for word, _ in stages[-1]),
        "the release is not the last layer": stages[-1][-1] != ("COPY", "release/ ./"),
        "packages without hashes": not any("--require-hashes" in rest for _, rest in instructions),
        "the user is no number": not re.fullmatch(r"[1-9]\d*:[1-9]\d*", words.get("USER", "")),
        "the command runs in a shell": not is_list(words.get("CMD", "")),
        "no health check, or one in a shell": not is_list(words.get("HEALTHCHECK", "").partition("CMD ")[2]),
        "byte code may be written into the release": "PYTHONDONTWRITEBYTECODE=1" not in words.get("ENV", ""),
    }
    return [rule for rule, broken in rules.items() if broken]


def is_list(text: str) -> bool:
    """Whether a command is in exec form."""
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_ours_is_as_it_should_be(dockerfile):
    assert faults_in(dockerfile) == []


def test_nothing_is_sent_from_the_root_of_the_repository():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["*"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("USER 10001:10001", "USER app", "the user is no number"),
        ("USER 10001:10001", "USER 0:0", "the user is no number"),
        ("COPY release/ ./", "COPY release/ ./\nRUN true", "the last stage takes arguments or runs commands"),
        ("COPY release/ ./", "COPY release/ ./\nEXPOSE 1", "the release is not the last layer"),
        ("--require-hashes", "", "packages without hashes"),
        ("RUN if", "RUN --mount=type=cache if", "needs BuildKit"),
        ("FROM ${BASE} AS", "FROM debian AS", "a stage does not start from the base image"),
        ("HEALTHCHECK ", "LABEL ", "no health check, or one in a shell"),
        ('CMD ["python", "-m", "gunicorn",', "CMD python -m gunicorn", "the command runs in a shell"),
        ("PYTHONDONTWRITEBYTECODE=1", "A=1", "byte code may be written into the release"),
    ],
)
def test_each_fault_is_seen(dockerfile, old, new, fault):
    assert old in dockerfile
    assert fault in faults_in(dockerfile.replace(old, new))
