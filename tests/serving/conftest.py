"""A client for each tiny release, and a factory for clients under another environment."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from serving.used_ids import SqliteIds


def _neighbour(name: str) -> ModuleType:
    """A module beside this one: with importmode=importlib the folder is not on the path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


releases = _neighbour("releases")
servers = _neighbour("servers")

KEY = "a key for tests only"
SETTINGS = (
    "SIGNING_KEY", "ALLOW_RANDOM_KEY", "FEEDBACK_STORE", "FEEDBACK_STORE_PASSWORD", "FEEDBACK_STORE_PASSWORD_FILE",
    "FEEDBACK_DAYS", "MODEL_FAULTS", "FAULTS_ALLOWED",
)  # fmt: skip


@pytest.fixture(scope="session")
def text_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed text classifier."""
    folder: Path = releases.write_release(tmp_path_factory.mktemp("text") / "release", releases.TEXT)
    return folder


@pytest.fixture(scope="session")
def table_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed regression on a table."""
    folder: Path = releases.write_release(tmp_path_factory.mktemp("table") / "release", releases.TABLE)
    return folder


@pytest.fixture
def open_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., FlaskClient]]:
    """A function that serves a release folder in this process, under the settings given."""
    from serving.app import create_app

    opened: list[Flask] = []

    def open_(folder: Path, **settings: Any) -> FlaskClient:
        wanted = {"SIGNING_KEY": KEY, "FEEDBACK_STORE": str(tmp_path / "feedback.sqlite3"), **settings}
        for name in SETTINGS:
            monkeypatch.delenv(name, raising=False)
        for name, value in wanted.items():
            monkeypatch.setenv(name, str(value))
        opened.append(create_app(str(folder)))
        return opened[-1].test_client()

    yield open_
    for app in opened:
        used_ids = app.extensions["served"].used_ids
        if isinstance(used_ids, SqliteIds):  # from Python 3.13 on a connection left open is a warning
            used_ids.close()


@pytest.fixture
def text(open_client: Callable[..., FlaskClient], text_release: Path) -> FlaskClient:
    """The text classifier, served."""
    return open_client(text_release)


@pytest.fixture
def table(open_client: Callable[..., FlaskClient], table_release: Path) -> FlaskClient:
    """The regression, served."""
    return open_client(table_release)
