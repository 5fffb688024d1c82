"""Where a release runs: the few things the delivery asks of any target."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delivery.evidence import Traffic
    from delivery.observing import Watch

Slot = Literal["stable", "canary", "staging"]
SLOTS: tuple[Slot, ...] = ("stable", "canary", "staging")


@dataclass(frozen=True)
class Champion:
    """The release in production, as the target itself says."""

    model: str
    release: str
    folder: Path
    """The sealed release; read it, never write."""
    url: str | None
    """Where it answers alone (for asking and scraping); None while the target is stopped."""


class Target(Protocol):
    """A place where releases run: processes on this machine, or Kubernetes.

    A model has three slots: stable answers the public, canary and staging answer only who asks them. Every method
    raises `Broken` when the target cannot be reached, its kind `DoesNotComeUp` when what was started does not serve.
    """

    def open(self) -> None:
        """Make the target ready to be asked; what should run comes up, as far as it can."""

    def current(self, model: str) -> Champion | None:
        """The champion; None only when the target itself confirms that there is none."""

    def named(self, model: str) -> str | None:
        """The release that stable should run, whether or not it does: a rollback starts from here."""

    def publish(self, model: str, folder: Path) -> str:
        """Bring a sealed release to the target, verified; returns its identity."""

    def start(self, model: str, slot: Slot, release: str, faults: str | None = None) -> str:
        """Apply a published release to canary or staging and wait until it is ready; returns its address."""

    def weigh(self, model: str, share: float) -> None:
        """Give the canary this share (0..1) of the traffic."""

    def switch(self, model: str, release: str | None, previous: str | None) -> None:
        """Make the release stable without losing a request; `previous` is where a rollback would go.

        None takes the model out of production. Whatever runs as canary is removed: it is stable now, or refused.
        """

    def renew(self, model: str) -> str:
        """What stands around the live release as the settings say now: a sentence, empty where nothing had changed."""

    def serves(self, model: str, release: str) -> bool:
        """Whether the stable slot answers with this release now."""

    def remove(self, model: str, slot: Slot) -> None:
        """End what runs in canary or staging."""

    def address(self, model: str, slot: Slot) -> str:
        """Where one slot alone answers."""

    def watch(self, model: str, releases: Mapping[str, str], traffic: Traffic) -> Watch:
        """What these releases (their addresses by release) do from now on, in a cluster since the canary was made.

        NotSeen where nobody can say.
        """

    def prove_scraped(self, model: str, slot: Slot, release: str) -> str:
        """Prove that what judges a canary later reads this slot now: a sentence, empty where the delivery itself reads.

        NotSeen where it does not.
        """

    def public_url(self, model: str) -> str:
        """Where people and programs reach the model."""

    def holds(self, model: str, release: str) -> bool:
        """Whether the release is published here and whole."""

    def publish_champion(self, model: str, release: str | None) -> None:
        """Record the champion where builds without deployer rights can read it."""

    def previous(self, model: str) -> str | None:
        """Where a rollback would go."""

    def held(self, model: str) -> str | None:
        """Why the model is held, None when it is not."""

    def hold(self, model: str, why: str | None) -> None:
        """Hold the model, or free it with None."""

    def prune(self, model: str, keep: set[str]) -> list[str]:
        """Delete published releases but those in any slot, the previous one and `keep`; returns what was deleted."""
