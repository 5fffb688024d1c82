"""Releases that wait for a person, where the policy asks for one."""

from __future__ import annotations

from delivery.opening import open_delivery
from delivery.rollout import wants_approval
from delivery.work import Work


def waiting_release(work: Work) -> tuple[str, str] | None:
    """The sealed release and why a person has to say yes to it; None where nobody has to, or somebody did."""
    sealed = work.find("release/release.json")
    if sealed is None:
        return None
    release, delivery = str(sealed["identity"]), open_delivery(work.settings)
    champion = delivery.target.current(work.name)
    if (champion and champion.release == release) or delivery.ledger.approvals(work.name, release):
        return None
    reason = wants_approval(work.build / "release", work.settings.approval.policy)
    return (release, reason) if reason else None
