"""`prune`: releases that production, staging, canary or a rollback cannot need any more."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack, suppress

from delivery import promotion
from delivery.errors import Broken
from delivery.opening import lock, open_delivery, open_target
from delivery.progress import tell
from delivery.targets.cluster import ClusterTarget
from delivery.work import Work

WAIT_SECONDS = 60.0


def prune(work: Work, _call: argparse.Namespace) -> None:
    """Deletes them and says which."""
    with lock(work.settings, work.name, "prune", WAIT_SECONDS):
        gone = promotion.prune(open_delivery(work.settings), work.name)
        gone += prune_registry(work)
    tell(f"prune: removed {', '.join(sorted(set(gone)))}" if gone else "prune: nothing to remove")


def prune_registry(work: Work) -> list[str]:
    """Images that no environment of project.toml knows any more; none where one of them cannot be asked."""
    if work.settings.cluster is None:
        return []
    from delivery.images.building import open_builder  # here: it brings an engine's client
    from delivery.images.pruning import prune_images
    from delivery.images.registry import Registry

    needed: set[str] = set()
    for name in work.settings.environments:
        target = open_target(work.settings.at(name))
        assert isinstance(target, ClusterTarget)
        needed |= set(target.memory.state(work.name).images)
    with ExitStack() as stack:
        builder = None
        with suppress(Broken):  # whoever delivers need not be able to build
            builder = stack.enter_context(open_builder(Registry.open(work.settings.registry, os.environ)))
        return prune_images(work.settings, work.name, needed, builder)
