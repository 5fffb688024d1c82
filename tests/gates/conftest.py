"""The metric gates: one case a gate, asked of a contender. Run by the verb `gate`, or by hand:

    pytest tests/gates --model sentiment --champion none

Evaluates the contender once, leaves evaluation.json, and when the last gate has spoken verdicts.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model import contender as contenders
from model.data import load
from model.documents import write_json
from model.evaluation import NO_CHAMPION, Champion, evaluate
from model.gates import Verdict, name_of
from model.library import load_spec
from model.spec import ModelSpec

ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("gates")
    group.addoption("--model", help="the model whose contender is judged")
    group.addoption("--champion", help="the sealed release in production, a folder; or none")
    group.addoption("--source", help="the rows, where they were fetched; else the model's own file")
    group.addoption("--approved-by", default="", help="who approved this contender although it is too good")
    group.addoption(
        "--asks", default="", help="yes: what is too good waits for a person later, and is not refused here"
    )


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Without a model there is nothing to judge: the plain test run leaves this folder out."""
    return None if config.getoption("--model") else True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "gate" in metafunc.fixturenames:
        gates = _spec(metafunc.config).gates
        metafunc.parametrize("gate", gates, ids=[name_of(gate) for gate in gates])


def _spec(config: pytest.Config) -> ModelSpec:
    return load_spec(config.getoption("--model"))


def _champion(config: pytest.Config) -> Champion:
    wanted = config.getoption("--champion")
    if not wanted:
        raise pytest.UsageError(
            "--champion: wanted the folder of the release in production, or none where there is none"
        )
    if wanted == "none":
        return NO_CHAMPION
    return Champion("present", contenders.identity_in(Path(wanted)), Path(wanted))


@pytest.fixture(scope="session")
def build(pytestconfig: pytest.Config) -> Path:
    return ROOT / "build" / pytestconfig.getoption("--model")


@pytest.fixture(scope="session")
def evaluation(pytestconfig: pytest.Config, build: Path) -> dict[str, Any]:
    spec = _spec(pytestconfig)
    source = pytestconfig.getoption("--source")
    data = load(spec, ROOT, Path(source) if source else None)
    document = evaluate(spec, data, contenders.open_contender(build), _champion(pytestconfig))
    _leave(build / "evaluation.json", document)
    return document


@pytest.fixture(scope="session")
def verdicts(build: Path, evaluation: dict[str, Any]) -> Iterator[list[Verdict]]:
    """Collects the verdicts, and leaves them when the last gate has spoken."""
    given: list[Verdict] = []
    yield given
    document = {key: evaluation[key] for key in ("schema", "model", "contender", "champion")}
    passed = all(verdict.passed is not False for verdict in given)
    _leave(build / "verdicts.json", {**document, "passed": passed, "verdicts": [each.document() for each in given]})


@pytest.fixture(scope="session")
def approved_by(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--approved-by"))


@pytest.fixture(scope="session")
def asks(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--asks"))


@pytest.fixture(scope="session")
def where(pytestconfig: pytest.Config) -> str:
    return f"model/library/{pytestconfig.getoption('--model')}/spec.py"


def _leave(path: Path, document: dict[str, Any]) -> None:
    write_json(path, document)
