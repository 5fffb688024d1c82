"""Waiting for a Deployment, and the reason where it does not come: image, crash, no node, quota, probe."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from delivery.errors import Broken, DoesNotComeUp
from delivery.targets.kube.api import Api

POLL_SECONDS = 0.5
UNSCHEDULABLE_SECONDS = 20.0
PULLING_SECONDS = 15.0
"""A pull that failed once may be mended by the next."""
CRASHES = 2
LOG_LINES = 4
KILLED = 137
HOPELESS = ("InvalidImageName", "CreateContainerConfigError", "CreateContainerError")
PULLING = ("ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable")

Document = dict[str, Any]


@dataclass(frozen=True)
class Rollouts:
    """The Deployments of a cluster."""

    api: Api

    def wait(self, namespace: str, name: str, release: str, seconds: float) -> None:
        """Until every pod is of this release and available; DoesNotComeUp gives the reason, as soon as it is known.

        `seconds` without any progress are too many; a rollout of many pods may take as long as it goes on.
        """
        begun, most = time.monotonic(), -1
        while True:
            deployment = self.api.get("Deployment", namespace, name)
            if deployment is None:
                raise Broken(f"{namespace}/{name}: somebody deleted the deployment during its rollout")
            if complete(deployment):
                return
            if (there := sum(counts_of(deployment)[1:])) > most:
                begun, most = time.monotonic(), there
            waited = time.monotonic() - begun
            pods = self._pods(deployment, release)
            reason = _of_quota(deployment) or next(filter(None, (self._of_pod(pod, waited) for pod in pods)), None)
            if reason is None and waited > seconds:
                reason = self._of_probe(pods) or f"it is not there after {seconds:.0f} s"
            if reason:
                raise DoesNotComeUp(f"{namespace}/{name}: release {release} does not come up: {reason}")
            time.sleep(POLL_SECONDS)

    def _pods(self, deployment: Document, release: str) -> list[Document]:
        labels = deployment["spec"]["selector"]["matchLabels"]
        pods = self.api.labelled("Pod", deployment["metadata"]["namespace"], release=release, **labels)
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def _of_pod(self, pod: Document, waited: float) -> str | None:
        for condition in pod["status"].get("conditions", []):
            unplaced = condition["type"] == "PodScheduled" and condition["status"] == "False"
            if unplaced and waited > UNSCHEDULABLE_SECONDS:
                return f"no node takes its pod: {condition.get('message', condition.get('reason'))}"
        for container in pod["status"].get("containerStatuses", []):
            waiting = container["state"].get("waiting", {})
            reason, message = waiting.get("reason", ""), waiting.get("message", "")
            if reason in HOPELESS or (reason in PULLING and waited > PULLING_SECONDS):
                return f"{reason}: {message}"
            if container["restartCount"] >= crashes_allowed(container) and not container["ready"]:
                return self._of_crash(pod, container)
        return None

    def _of_crash(self, pod: Document, container: Document) -> str:
        last = container["lastState"].get("terminated", {})
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        words = last.get("message") or self.api.log(namespace, name, previous=True, lines=LOG_LINES)
        said = " | ".join(words.strip().splitlines()[-LOG_LINES:]) or "it logged nothing"
        ended = f"{last.get('reason', 'ended')}, exit code {last.get('exitCode', 'unknown')}"
        killed = f"; {self._of_probe([pod])}" if last.get("exitCode") == KILLED else ""
        return f"it ended {container['restartCount']} times ({ended}{killed}); its last words: {said}"

    def _of_probe(self, pods: list[Document]) -> str | None:
        for pod in pods:
            events = self.api.events(pod["metadata"]["namespace"], pod["metadata"]["name"])
            unhealthy = [event["message"] for event in events if event.get("reason") == "Unhealthy"]
            if unhealthy:
                return f"its pod runs and is never ready: {unhealthy[-1]}"
            warnings = [event["message"] for event in events if event.get("type") == "Warning"]
            if warnings:
                return str(warnings[-1])
        return None


def crashes_allowed(container: Document) -> int:
    """How often a container may end before it is hopeless: once where it was killed, for it had had all its time."""
    last = container.get("lastState", {}).get("terminated", {})
    return 1 if last.get("exitCode") == KILLED else CRASHES


def complete(deployment: Document) -> bool:
    """Whether all pods are of the newest template and available."""
    return _observed(deployment) and counts_of(deployment) == [deployment["spec"]["replicas"]] * 3


def counts_of(deployment: Document) -> list[int]:
    """Pods in all, of the newest template, and available."""
    status = deployment.get("status", {})
    return [status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")]


def _observed(deployment: Document) -> bool:
    """Whether the status is about the newest template, not about one before it."""
    return bool(deployment.get("status", {}).get("observedGeneration", 0) >= deployment["metadata"]["generation"])


def _of_quota(deployment: Document) -> str | None:
    if not _observed(deployment):
        return None
    for condition in deployment.get("status", {}).get("conditions", []):
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            return f"its pods may not be made: {condition.get('message', condition.get('reason'))}"
    return None
