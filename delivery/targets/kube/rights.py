"""The delivery's rights, asked verb by verb (SelfSubjectAccessReview): those it needs, and those it must not have."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.clusters import Cluster
from delivery.manifests import Manifests
from delivery.targets.kube.api import Api

Right = dict[str, str]

NEVER = (
    ("get", "", "secrets"),
    ("list", "", "secrets"),
    ("create", "", "pods/exec"),
    ("create", "", "pods"),
    ("delete", "", "configmaps"),
    ("delete", "coordination.k8s.io", "leases"),
    ("create", "rbac.authorization.k8s.io", "roles"),
    ("create", "rbac.authorization.k8s.io", "rolebindings"),
    ("patch", "rbac.authorization.k8s.io", "roles"),
    ("create", "", "serviceaccounts/token"),
    ("patch", "", "namespaces"),
)
"""In its own namespaces: reading secrets, shells, losing the ledger, giving itself rights."""
NEVER_ANYWHERE = (
    ("list", "", "nodes"),
    ("create", "", "namespaces"),
    ("list", "", "secrets"),
    ("list", "", "pods"),
    ("create", "apps", "deployments"),
    ("create", "rbac.authorization.k8s.io", "clusterrolebindings"),
)
"""Outside of them, so over the whole cluster."""


def missing(api: Api, manifests: Manifests) -> tuple[list[str], int]:
    """What k8s/deployer-role.yaml grants and this account does not have; and how many were asked."""
    asked = [right for document in manifests.admin() if document["kind"] == "Role" for right in granted(document)]
    return [told(right) for right in asked if not api.review(**right)], len(asked)


def forbidden_but_held(api: Api, cluster: Cluster) -> tuple[list[str], int]:
    """What this account has and should not; and how many were asked."""
    asked = list(forbidden(cluster))
    return [told(right) for right in asked if api.review(**right)], len(asked)


def granted(role: dict[str, object]) -> Iterator[Right]:
    """The rights of a Role, one by one."""
    namespace: str = role["metadata"]["namespace"]  # type: ignore[index]
    for rule in role["rules"]:  # type: ignore[attr-defined]
        for resource in rule["resources"]:
            for verb in rule["verbs"]:
                yield {
                    **right_of(verb, rule["apiGroups"][0], resource, namespace),
                    **({"name": rule["resourceNames"][0]} if "resourceNames" in rule else {}),
                }


def forbidden(cluster: Cluster) -> Iterator[Right]:
    """What a delivery must not be able to do."""
    for namespace in (cluster.namespace, cluster.staging_namespace):
        yield from (right_of(*each, namespace) for each in NEVER)
    yield from (right_of(*each, "") for each in NEVER_ANYWHERE)


def right_of(verb: str, group: str, resource: str, namespace: str) -> Right:
    """One right as a review asks for it; an empty namespace is all of them."""
    name, _, part = resource.partition("/")
    right = {"verb": verb, "group": group, "resource": name, "subresource": part, "namespace": namespace}
    return {key: value for key, value in right.items() if value}


def told(right: Right) -> str:
    """A right in words."""
    part = f"/{right['subresource']}" if "subresource" in right else ""
    where = f"in {right['namespace']}" if "namespace" in right else "anywhere"
    return f"{right['verb']} {right['resource']}{part} {where}"
