"""One release being served: everything the endpoints share, built once at start."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

from model.release.errors import ReleaseError
from model.release.loading import Release, load
from serving.described import describe
from serving.faults import Faults
from serving.health import Readiness
from serving.metrics import Metrics
from serving.problems import StartRefused
from serving.settings import Settings, StoreAddress
from serving.tokens import Tokens
from serving.used_ids import SECONDS_A_DAY, SqliteIds, StoreFailed, UsedIds

log = logging.getLogger("gunicorn.error.serving")


@dataclass(frozen=True)
class Served:
    """A loaded release with what its answers need besides it."""

    release: Release
    tokens: Tokens
    used_ids: UsedIds
    feedback_days: float
    faults: Faults
    metrics: Metrics
    readiness: Readiness

    @property
    def head(self) -> dict[str, object]:
        """What every answer says of its origin."""
        return {"model": self.release.schema.model, "release": self.release.identity}


def serve(folder: Path, settings: Settings) -> Served:
    """Load a release, verified byte by byte, and make it ready; StartRefused where it cannot be."""
    try:
        release = load(folder)
    except ReleaseError as error:
        raise StartRefused(str(error)) from None
    faults = Faults.from_text(settings.faults, settings.faults_allowed)
    if faults.active:
        log.warning("MODEL_FAULTS IS SET: this server misbehaves on purpose (%s)", settings.faults)
    model = release.schema.model
    served = Served(
        release=release,
        tokens=Tokens(settings.signing_keys, model, release.identity),
        used_ids=_open_used_ids(settings, model),
        feedback_days=settings.feedback_days,
        faults=faults,
        metrics=Metrics(describe(release, faults.active)),
        readiness=Readiness(),
    )
    # The first answer fills caches and would be slow: nobody waits for it here.
    release.scorer.answer([release.schema.read(each) for each in release.samples["instances"]])
    served.readiness.start()
    return served


def _open_used_ids(settings: Settings, model: str) -> UsedIds:
    used_ids = _used_ids(settings, model)
    try:
        used_ids.prepare()
    except StoreFailed as error:
        # Predictions do not depend on it: the server starts, feedback is answered 503 until the store is there.
        log.error("feedback store %s; feedback will be refused", error)
    return used_ids


def _used_ids(settings: Settings, model: str) -> UsedIds:
    store, keep_seconds = settings.feedback_store, settings.feedback_days * SECONDS_A_DAY
    if not isinstance(store, StoreAddress):
        return SqliteIds(store or Path(tempfile.gettempdir(), f"feedback-{model}.sqlite3"), keep_seconds)
    from serving.redis_ids import RedisIds  # here: a server that needs no Redis does not pay for its client

    return RedisIds(store, model, keep_seconds)
