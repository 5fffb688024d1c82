"""The API server: objects as plain documents, applied under one name; a server that is away is waited for."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from delivery.errors import Broken

MANAGER = "delivery"
"""Who owns the fields that we render (server-side apply)."""
AWAY_SECONDS = 60.0
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 20.0
NOT_FOUND, CONFLICT, TOO_MANY = 404, 409, 429

KINDS: Mapping[str, tuple[str, str]] = {
    "Namespace": ("api/v1", "namespaces"),
    "ServiceAccount": ("api/v1", "serviceaccounts"),
    "Service": ("api/v1", "services"),
    "Secret": ("api/v1", "secrets"),
    "ConfigMap": ("api/v1", "configmaps"),
    "Pod": ("api/v1", "pods"),
    "Event": ("api/v1", "events"),
    "Deployment": ("apis/apps/v1", "deployments"),
    "ReplicaSet": ("apis/apps/v1", "replicasets"),
    "HorizontalPodAutoscaler": ("apis/autoscaling/v2", "horizontalpodautoscalers"),
    "PodDisruptionBudget": ("apis/policy/v1", "poddisruptionbudgets"),
    "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies"),
    "Ingress": ("apis/networking.k8s.io/v1", "ingresses"),
    "Lease": ("apis/coordination.k8s.io/v1", "leases"),
    "ServiceMonitor": ("apis/monitoring.coreos.com/v1", "servicemonitors"),
    "PrometheusRule": ("apis/monitoring.coreos.com/v1", "prometheusrules"),
    "AlertmanagerConfig": ("apis/monitoring.coreos.com/v1alpha1", "alertmanagerconfigs"),
    "Role": ("apis/rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
}
"""Where each kind lies: group and version, plural."""

Document = dict[str, Any]


class ApiRefused(Broken):
    """The API server answered, and not with yes. `status` is that of HTTP."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> Document:
        """The body as JSON."""
        document: Document = json.loads(self.body)
        return document


@dataclass(frozen=True)
class Api:
    """One API server, as one account. `client` is a `kubernetes.client.ApiClient`."""

    client: Any

    def ask(self, path: str, missing: bool = False) -> Answer:
        """What the API server says of itself; a 404 only where something may be missing."""
        return self._ask("GET", path, wanted=(NOT_FOUND,) if missing else ())

    def get(self, kind: str, namespace: str | None, name: str) -> Document | None:
        """An object, None where there is none."""
        answer = self._ask("GET", path_of(kind, namespace, name), wanted=(NOT_FOUND,))
        return None if answer.status == NOT_FOUND else answer.document()

    def labelled(self, kind: str, namespace: str, **labels: str) -> list[Document]:
        """The objects that carry these labels."""
        query = {"labelSelector": selector(labels)} if labels else {}
        items: list[Document] = self._ask("GET", path_of(kind, namespace), query=query).document()["items"] or []
        return items

    def events(self, namespace: str, name: str) -> list[Document]:
        """What was reported about an object, oldest first."""
        query = {"fieldSelector": f"involvedObject.name={name}"}
        items: list[Document] = self._ask("GET", path_of("Event", namespace), query=query).document()["items"] or []
        return sorted(items, key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")

    def apply(self, document: Document, dry_run: bool = False) -> Document:
        """Server-side apply: the fields of the document are ours, whoever had them before."""
        metadata = document["metadata"]
        query = {"fieldManager": MANAGER, "force": "true", **({"dryRun": "All"} if dry_run else {})}
        path = path_of(document["kind"], metadata.get("namespace"), metadata["name"])
        return self._ask("PATCH", path, document, "application/apply-patch+yaml", query).document()

    def create(self, document: Document) -> bool:
        """Make an object; False where it is there already."""
        path = path_of(document["kind"], document["metadata"]["namespace"])
        return self._ask("POST", path, document, wanted=(CONFLICT,)).status != CONFLICT

    def replace(self, document: Document) -> bool:
        """Write an object that was read before; False where somebody else has changed it since."""
        path = path_of(document["kind"], document["metadata"]["namespace"], document["metadata"]["name"])
        return self._ask("PUT", path, document, wanted=(CONFLICT,)).status != CONFLICT

    def scale(self, namespace: str, deployment: str, replicas: int) -> None:
        """Set the number of pods."""
        path = f"{path_of('Deployment', namespace, deployment)}/scale"
        self._ask("PATCH", path, {"spec": {"replicas": replicas}}, "application/merge-patch+json")

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object and what it owns; nothing to do where there is none."""
        self._ask("DELETE", path_of(kind, namespace, name), {"propagationPolicy": "Background"}, wanted=(NOT_FOUND,))

    def log(self, namespace: str, pod: str, previous: bool, lines: int) -> str:
        """The last lines of a pod's only container, of the one before where it was started anew; empty if none."""
        path = f"{path_of('Pod', namespace, pod)}/log"
        query = {"tailLines": str(lines), **({"previous": "true"} if previous else {})}
        answer = self._ask("GET", path, query=query, wanted=(400, NOT_FOUND))
        return answer.body.decode("utf-8", errors="replace").strip() if answer.status == 200 else ""

    def review(self, **attributes: str) -> bool:
        """Whether this account may do something (SelfSubjectAccessReview)."""
        spec = {"resourceAttributes": attributes}
        document = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
        answer = self._ask("POST", "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", document)
        return bool(answer.document()["status"]["allowed"])

    def raw(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, sent once; urllib3's own errors where the server cannot be reached."""
        signed: dict[str, str] = {"Accept": "application/json", **(headers or {})}
        self.client.update_params_for_auth(signed, [], ["BearerToken"], path, method, body)
        url = f"{self.client.configuration.host}/{path}"
        pool = self.client.rest_client.pool_manager
        answer = pool.request(method, url, body=body, headers=signed, timeout=TIMEOUT_SECONDS, retries=False)
        return Answer(answer.status, answer.data, answer.headers)

    def _ask(
        self,
        method: str,
        path: str,
        document: Document | None = None,
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
        wanted: tuple[int, ...] = (),
    ) -> Answer:
        body = json.dumps(document).encode() if document is not None else None
        where = f"{path}?{urlencode(query)}" if query else path
        answer = self._patiently(method, where, body, {"Content-Type": content_type} if body else {})
        if answer.status < 300 or answer.status in wanted:
            return answer
        raise ApiRefused(_refusal(method, path, answer), answer.status)

    def _patiently(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Until the API server answers: every request here may be sent twice."""
        deadline = time.monotonic() + AWAY_SECONDS
        while True:
            problem: object
            try:
                answer = self.raw(method, path, body, headers)
                if answer.status < 500 and answer.status != TOO_MANY:
                    return answer
                problem = f"it answers {answer.status}: {said(answer)}"
            except urllib3.exceptions.HTTPError as error:
                problem = type(error).__name__
            if time.monotonic() > deadline:
                host = self.client.configuration.host
                raise Broken(f"the API server at {host} does not answer for {AWAY_SECONDS:.0f} s ({problem})")
            time.sleep(PAUSE_SECONDS)


def connect(context: str = "") -> Api:
    """The API server of the kubeconfig (KUBECONFIG), or of the pod that this runs in."""
    from kubernetes import client, config  # a second to load: verbs on this machine do not wait for it

    # The library looks at KUBECONFIG once, when it is imported; what counts is where it leads now.
    named = {"config_file": os.environ["KUBECONFIG"]} if os.environ.get("KUBECONFIG") else {}
    try:
        config.load_config(context=context or None, **named)  # type: ignore[no-untyped-call]
    except config.ConfigException as problem:
        raise Broken(f"no cluster to talk to: {problem} (KUBECONFIG names the file)") from None
    return Api(client.ApiClient())


def path_of(kind: str, namespace: str | None, name: str = "") -> str:
    """The path of an object, or of all of a kind."""
    group, plural = KINDS[kind]
    within = f"namespaces/{namespace}/" if namespace else ""
    return f"{group}/{within}{plural}" + (f"/{name}" if name else "")


def selector(labels: Mapping[str, str]) -> str:
    """Labels as a query has them: `name` and `managed_by` are those of `app.kubernetes.io/`."""
    full = {"name": "app.kubernetes.io/name", "managed_by": "app.kubernetes.io/managed-by"}
    return ",".join(f"{full.get(key, key)}={value}" for key, value in labels.items())


def said(answer: Answer) -> str:
    """The API server's own sentence."""
    try:
        return str(answer.document().get("message") or answer.body[:200])
    except (ValueError, AttributeError):
        return answer.body[:200].decode("utf-8", errors="replace")


def _refusal(method: str, path: str, answer: Answer) -> str:
    more = "; `doctor` says which rights are missing" if answer.status == 403 else ""
    return f"the API server refused {method} {path} with {answer.status}: {said(answer)}{more}"
