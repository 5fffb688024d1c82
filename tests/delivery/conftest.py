"""Small releases that answer with their own identity, and a target on this machine that runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delivery.journal import Journal
from delivery.ledger import Ledger
from delivery.lines import FileLines
from delivery.promotion import Delivery
from delivery.targets.local import LocalTarget

APP = """
import json, pathlib
RELEASE = json.loads(pathlib.Path("release.json").read_text())
{extra}

def app(environ, start_response):
    if environ["wsgi.input"]:
        environ["wsgi.input"].read()
    body = json.dumps({{"status": "alive", "release": RELEASE["identity"]}}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
"""
CONFIG = """
wsgi_app = "serving.app:app"
worker_class = "gthread"
workers, threads = 1, 4
keepalive = 5
preload_app = True
control_socket_disable = True
"""

MakeRelease = Callable[..., Path]


@pytest.fixture
def make_release(tmp_path: Path) -> MakeRelease:
    """`make_release("aaa")` is the folder of a release; `extra` is code that its server runs at start."""

    def make(identity: str, extra: str = "") -> Path:
        folder = tmp_path / "built" / identity
        (folder / "serving").mkdir(parents=True)
        (folder / "serving" / "__init__.py").touch()
        (folder / "serving" / "app.py").write_text(APP.format(extra=extra))
        (folder / "serving" / "gunicorn.conf.py").write_text(CONFIG)
        (folder / "requirements.txt").write_text("")
        (folder / "release.json").write_text(json.dumps({"model": "toy", "identity": identity}))
        return folder

    return make


@pytest.fixture
def target(tmp_path: Path) -> Iterator[LocalTarget]:
    """A target whose servers run with this interpreter on any free port; everything is ended afterwards."""
    here = LocalTarget(
        tmp_path / "var", base_port=0, faults_allowed=True, interpreter=Path(sys.executable), verify=lambda folder: None
    )
    yield here
    here.close()


@pytest.fixture
def delivery(target: LocalTarget) -> Delivery:
    """The target with its ledger and journal."""
    return Delivery(target, Ledger(FileLines(target.var / "ledger.jsonl"), target.state), Journal(target.var))
