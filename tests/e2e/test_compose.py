"""The controller as code, as far as it goes without a Jenkins: compose takes its file, and wants its passwords."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.missing import require

pytestmark = [pytest.mark.slow, pytest.mark.engines]

JENKINS = Path(__file__).resolve().parents[2] / "jenkins"


def config(environment: Path) -> subprocess.CompletedProcess[str]:
    """`docker compose config`, with this file as .env and nothing else in the environment."""
    there = subprocess.run(["docker", "compose", "version"], capture_output=True) if shutil.which("docker") else None
    require(there is not None and there.returncode == 0, "docker with its compose plugin")
    command = ["docker", "compose", "--env-file", str(environment), "--file", str(JENKINS / "compose.yaml"), "config"]
    clean = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "HOME", "DOCKER"))}
    return subprocess.run([*command, "--format=json"], env=clean, capture_output=True, text=True, check=False)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """What new-env writes."""
    made = subprocess.run(["sh", str(JENKINS / "new-env")], capture_output=True, text=True, check=True)
    path = tmp_path / ".env"
    path.write_text(made.stdout)
    return path


def test_compose_takes_what_new_env_writes(environment: Path) -> None:
    done = config(environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    services = json.loads(done.stdout)["services"]
    assert set(services) == {"controller", "agent"}
    assert [port["host_ip"] for port in services["controller"]["ports"]] == ["127.0.0.1"]
    given = services["controller"]["environment"]
    assert all(given[name] for name in given if name.endswith(("PASSWORD", "TOKEN")) and not name.startswith("RE"))
    assert len({given[name] for name in given if name.endswith("_PASSWORD") and given[name]}) == 3


def test_no_controller_starts_without_passwords(environment: Path) -> None:
    lines = environment.read_text().splitlines(keepends=True)
    environment.write_text("".join(line for line in lines if not line.startswith("ADMIN_PASSWORD=")))
    done = config(environment)
    assert done.returncode != 0
    assert "required variable ADMIN_PASSWORD is missing a value: ./new-env > .env makes it" in done.stderr
