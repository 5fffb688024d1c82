"""One model on its way: what a verb reads, what it leaves for the next, and whether an earlier verb said no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.errors import Refused, WrongSetting
from delivery.files import read_json, replace_json
from delivery.settings import Settings
from model.spec import ModelSpec

VERSION = 1

LEFT_BY = {
    "check": "check.json",
    "train": "training.json",
    "gate": "verdicts.json",
    "release": "release/release.json",
    "image": "image.json",
    "staging": "staging.json",
    "monitor": "monitor.json",
    "canary": "decision.json",
}
"""The file that tells that a verb has done its part, in the order of the way."""


class LeftOut(Refused):
    """An earlier verb refused the model, and said why."""


@dataclass(frozen=True)
class Work:
    """A model, the settings, and the folders of this checkout."""

    spec: ModelSpec
    settings: Settings

    @property
    def name(self) -> str:
        """The model's name."""
        return self.spec.name

    @property
    def root(self) -> Path:
        """The folder of project.toml."""
        return self.settings.root

    @property
    def build(self) -> Path:
        """What the verbs leave for each other: `build/<model>`."""
        return self.root / "build" / self.name

    def find(self, file: str) -> dict[str, Any] | None:
        """A verb's file, or None where it has not run."""
        path = self.build / file
        return read_json(path) if path.exists() else None

    def read(self, file: str) -> dict[str, Any]:
        """A verb's file; WrongSetting names the verb that writes it where it is not there."""
        document = self.find(file)
        if document is None:
            verb = next((verb for verb, left in LEFT_BY.items() if left == file), "an earlier verb")
            raise WrongSetting(f"{self.name}: no build/{self.name}/{file}; `{verb}` writes it and has not run")
        return document

    def leave(self, file: str, content: Mapping[str, Any]) -> None:
        """Leaves this verb's file for the next."""
        replace_json(self.build / file, {"schema": VERSION, "model": self.name, **content})

    def require_unrefused(self, verb: str) -> None:
        """LeftOut where an earlier verb said no: the model drops out here."""
        for earlier, file in LEFT_BY.items():
            if earlier == verb:
                return
            document = self.find(file)
            if document is not None and document.get("passed") is False:
                raise LeftOut(f"{self.name}: left out, {earlier} refused it (build/{self.name}/{file})")
