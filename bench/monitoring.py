"""`python -m bench monitoring`: what it costs to be watched: a request with metrics and without, and a scrape.

The same release twice, once with everything that counts taken out; rounds in pairs, interleaved, each side first in
turn. A scrape is asked of the server as the rounds have left it, so every series that traffic makes is there.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import statistics
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.bodies import bodies_of
from bench.load import client, press
from bench.servers import Running, Server, make_environment, run
from model.documents import write_json
from model.library import find_models

ROOT = Path(__file__).parents[1]
SCENES = (("single row, 1 client", 1, 1), ("single row, 8 clients", 1, 8), ("batch of 100, 1 client", 100, 1))
SCRAPES = 50


def main(words: list[str]) -> int:
    """Measure every model, print both tables, leave build/bench-monitoring.json."""
    parser = argparse.ArgumentParser(prog="python -m bench monitoring", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one side in one round")
    parser.add_argument("models", nargs="*", default=find_models())
    call = parser.parse_args(words)
    console = Console()
    console.print(f"client: {client()}, {call.rounds} rounds of {call.seconds:g} s a side")
    rows = [row for model in call.models for row in measure(model, call.rounds, call.seconds, console)]
    requests, scrapes = [row for row in rows if "scene" in row], [row for row in rows if "series" in row]
    console.print(table_of_requests(requests), table_of_scrapes(scrapes))
    write_json(ROOT / "build" / "bench-monitoring.json", {"schema": 1, "requests": requests, "scrapes": scrapes})
    return 1 if any(row["errors"] for row in requests) else 0


def measure(model: str, rounds: int, seconds: float, console: Console) -> Iterator[dict[str, Any]]:
    """Each scene in pairs, then the scrape."""
    watched, unwatched = sides_of(model)
    with run(watched) as mine, run(unwatched) as other:
        for scene, rows_a_request, clients in SCENES:
            console.print(f"{model}: {scene}")
            bodies = bodies_of(model, rows_a_request)
            pairs = [pair(mine, other, bodies, clients, seconds, number) for number in range(rounds)]
            yield row_of(model, scene, pairs)
        yield {"model": model, **scrape(mine.url)}


def sides_of(model: str) -> tuple[Server, Server]:
    """The sealed release, and the same with nothing counted."""
    release = ROOT / "build" / model / "release"
    if not (release / "release.json").exists():
        raise SystemExit(f"{model}: no sealed release in {release}; `make run` leaves it")
    scratch = ROOT / "build" / "bench"
    python = make_environment(scratch / "ours", release / "requirements.txt")
    settings = {
        "LOG_LEVEL": "warning", "PYTHONPATH": f".:{ROOT}", "SIGNING_KEY": hashlib.sha256(model.encode()).hexdigest(),
        "FEEDBACK_STORE": str(scratch / f"{model}.sqlite"),
    }  # fmt: skip
    gunicorn = ("-B", "-m", "gunicorn", "-c", "serving/gunicorn.conf.py", "-b", "127.0.0.1:{port}")
    watched = Server("with metrics", python, (*gunicorn, "serving.app:create_app()"), release, settings)
    return watched, dataclasses.replace(watched, name="without", command=(*gunicorn, "bench.unmeasured:create_app()"))


def pair(mine: Running, other: Running, bodies: Path, clients: int, seconds: float, number: int) -> Any:
    """One round of each: (requests a second, CPU seconds a request, errors), with metrics first."""
    sides = [mine, other] if number % 2 == 0 else [other, mine]
    found = {side.url: one(side, bodies, clients, seconds) for side in sides}
    return found[mine.url], found[other.url]


def one(running: Running, bodies: Path, clients: int, seconds: float) -> tuple[float, float, int]:
    """A short warm-up, then a round of load."""
    press(f"{running.url}/predict", bodies, clients, max(1.0, seconds / 10))
    before = running.cpu_seconds()
    load = press(f"{running.url}/predict", bodies, clients, seconds)
    return load.per_second, (running.cpu_seconds() - before) / max(load.requests, 1), load.errors


def row_of(model: str, scene: str, pairs: list[Any]) -> dict[str, Any]:
    """Medians of the pairs: ratios, and the difference in CPU microseconds a request."""
    return {
        "model": model, "scene": scene, "errors": sum(with_[2] + without[2] for with_, without in pairs),
        "throughput": spread([with_[0] / without[0] for with_, without in pairs]),
        "cpu": spread([with_[1] / without[1] for with_, without in pairs]),
        "cpu_microseconds": spread([1e6 * with_[1] for with_, _ in pairs]),
        "extra_microseconds": spread([1e6 * (with_[1] - without[1]) for with_, without in pairs]),
    }  # fmt: skip


def scrape(url: str) -> dict[str, Any]:
    """Size, series and time of /metrics, of a server with two workers."""
    times = []
    for _ in range(SCRAPES):
        started = time.perf_counter()
        with urllib.request.urlopen(f"{url}/metrics") as answer:
            body = answer.read()
        times.append(1e3 * (time.perf_counter() - started))
    series = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
    return {"kibibytes": len(body) / 1024, "series": len(series), "milliseconds": spread(times)}


def spread(values: list[float]) -> list[float]:
    """Median, lowest and highest."""
    return [statistics.median(values), min(values), max(values)]


def shown(values: list[float], places: int = 2) -> str:
    """`0.97 [0.95, 0.98]`."""
    return f"{values[0]:.{places}f} [{values[1]:.{places}f}, {values[2]:.{places}f}]"


def table_of_requests(rows: list[dict[str, Any]]) -> Table:
    """Ratios with / without, and what that is in microseconds."""
    names = ("model", "scene", "throughput", "CPU a request", "CPU us", "of them metrics")
    table = Table(*names, title="with metrics / without: median [lowest, highest]")
    for row in rows:
        micro = (shown(row["cpu_microseconds"], 0), shown(row["extra_microseconds"], 0))
        table.add_row(row["model"], row["scene"], shown(row["throughput"]), shown(row["cpu"]), *micro)
    return table


def table_of_scrapes(rows: list[dict[str, Any]]) -> Table:
    """One server's /metrics."""
    table = Table("model", "series", "KiB", "ms", title="a scrape of one server with two workers")
    for row in rows:
        table.add_row(row["model"], str(row["series"]), f"{row['kibibytes']:.0f}", shown(row["milliseconds"], 1))
    return table
