"""The keeper: this machine's little Kubernetes. One process that makes so what `var/target.json` asks for.

It owns the public socket of every model, so that a new release accepts on it before the old one stops: no request is
lost. It ends with its servers (`make stop`: they drain); where it is killed they drain too, and the next one starts
again from the file. Run as `python -m delivery.targets.keeper --var var`; it detaches itself.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import select
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from delivery.errors import DeliveryError
from delivery.files import read_json, replace_json
from delivery.journal import now
from delivery.targets import SLOTS, Slot
from delivery.targets.companion import PATIENCE_SECONDS, Companion
from delivery.targets.environments import Environments
from delivery.targets.places import Place
from delivery.targets.ports import open_public
from delivery.targets.processes import end, started
from delivery.targets.servers import DRAIN_SECONDS, Server, Site, Wanted
from delivery.targets.state import Desired, ModelState, State

BUSY_SECONDS = 0.05
IDLE_SECONDS = 1.0


@dataclass
class Keeper:
    """Places, public sockets and what still drains. One thread; every step is short."""

    site: Site
    state: State
    places: dict[tuple[str, Slot], Place] = field(default_factory=dict)
    publics: dict[str, socket.socket] = field(default_factory=dict)
    draining: list[Server] = field(default_factory=list)
    seen_revision: int = -1
    error: str | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    since: str = field(default_factory=now)
    watcher: Companion | None = None

    @property
    def status_path(self) -> Path:
        """Where the keeper says what it keeps."""
        return self.site.var / "keeper" / "status.json"

    def step(self) -> bool:
        """Bring everything one step nearer to what is wanted; True when the next step should come soon."""
        desired = self._read()
        if desired:
            self._step_places(desired)
            self._close_publics(desired)
        self._reap()
        if self.watcher:
            self.watcher.step()
        self.show()
        return bool(self.draining) or any(place.busy() for place in self.places.values())

    def drain(self) -> None:
        """End the watcher, then all servers, each after its last accepted request."""
        if self.watcher:
            self.watcher.end()
        for public in self.publics.values():
            public.close()
        for place in self.places.values():
            place.retire()
        while self.draining:
            self._reap()
            time.sleep(BUSY_SECONDS)
        self.show(stopped=True)

    def show(self, stopped: bool = False) -> None:
        """Replace `status.json` where something has changed."""
        status = {
            "schema": 1,
            "pid": os.getpid(),
            "begun": started(os.getpid()),
            "since": self.since,
            "stopped": stopped,
            "revision": self.seen_revision,
            "error": self.error,
            "slots": [place.as_json() for place in self.places.values()],
            "processes": [server.as_json() for server in self._servers()],
            "watcher": self.watcher.as_json() if self.watcher else None,
        }
        if status != self.shown:
            replace_json(self.status_path, status)
            self.shown = status

    def _read(self) -> Desired | None:
        try:
            desired = self.state.read()
        except DeliveryError as problem:  # what runs goes on running while the file cannot be read
            self.error = str(problem)
            return None
        self.error = None
        if desired.revision != self.seen_revision:
            self.seen_revision = desired.revision
            for place in self.places.values():
                place.forgive()
        return desired

    def _step_places(self, desired: Desired) -> None:
        for model, state in desired.models.items():
            for slot in SLOTS:
                release = state.release(slot)
                if release or (model, slot) in self.places:
                    wanted = Wanted(model, slot, release, state.faults.get(slot)) if release else None
                    self._place(model, slot).step(wanted, partial(self._public, model, slot, state))

    def _place(self, model: str, slot: Slot) -> Place:
        return self.places.setdefault((model, slot), Place(model, slot, self.site, self.draining))

    def _public(self, model: str, slot: Slot, state: ModelState) -> socket.socket | None:
        """The public socket for stable, opened when it is first needed; the other slots have none."""
        if slot != "stable":
            return None
        if model not in self.publics:
            self.publics[model] = open_public(state.port)
        return self.publics[model]

    def _close_publics(self, desired: Desired) -> None:
        for model in list(self.publics):
            if model not in desired.models or desired.models[model].stable is None:
                self.publics.pop(model).close()

    def _servers(self) -> list[Server]:
        kept = [server for place in self.places.values() for server in (place.serving, place.starting) if server]
        return kept + self.draining

    def _reap(self) -> None:
        for server in [server for server in self.draining if server.gone()]:
            server.clear()
            self.draining.remove(server)


def run(keeper: Keeper) -> None:
    """Keep until SIGTERM; SIGHUP (something changed) and SIGCHLD (something ended) wake it before its time."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    stopping: list[int] = []
    for wake in (signal.SIGHUP, signal.SIGCHLD):
        signal.signal(wake, lambda *_: None)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda number, _: stopping.append(number))
    while not stopping:
        busy = keeper.step()
        select.select([reader], [], [], BUSY_SECONDS if busy else IDLE_SECONDS)
        with suppress(BlockingIOError):
            reader.recv(4096)
    keeper.drain()


def only_one(folder: Path) -> int | None:
    """The lock that makes a second keeper impossible; None when there is one already."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def end_orphans(status_path: Path) -> None:
    """End the servers and the watcher that a killed keeper left where they do not end by themselves."""
    status = read_json(status_path) if status_path.exists() else {"processes": []}
    if watcher := status.get("watcher"):
        end(watcher["pid"], watcher["begun"], PATIENCE_SECONDS)
    for process in status["processes"]:
        end(process["pid"], process["begun"], DRAIN_SECONDS)


def clear_leftovers(folder: Path) -> None:
    """Delete logs and metrics of servers that are gone."""
    shutil.rmtree(folder / "metrics", ignore_errors=True)
    for log in folder.glob("*-*.log"):
        log.unlink()


def detach() -> None:
    """Go on in a child of nobody, so that the delivery that started the keeper can end."""
    if os.fork():
        os._exit(0)
    os.setsid()


def main(arguments: list[str]) -> int:
    """Start the keeper of a `var/` folder; 0 also when there is one already."""
    parser = argparse.ArgumentParser(prog="delivery.targets.keeper")
    parser.add_argument("--var", type=Path, required=True)
    parser.add_argument("--interpreter", type=Path, help="run servers with this Python instead of their environments")
    parser.add_argument("--faults-allowed", action="store_true")
    parser.add_argument("--watch", type=Path, metavar="ROOT", help="keep a watcher for the project in this folder")
    options = parser.parse_args(arguments)
    folder: Path = options.var / "keeper"
    folder.mkdir(parents=True, exist_ok=True)
    if only_one(folder) is None:
        return 0
    detach()
    site = Site(options.var, Environments(options.var, options.interpreter), options.faults_allowed)
    watcher = Companion(options.watch, folder / "watcher.log") if options.watch else None
    keeper = Keeper(site, State(options.var), watcher=watcher)
    end_orphans(keeper.status_path)
    clear_leftovers(folder)
    run(keeper)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
