"""Acting on an alert: what is known is gathered, `decide` says what to do, and the ledger has all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from delivery import promotion
from delivery.alerts import Alert
from delivery.correction import CorrectionPolicy
from delivery.errors import WrongSetting
from delivery.ledger import Action, Entry
from delivery.promotion import Delivery
from delivery.responding import Response, Standing, decide


@dataclass(frozen=True)
class Correction:
    """One alert, and the delivery that answers it; `answer` expects the model's lock to be held."""

    delivery: Delivery
    alert: Alert
    policy: CorrectionPolicy
    who: str
    namespace: str = ""

    def foreseen(self) -> Response:
        """What `answer` will come to if nothing changes until the lock is held; nothing is done, nothing noted."""
        return decide(self.alert, self._standing(), self.policy)

    def _standing(self) -> Standing:
        """What is known of the model now."""
        model = self.alert.model
        live = self.delivery.target.named(model)
        earlier = promotion.earlier_releases(self.delivery, model, live) if live else []
        return Standing(live, earlier, self.delivery.ledger.entries(model), datetime.now(UTC), self.namespace)

    def answer(self) -> Response:
        """Decides, rolls back or tells; a response `retrain` is for the caller, who needs the lock for other verbs.

        What a killed delivery left is mended first.
        """
        promotion.recover(self.delivery, self.alert.model)
        standing = self._standing()
        response = decide(self.alert, standing, self.policy)
        if response.action == "tell":
            if self.alert.firing and self.alert.release not in (None, standing.live):
                # The lock is held, so no delivery judges it: a killed one left its canary, and people still reach it.
                self.delivery.target.remove(self.alert.model, "canary")
            self.note("told", response.reason, response.stopped_by)
        elif response.action == "rollback":
            self._roll_back(standing, response)
        return response

    def note(self, action: Action, why: str, stopped_by: str = "") -> None:
        """One line in the ledger, with the alert as evidence."""
        live = self.delivery.target.named(self.alert.model)
        about = self.alert.release or live
        evidence = self.evidence() | ({"stopped_by": stopped_by} if stopped_by else {})
        self.delivery.record(Entry(self.alert.model, action, about, self.who, why, live, evidence))

    def evidence(self) -> dict[str, Any]:
        """What the ledger keeps of the alert."""
        return {"alert": self.alert.as_evidence()}

    def _roll_back(self, standing: Standing, response: Response) -> None:
        self.delivery.target.open()
        promotion.rollback(
            self.delivery,
            self.alert.model,
            who=self.who,
            why=response.reason,
            of=standing.live,
            evidence=self.evidence(),
        )


def require_known(delivery: Delivery, model: str, library: list[str]) -> None:
    """WrongSetting unless the model is in the library or was once delivered: a stranger's alert leaves no trace."""
    if model not in library and not delivery.ledger.entries(model):
        raise WrongSetting(f"alert: no model {model[:80]!r} here, wanted one of {', '.join(library)}")
