"""`make bench`: the served releases against FastAPI with the same pipelines, in pairs, interleaved; prints ratios.

Both sides run two workers on this machine, each in its own environment; every round presses first the one, then the
other. A ratio is ours / theirs of one round; the table shows the median of the rounds and their range.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import monitoring
from bench.bodies import bodies_of
from bench.load import client, press
from bench.rival.fitted import leave_pipeline
from bench.servers import WORKERS, Running, Server, make_environment, run, size_mib
from model.documents import write_json
from model.library import find_models

ROOT = Path(__file__).parents[1]
SCENES = (
    ("single, 1 client", 1, 1),
    ("single, 8 clients", 1, 8),
    ("single, 32 clients", 1, 32),
    ("batch of 100", 100, 8),
)
FIGURES = ("throughput", "CPU a request", "p50", "p99")


@dataclass(frozen=True)
class Round:
    """What one side did in one round."""

    per_second: float
    cpu_seconds: float
    p50_seconds: float
    p99_seconds: float
    errors: int


def main() -> int:
    """Measure every model and scene, print the table, leave build/bench.json."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one side in one round")
    parser.add_argument("models", nargs="*", default=find_models())
    call = parser.parse_args()
    console = Console()
    console.print(f"client: {client()}, {call.rounds} rounds of {call.seconds:g} s, {WORKERS} workers a side")
    rows = [row for model in call.models for row in measure(model, call.rounds, call.seconds, console)]
    console.print(table_of(rows))
    write_json(ROOT / "build" / "bench.json", {"schema": 1, "client": client(), "rows": rows})
    return 1 if any(row["errors"] for row in rows) else 0


def measure(model: str, rounds: int, seconds: float, console: Console) -> Iterator[dict[str, Any]]:
    """Ratios of one model, scene by scene, then of start time, memory and the size of the environment."""
    ours, rival = sides_of(model)
    starts = [(start_seconds(ours), start_seconds(rival)) for _ in range(rounds)]
    with run(ours) as mine, run(rival) as theirs:
        for scene, rows_a_request, clients in SCENES:
            console.print(f"{model}: {scene}")
            bodies = bodies_of(model, rows_a_request)
            pairs = [pair(mine, theirs, bodies, clients, seconds) for _ in range(rounds)]
            yield row_of(model, scene, pairs)
        memory = (mine.memory_mib(), theirs.memory_mib())
    yield plain_row(model, "start to ready", [ours / theirs for ours, theirs in starts], starts[-1], "s")
    yield plain_row(model, "memory (PSS)", [memory[0] / memory[1]], memory, "MiB")
    sizes = (size_mib(ours.python.parents[1]), size_mib(rival.python.parents[1]))
    yield plain_row(model, "environment", [sizes[0] / sizes[1]], sizes, "MiB")


def sides_of(model: str) -> tuple[Server, Server]:
    """Ours from the sealed release, theirs from the same candidate fitted on the same rows."""
    release = ROOT / "build" / model / "release"
    if not (release / "release.json").exists():
        sys.exit(f"{model}: no sealed release in {release}; `make run` leaves it")
    scratch = ROOT / "build" / "bench"
    ours = make_environment(scratch / "ours", release / "requirements.txt")
    theirs = make_environment(scratch / "rival", ROOT / "bench" / "rival" / "requirements.txt")
    pipeline = leave_pipeline(model, ROOT, scratch)
    key = hashlib.sha256(model.encode()).hexdigest()
    settings = {
        "LOG_LEVEL": "warning",
        "PYTHONPATH": ".",
        "SIGNING_KEY": key,
        "FEEDBACK_STORE": str(scratch / f"{model}.sqlite"),
    }
    gunicorn = ("-B", "-m", "gunicorn", "-c", "serving/gunicorn.conf.py", "-b", "127.0.0.1:{port}")
    quiet_uvicorn = f"uvicorn app:app --port {{port}} --workers {WORKERS} --no-access-log --log-level warning"
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return (
        Server("ours", ours, (*gunicorn, "serving.app:create_app()"), release, settings),
        Server(
            "FastAPI",
            theirs,
            ("-m", *quiet_uvicorn.split()),
            ROOT / "bench" / "rival",
            {"PIPELINE": str(pipeline), "PYTHONPATH": str(ROOT), **quiet},
        ),
    )


def start_seconds(server: Server) -> float:
    """From the start of the process to the first ready answer."""
    with run(server) as running:
        return running.ready_seconds


def pair(mine: Running, theirs: Running, bodies: Path, clients: int, seconds: float) -> tuple[Round, Round]:
    """One round of each, one after the other."""
    return one(mine, bodies, clients, seconds), one(theirs, bodies, clients, seconds)


def one(running: Running, bodies: Path, clients: int, seconds: float) -> Round:
    """A warm-up as short as a tenth, then one round of load, with the CPU time that the server took for it."""
    press(f"{running.url}/predict", bodies, clients, max(1.0, seconds / 10))
    before = running.cpu_seconds()
    load_ = press(f"{running.url}/predict", bodies, clients, seconds)
    cpu = (running.cpu_seconds() - before) / max(load_.requests, 1)
    return Round(load_.per_second, cpu, load_.p50_seconds, load_.p99_seconds, load_.errors)


def row_of(model: str, scene: str, pairs: list[tuple[Round, Round]]) -> dict[str, Any]:
    """Ratios of a scene: median, lowest, highest over the rounds."""
    names = dict(zip(FIGURES, ("per_second", "cpu_seconds", "p50_seconds", "p99_seconds"), strict=True))
    ratios = {title: [getattr(a, name) / getattr(b, name) for a, b in pairs] for title, name in names.items()}
    errors = sum(a.errors + b.errors for a, b in pairs)
    absolute = {title: [statistics.median(getattr(side, name) for side in sides) for sides in zip(*pairs, strict=True)]
                for title, name in names.items()}  # fmt: skip
    return {"model": model, "scene": scene, "errors": errors, "absolute": absolute, **spread(ratios)}


def plain_row(model: str, scene: str, ratios: list[float], last: tuple[float, float], unit: str) -> dict[str, Any]:
    """A row of one figure."""
    return {"model": model, "scene": scene, "errors": 0, "absolute": {unit: list(last)}, **spread({"ratio": ratios})}


def spread(ratios: dict[str, list[float]]) -> dict[str, Any]:
    """Median, lowest and highest of each."""
    return {"ratios": {k: [statistics.median(v), min(v), max(v)] for k, v in ratios.items()}}


def table_of(rows: list[dict[str, Any]]) -> Table:
    """The table that `make bench` prints."""
    table = Table("model", "scene", *FIGURES, "ratio", "errors", title="ours / FastAPI: median [lowest, highest]")
    for row in rows:
        cells = [shown(row["ratios"].get(name)) for name in (*FIGURES, "ratio")]
        table.add_row(row["model"], row["scene"], *cells, str(row["errors"]))
    return table


def shown(ratio: list[float] | None) -> str:
    """`2.91 [2.80, 3.02]`, or nothing."""
    return "" if ratio is None else f"{ratio[0]:.2f} [{ratio[1]:.2f}, {ratio[2]:.2f}]"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(monitoring.main(sys.argv[2:]) if sys.argv[1:2] == ["monitoring"] else main())
