"""Making production on this machine misbehave, to show what is done about it."""

from __future__ import annotations

from delivery.errors import WrongSetting
from delivery.journal import Write
from delivery.targets.local import LocalTarget


def misbehave(target: LocalTarget, model: str, faults: str) -> str:
    """Run the live release with MODEL_FAULTS, until another one takes over; the release. Refused where not allowed."""
    if not target.faults_allowed:
        raise WrongSetting(f"{model}: MODEL_FAULTS={faults} in production, but local.faults_allowed is false")
    with target.state.change(Write.STABLE_NAMED) as desired:
        state = desired.model(model)
        release = state.stable
        if release is None:
            raise WrongSetting(f"{model}: nothing is in production that could misbehave")
        state.place("stable", release, faults)
        revision = desired.revision + 1
    target.contact.wait_for(model, "stable", release, faults, revision)
    return release
