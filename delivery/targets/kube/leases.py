"""A Lease as the lock of a delivery: it tells who holds it, is renewed while they live, and runs out when they die."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from delivery.errors import Broken, Busy
from delivery.manifests import name_of
from delivery.progress import complain
from delivery.targets.kube.api import MANAGER, Api

LEASE_SECONDS = 30
"""A dead holder's lease is taken over after so long; longer than an API server's restart."""
RENEW_SECONDS = 5.0
POLL_SECONDS = 0.5
HELD: dict[tuple[str, str], str] = {}
"""What this process calls itself on the leases it took, by namespace and name."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Leases:
    """The leases of one namespace."""

    api: Api
    namespace: str

    @contextmanager
    def hold(self, name: str, verb: str, wait_seconds: float) -> Iterator[None]:
        """Hold a lease; Busy names the holder when it is not free in time. Losing it ends this process at once."""
        me = f"{verb} on {socket.gethostname()}, process {os.getpid()}, {uuid.uuid4().hex[:8]}"
        self._acquire(name, me, wait_seconds)
        HELD[self.namespace, name] = me
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(name, me, done), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()
            del HELD[self.namespace, name]
            self._release(name, me)

    def hurried(self, name: str) -> Callable[[], bool]:
        """Whether somebody alive holds this lease, asked anew at each call: one that was killed renews it no more."""
        before = self.api.get("Lease", self.namespace, name)

        def renewed() -> bool:
            lease = self.api.get("Lease", self.namespace, name)
            return bool(_holder(lease)) and lease != before

        return renewed

    def taken_by(self, name: str) -> str:
        """Who has the lease that this process took; empty where it still has it, or never took it."""
        me = HELD.get((self.namespace, name))
        holder = _holder(self.api.get("Lease", self.namespace, name)) if me else ""
        return "" if holder == me else holder

    def _acquire(self, name: str, me: str, wait_seconds: float) -> None:
        """Takes a free lease, or one that did not change for as long as it lasts, by the clock of this machine."""
        deadline = time.monotonic() + wait_seconds
        seen, since = None, time.monotonic()
        while True:
            lease = self.api.get("Lease", self.namespace, name)
            version = lease["metadata"]["resourceVersion"] if lease else None
            if version != seen:
                seen, since = version, time.monotonic()
            if _holder(lease) == me:  # written by a request whose answer was lost
                return
            stale = time.monotonic() - since > LEASE_SECONDS
            if (lease is None or stale or not _holder(lease)) and self._write(name, me, lease):
                return
            if time.monotonic() > deadline:
                raise Busy(f"{name}: another delivery is at work ({_holder(lease)}); wait for it or end it")
            time.sleep(POLL_SECONDS)

    def _keep(self, name: str, me: str, done: threading.Event) -> None:
        while not done.wait(RENEW_SECONDS):
            try:
                lease = self.api.get("Lease", self.namespace, name)
                if lease and _holder(lease) == me:
                    self._write(name, me, lease)
                    continue
                lost = f"it is {_holder(lease)}'s now" if lease else "somebody deleted it"
            except Broken as problem:
                lost = str(problem)
            complain(f"{name}: this delivery lost its lease: {lost}; the next delivery completes or undoes its work")
            sys.stdout.flush()
            # At once, and nothing is cleared away: what stands in the slots may be the next delivery's already.
            os._exit(Broken.exit_code)

    def _release(self, name: str, me: str) -> None:
        lease = self.api.get("Lease", self.namespace, name)
        if lease and _holder(lease) == me:
            self._write(name, "", lease)

    def _write(self, name: str, holder: str, read: Document | None) -> bool:
        metadata: Document = {
            "name": name,
            "namespace": self.namespace,
            "labels": {"app.kubernetes.io/managed-by": MANAGER},
        }
        if read:
            metadata["resourceVersion"] = read["metadata"]["resourceVersion"]
        at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        spec = {"holderIdentity": holder, "leaseDurationSeconds": LEASE_SECONDS, "renewTime": at}
        document = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
        return self.api.replace(document) if read else self.api.create(document)


def lease_of(model: str) -> str:
    """The lease of a model's deliveries."""
    return f"delivery-{name_of(model)}"


def _holder(lease: Document | None) -> str:
    return str(lease["spec"].get("holderIdentity") or "") if lease else ""
