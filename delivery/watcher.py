"""The watcher of this machine: it looks at production every few seconds, and what is wrong it tells `respond`.

It stands where Prometheus and Alertmanager stand in a cluster, and says the same words. The keeper starts it, and it
ends with the keeper. Run as `python -m delivery.watcher --root .`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from delivery.errors import Broken, DeliveryError
from delivery.evidence import Observation, Promised, Traffic
from delivery.files import read_json, replace_json
from delivery.journal import now
from delivery.judging import Policy
from delivery.observing import judged_snapshot
from delivery.opening import open_local
from delivery.progress import tell
from delivery.settings import FILE, Settings, load_settings
from delivery.targets.local import LocalTarget
from delivery.targets.processes import die_with_parent
from delivery.trial import promised_by
from delivery.watching import Alarm, Eye, alarms_of, careful, enough

AGAIN_SECONDS = 60.0
"""An alarm that was refused (held, cooling down) or met something broken is repeated, as Alertmanager would."""
GONE_SECONDS = 15.0
"""A release that does not answer for so long is not just being started."""
MOST_RESTARTS = 3


@dataclass
class Raised:
    """An alarm that `respond` was told of."""

    alarm: Alarm
    started: str
    code: int
    at: float


@dataclass
class Watcher:
    """Eyes on what is live, and what they have raised."""

    settings: Settings
    command: Sequence[str] = (sys.executable, "-m", "delivery", "respond", "-")
    eyes: dict[str, Eye] = field(default_factory=dict)
    predecessors: dict[str, dict[Traffic, Observation]] = field(default_factory=dict)
    away: dict[str, float] = field(default_factory=dict)
    restarts: dict[tuple[str, str], int] = field(default_factory=dict)
    raised: dict[tuple[str, str, str], Raised] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @cached_property
    def target(self) -> LocalTarget:
        """The target of this machine."""
        return open_local(self.settings)

    @cached_property
    def policy(self) -> Policy:
        """The rollout's, as careful as so many looks ask for."""
        watch, recent = self.settings.local.watch, self.settings.correction.recent_seconds
        looks = 2 * len(watch.windows_seconds) * len(watch.traffic) * recent / watch.every_seconds
        return careful(self.settings.rollout, looks)

    @property
    def path(self) -> Path:
        """What the watcher says of itself."""
        return self.target.var / "keeper" / "watcher.json"

    def step(self) -> None:
        """One look at every model; what cannot be seen of one keeps no other from being looked at."""
        for model, state in self.target.state.read().models.items():
            if state.stable is None:
                continue
            try:
                self.handle(model, state.stable, self.look(model, state.stable))
                self.problems.pop(model, None)
            except DeliveryError as problem:
                self.problems[model] = str(problem)
        replace_json(self.path, self.as_json())

    def look(self, model: str, release: str) -> list[Alarm]:
        """What is wrong with the release that should be live now."""
        slot = self.target.contact.slot(model, "stable")
        if slot is None or not slot["ready"]:
            return self.gone(model, release, (slot or {}).get("error") or "nothing answers")
        self.away.pop(model, None)
        if slot["release"] != release:
            return []  # being switched: the next look sees which one it is
        eye = self.eye(model, release)
        eye.look(judged_snapshot(eye.url), max(self.settings.local.watch.windows_seconds))
        predecessor = self.predecessors.get(model, {})
        alarms = alarms_of(model, self.windows(eye), predecessor, self.policy, eye.promised)
        return alarms + self.restarting(model, release, slot["restarts"])

    def windows(self, eye: Eye) -> list[Observation]:
        """Every window of every kind of traffic, the shortest first."""
        watch = self.settings.local.watch
        return [eye.seen(seconds, traffic) for traffic in watch.traffic for seconds in sorted(watch.windows_seconds)]

    def eye(self, model: str, release: str) -> Eye:
        """The eye on this very server; a new release makes the one before its predecessor, unless that was bad."""
        url, eye = self.target.address(model, "stable"), self.eyes.get(model)
        if eye is None or eye.release != release:
            if eye and eye.looks and not any(key[1:] == (model, eye.release) for key in self.raised):
                seen = [one for one in self.windows(eye) if enough(one, self.policy)]
                self.predecessors[model] = {one.traffic: one for one in seen}
            self.eyes[model] = Eye(release, url, promises_of(self.target.release_folder(model, release)))
        elif eye.url != url:
            self.eyes[model] = Eye(release, url, eye.promised)
        return self.eyes[model]

    def gone(self, model: str, release: str, error: str) -> list[Alarm]:
        """An alarm where nothing has answered for a while."""
        since = self.away.setdefault(model, time.monotonic())
        seconds = time.monotonic() - since
        said = f"production has not answered for {seconds:.0f} s: {error.splitlines()[0]}"
        return [Alarm("ModelUnavailable", model, release, said, f"{seconds:.0f}")] if seconds > GONE_SECONDS else []

    def restarting(self, model: str, release: str, restarts: int) -> list[Alarm]:
        """An alarm where the server was started anew too often since this release is watched."""
        ended = restarts - self.restarts.setdefault((model, release), restarts)
        said = f"its server ended by itself {ended} times"
        return [Alarm("ModelRestarting", model, release, said, str(ended))] if ended >= MOST_RESTARTS else []

    def handle(self, model: str, release: str, alarms: list[Alarm]) -> None:
        """Raise what is new or was refused a while ago; say of a release that recovered that it is over."""
        for alarm in alarms:
            raised = self.raised.get(alarm.key)
            if raised is None or (raised.code and time.monotonic() - raised.at > AGAIN_SECONDS):
                started = raised.started if raised else now()
                code = self.respond(alarm.document(started))
                self.raised[alarm.key] = Raised(alarm, started, code, time.monotonic())
        now_wrong = {alarm.key for alarm in alarms}
        for key in [key for key in self.raised if key[1] == model and key not in now_wrong]:
            if key[2] == release:
                self.respond(self.raised[key].alarm.document(self.raised[key].started, firing=False))
            if key[2] == release or self.target.named(model) != key[2]:
                del self.raised[key]

    def respond(self, document: dict[str, Any]) -> int:
        """The verb, in a process of its own; its exit code."""
        alert = document["alerts"][0]
        tell(f"{now()} {alert['status']}: {alert['labels']} {alert['annotations']['summary']}")
        process = subprocess.Popen(
            self.command,
            cwd=self.settings.root,
            env=os.environ | {"DELIVERY_WHO": "watcher"},
            stdin=subprocess.PIPE,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        try:
            process.communicate(json.dumps(document).encode())
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        return process.returncode

    def as_json(self) -> dict[str, Any]:
        """What `status` tells of it."""
        models = {}
        for model, eye in self.eyes.items():
            seen = self.windows(eye)[-1] if eye.looks else None
            counted = {"requests": seen.requests, "labelled": seen.labelled, "seconds": seen.seconds} if seen else {}
            models[model] = {"release": eye.release, **counted, "problem": self.problems.get(model)}
        alarms = [{"alert": one.alarm.name, "model": one.alarm.model, "since": one.started, "code": one.code}
                  for one in self.raised.values()]  # fmt: skip
        return {"schema": 1, "pid": os.getpid(), "at": now(), "models": models, "raised": alarms}


def promises_of(folder: Path) -> Promised:
    """What the release's own gates measured; nothing where it has no such figure: then only its predecessor counts."""
    try:
        band = read_json(folder / "scorer.json")["band"]
        return promised_by(folder, relative=band is not None and band["kind"] == "relative")
    except (FileNotFoundError, Broken):
        return Promised()


def main(arguments: list[str]) -> int:
    """Watch until told to end."""
    parser = argparse.ArgumentParser(prog="delivery.watcher")
    parser.add_argument("--root", type=Path, required=True)
    watcher = Watcher(load_settings(parser.parse_args(arguments).root / FILE))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    every = watcher.settings.local.watch.every_seconds
    while True:
        began = time.monotonic()
        try:
            watcher.step()
        except Broken as problem:
            tell(f"{now()} {problem}")
        time.sleep(max(0.1, every - (time.monotonic() - began)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
