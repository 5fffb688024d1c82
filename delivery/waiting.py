"""Releases that wait for a person, where the policy asks for one."""

from __future__ import annotations

from delivery.approving import wants_approval
from delivery.champions import known_approvals, present_champion
from delivery.work import Work


def refused_as_too_good(work: Work) -> tuple[str, str] | None:
    """The contender that nothing but ceilings refused, and which; None where there is none, or other gates said no too.

    It has no release: none is sealed of what was refused. Approved, it passes when `gate` runs again.
    """
    document = work.find("verdicts.json")
    refusals = [one for one in document["verdicts"] if one["passed"] is False] if document else []
    if document is None or not refusals or any(one["kind"] != "ceiling" for one in refusals):
        return None
    return str(document["contender"]), f"too good to be true by {', '.join(one['gate'] for one in refusals)}"


def waiting_release(work: Work) -> tuple[str, str] | None:
    """The sealed release and why a person has to say yes to it; None where nobody has to, or somebody did."""
    sealed = work.find("release/release.json")
    if sealed is None:
        return None
    release, champion = str(sealed["identity"]), present_champion(work.settings, work.name)
    if (champion and champion.release == release) or known_approvals(work.settings, work.name, release):
        return None
    reason = wants_approval(work.build / "release", work.settings.approval.policy)
    return (release, reason) if reason else None
