"""What a build is compared with, found with the rights it has: asked of the target, or of the registry alone.

A build of a pull request holds no kubeconfig: it may pull images, and `promote` leaves the champion's under a tag.
"""

from __future__ import annotations

import os
from pathlib import Path

from delivery.errors import DeliveryError
from delivery.ledger import Entry
from delivery.opening import open_delivery, var_of, who
from delivery.progress import complain, tell
from delivery.settings import Settings
from delivery.targets import Champion
from delivery.targets.kube.pulling import pull_release

DEFAULT_KUBECONFIG = "~/.kube/config"


def sees_target(settings: Settings) -> bool:
    """Whether the target itself can be asked: this machine always, a cluster where a kubeconfig is at hand."""
    if settings.cluster is None:
        return True
    files = (os.environ.get("KUBECONFIG") or DEFAULT_KUBECONFIG).split(os.pathsep)
    return any(Path(file).expanduser().is_file() for file in files if file)


def present_champion(settings: Settings, model: str) -> Champion | None:
    """The champion; None only where the target, or the registry in its place, says that there is none."""
    if sees_target(settings):
        return open_delivery(settings).target.current(model)
    from delivery.images.champion import published_image  # here: it brings an engine's client

    found = published_image(settings, model)
    tell(f"{model}: no kubeconfig here; the registry says that {found[0] if found else 'nothing'} is in production")
    if found is None:
        return None
    release, reference = found
    return Champion(model, release, pull_release(reference, release, var_of(settings) / "champions" / model), None)


def note_refusal(settings: Settings, model: str, contender: str | None, why: str) -> None:
    """What `check` or `gate` refused, in the ledger; who cannot write there leaves it in the build's files alone."""
    if not sees_target(settings):
        return
    try:
        delivery = open_delivery(settings)
        delivery.record(Entry(model, "refused", contender, who(), why, delivery.target.named(model)))
    except DeliveryError as problem:  # a refusal stays one, whatever becomes of its line
        complain(f"{model}: the ledger does not have this refusal: {problem}")


def known_approvals(settings: Settings, model: str, release: str) -> list[Entry]:
    """Who approved a release, as the ledger says; nobody where it cannot be read: `promote` asks again."""
    return open_delivery(settings).ledger.approvals(model, release) if sees_target(settings) else []
