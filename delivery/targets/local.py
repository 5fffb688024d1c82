"""The target on this machine: releases under `var/`, servers kept by the keeper."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from delivery.errors import Broken, DeliveryError
from delivery.evidence import Traffic
from delivery.files import exclusive, sync_folder
from delivery.journal import Journal, Write, visible
from delivery.observing import Scraped, Watch
from delivery.targets import Champion, Slot
from delivery.targets.asking import ask_release
from delivery.targets.contact import Contact
from delivery.targets.environments import Environments
from delivery.targets.ports import add_model, count_anew
from delivery.targets.sealed import verify_sealed
from delivery.targets.signing import ensure_key
from delivery.targets.state import Desired, ModelState, State


@dataclass(frozen=True)
class LocalTarget:
    """Processes on this machine. `base_port` 0 takes any free port; `interpreter` replaces release environments."""

    var: Path
    base_port: int = 8080
    faults_allowed: bool = False
    interpreter: Path | None = None
    verify: Callable[[Path], Any] = verify_sealed
    watched: Path | None = None
    """The project whose production a watcher looks at."""

    @cached_property
    def state(self) -> State:
        """What should run."""
        return State(self.var)

    @cached_property
    def contact(self) -> Contact:
        """The keeper."""
        return Contact(self.var, self.interpreter, self.faults_allowed, self.watched)

    def open(self) -> None:
        """Start the keeper unless it runs, and wait until every champion is back or has said why it is not.

        That a champion does not come up is for `current` to raise: recovery and rollback must be possible all the same.
        """
        self._ensure()
        desired = self.state.read()
        for model, state in desired.models.items():
            if state.stable:
                with suppress(Broken):
                    self.contact.wait_for(model, "stable", state.stable, state.faults.get("stable"), desired.revision)

    def close(self) -> bool:
        """Drain all servers and end the keeper; False when none ran. What should run is remembered."""
        return self.contact.stop()

    def current(self, model: str) -> Champion | None:
        """The champion, confirmed by its own `/healthz`; its url is None while the target is stopped on purpose.

        Broken when the keeper died, or when what answers is not what should.
        """
        state = self._seen(model)
        if state.stable is None:
            return None
        folder = self.release_folder(model, state.stable)
        if self.contact.stopped():
            return Champion(model, state.stable, folder, None)
        url = self.address(model, "stable")
        answered = ask_release(model, url)
        if answered != state.stable:
            raise Broken(f"{model}: {url} answers as release {answered}, production should be {state.stable}")
        return Champion(model, state.stable, folder, url)

    def named(self, model: str) -> str | None:
        """The release that stable should run, whether or not it does."""
        return self._seen(model).stable

    def release_folder(self, model: str, release: str) -> Path:
        """Where a published release lies."""
        return self.var.absolute() / "releases" / model / release

    def holds(self, model: str, release: str) -> bool:
        """Whether the release is published here."""
        return (self.release_folder(model, release) / "release.json").exists()

    def publish(self, model: str, folder: Path) -> str:
        """Copy a sealed release under `var/`, verified on arrival, with its environment; returns its identity."""
        self.verify(folder)
        release: str = json.loads((folder / "release.json").read_text(encoding="utf-8"))["identity"]
        there = self.release_folder(model, release)
        there.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(there.parent / ".lock"):
            if not there.exists():
                self._copy(folder, there)
            self.verify(there)
        Environments(self.var, self.interpreter).make(there)
        return release

    def start(self, model: str, slot: Slot, release: str, faults: str | None = None) -> str:
        """Run a published release as canary or staging; returns its private address once it is ready."""
        self._require_published(model, release)
        self._ensure()
        with self.state.change(Write.SLOT_NAMED) as desired:
            self._model(desired, model).place(slot, release, faults)
            revision = desired.revision + 1
        self.contact.wait_for(model, slot, release, faults, revision)
        visible(Write.SLOT_SERVING)
        return self.address(model, slot)

    def weigh(self, model: str, share: float) -> None:
        """Record how far the canary has come: a replay goes to both, and here people are the champion's alone."""
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"{model}: a share of {share}, wanted 0 to 1")
        with self.state.change(Write.SHARE_WEIGHED) as desired:
            desired.model(model).share = share

    def switch(self, model: str, release: str | None, previous: str | None) -> None:
        """Stable becomes `release`: it accepts on the public socket before the old one stops."""
        if release and release != self.named(model):  # what serves already is not started anew
            self._require_published(model, release)
        self._ensure()
        with self.state.change(Write.STABLE_NAMED) as desired:
            state = self._model(desired, model)
            state.place("stable", release)
            state.place("canary", None)
            state.previous, state.share = previous, 0.0
            revision = desired.revision + 1
        self.contact.wait_for(model, "stable", release, None, revision)
        visible(Write.STABLE_SERVING)
        self.contact.wait_for_drained(model, "stable")

    def renew(self, model: str) -> str:
        """Nothing stands around it here, and what serves is not started anew."""
        return ""

    def serves(self, model: str, release: str) -> bool:
        """Whether stable should be that release and answers as it (waits for one that is just starting)."""
        desired = self.state.read()
        state = desired.models.get(model)
        if state is None or state.stable != release:
            return False
        try:
            self.contact.wait_for(model, "stable", release, state.faults.get("stable"), desired.revision)
            return ask_release(model, self.address(model, "stable")) == release
        except DeliveryError:
            return False

    def remove(self, model: str, slot: Slot) -> None:
        """Drain what runs in canary or staging; nothing to do where nothing runs."""
        if self._seen(model).release(slot) is None:
            return
        with self.state.change(Write.SLOT_REMOVED) as desired:
            desired.model(model).place(slot, None)
        self.contact.wake()

    def address(self, model: str, slot: Slot) -> str:
        """The private address of a slot: it alone answers there, for asking and scraping."""
        seen = self.contact.slot(model, slot)
        if seen is None or not seen["ready"]:
            reason = (seen or {}).get("error") or "nothing runs there"
            raise Broken(f"{model}: {slot} does not answer: {reason}")
        return f"http://127.0.0.1:{seen['port']}"

    def watch(self, model: str, releases: Mapping[str, str], traffic: Traffic) -> Watch:
        """Reads each release's own server."""
        return Scraped.start(releases, traffic)

    def prove_scraped(self, model: str, slot: Slot, release: str) -> str:
        """Nothing to prove: the delivery reads the servers itself."""
        return ""

    def public_url(self, model: str) -> str:
        """Where the champion answers."""
        return f"http://127.0.0.1:{self.state.read().model(model).port}"

    def publish_champion(self, model: str, release: str | None) -> None:
        """Record in `target.json` which champion other builds may compare with."""
        with self.state.change(Write.CHAMPION_PUBLISHED) as desired:
            self._model(desired, model).champion_published = release

    def previous(self, model: str) -> str | None:
        """Where a rollback would go."""
        return self._seen(model).previous

    def held(self, model: str) -> str | None:
        """Why the model is held."""
        return self._seen(model).held

    def hold(self, model: str, why: str | None) -> None:
        """Hold or free the model."""
        with self.state.change(Write.HELD) as desired:
            self._model(desired, model).held = why

    def prune(self, model: str, keep: set[str]) -> list[str]:
        """Delete published releases that no slot, no rollback and no `keep` names; returns them."""
        needed = keep | self._seen(model).needed()
        there = self.var / "releases" / model
        gone = sorted(folder for folder in there.glob("[!.]*") if folder.name not in needed)
        for folder in gone:
            # Renamed first: a half-deleted folder must not look like a release.
            shutil.rmtree(folder.rename(there / f".pruned-{folder.name}"))
        for rest in there.glob(".pruned-*"):
            shutil.rmtree(rest)
        Environments(self.var, self.interpreter).prune(list((self.var / "releases").glob("*/[!.]*")))
        visible(Write.RELEASES_PRUNED)
        return [folder.name for folder in gone]

    def _require_published(self, model: str, release: str) -> None:
        if not self.holds(model, release):
            raise Broken(f"{model}: release {release} is not published here ({self.release_folder(model, release)})")
        self.verify(self.release_folder(model, release))

    def _copy(self, folder: Path, there: Path) -> None:
        arriving = there.parent / f".arriving-{there.name}"
        shutil.rmtree(arriving, ignore_errors=True)
        shutil.copytree(folder, arriving)
        for file in filter(Path.is_file, arriving.rglob("*")):
            with file.open("rb") as copied:
                os.fsync(copied.fileno())
        arriving.rename(there)
        sync_folder(there.parent)
        visible(Write.RELEASE_PUBLISHED)

    def _ensure(self) -> None:
        """A key to sign with and a keeper that runs; before it starts, another `base_port` is followed."""
        ensure_key(self.var)
        if self.base_port not in (0, self.state.read().base_port) and not self.contact.running():
            with self.state.change(Write.PORTS_COUNTED) as desired:
                count_anew(desired, self.base_port, Journal(self.var).note)
        self.contact.ensure()

    def _seen(self, model: str) -> ModelState:
        return self.state.read().models.get(model) or ModelState(port=0)

    def _model(self, desired: Desired, model: str) -> ModelState:
        """The state of a model, with a port of its own from its first day on."""
        if model not in desired.models:
            add_model(desired, model, self.base_port, Journal(self.var).note)
        return desired.models[model]
