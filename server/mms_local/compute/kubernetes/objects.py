# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What one service is made of in a cluster, as plain manifests (protocol 5.4). Pure: equal services, equal objects.

Names end in a part of the hash of the service's id, and every object carries the whole hash as a label: services of the
same name in two accounts live side by side, and nothing that we did not make is ever taken for ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from mms_local.compute.environment import service_environment
from mms_local.compute.quantity import quantity
from mms_local.core.ports import ServiceSpec

Manifest = dict[str, Any]
Exposure = Literal["proxy", "nodeport", "loadbalancer", "ingress"]

PORT = 5001  # what the containers listen on (server/docs/images.md)
MANAGER = "mms-local"  # app.kubernetes.io/managed-by, and the field manager of every write
ID_LABEL = "mmsserviceidhash"
KEYS_TOUCHED = "mms-local/keys-touched"  # annotation of a pod; changing it makes the kubelet look at the keys at once
DEFAULT_CPU, DEFAULT_MEMORY = "100m", "1024Mi"  # reserved for what asks for nothing (protocol 5.4)

_SERVICE_TYPE = {"proxy": "ClusterIP", "nodeport": "NodePort", "loadbalancer": "LoadBalancer", "ingress": "ClusterIP"}
_KEYS_FOLDER = "/run/mms/keys"
_DRAIN = 5  # seconds a pod that is to stop goes on answering, until every load balancer has heard of it
_GRACE = _DRAIN + 70  # the container finishes its requests within 65 s after SIGTERM
_SLOWEST_INIT = 300  # seconds; WORKER_TIMEOUT of the container contract
_PROBE_TIMEOUT = 60  # seconds; a probe waits in the same queue as requests, which may take this long (protocol 6)


@dataclass(frozen=True)
class Bounds:
    """What pods may take and who may call them, where the service does not say it.

    Attributes:
        cpu: limit, where no reservation is asked for; empty: none.
        memory: the same.
        tmp: most that a pod may keep in `/tmp`.
        callers: names of namespaces, and networks in CIDR form, from where pods are called; empty: from everywhere.
    """

    cpu: str = "2"
    memory: str = "4Gi"
    tmp: str = "2Gi"
    callers: tuple[str, ...] = ()


def object_name(spec: ServiceSpec) -> str:
    """Name of Deployment, Service, NetworkPolicy, autoscaler and Ingress: a DNS label that tells services apart."""
    return f"mms-{re.sub('[^a-z0-9]+', '-', spec.name.lower()).strip('-')[:40]}-{id_hash(spec.id)[:8]}"


def keys_name(spec: ServiceSpec) -> str:
    """Name of the Secret with the service's keys."""
    return f"{object_name(spec)}-keys"


def id_hash(service_id: str) -> str:
    """MD5 of the service's id, as the original labels its replica sets (protocol 5.4). Not a matter of security."""
    return hashlib.md5(service_id.encode(), usedforsecurity=False).hexdigest()


def selector(service_id: str) -> str:
    """Label selector of everything that belongs to a service."""
    return f"app.kubernetes.io/managed-by={MANAGER},{ID_LABEL}={id_hash(service_id)}"


def keys_secret(spec: ServiceSpec) -> Manifest:
    """The service's keys, in the form that the container reads."""
    content = json.dumps({"primary": spec.keys.primary, "secondary": spec.keys.secondary})
    data = {"keys.json": base64.b64encode(content.encode()).decode()}
    return {**_head("v1", "Secret", keys_name(spec), spec), "type": "Opaque", "data": data}


def deployment(spec: ServiceSpec, replicas: int, bounds: Bounds | None = None) -> Manifest:
    """The pods. A new template is rolled out with no moment of less than `replicas` ready pods."""
    return {
        **_head("apps/v1", "Deployment", object_name(spec), spec),
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 2,
            "selector": {"matchLabels": {ID_LABEL: id_hash(spec.id)}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}},
            "template": {"metadata": {"labels": _labels(spec)}, "spec": _pod(spec, bounds or Bounds())},
        },
    }


def service(spec: ServiceSpec, exposure: Exposure) -> Manifest:
    """The one address of all pods."""
    return {
        **_head("v1", "Service", object_name(spec), spec),
        "spec": {
            "type": _SERVICE_TYPE[exposure],
            "selector": {ID_LABEL: id_hash(spec.id)},
            "ports": [{"name": "http", "port": 80, "targetPort": PORT, "protocol": "TCP"}],
        },
    }


def network_policy(spec: ServiceSpec, callers: tuple[str, ...] = ()) -> Manifest:
    """Closes every port of the pods but the one for scoring, and that for all but the callers, when they are named.

    How requests arrive depends on cluster and exposure (API server, nodes, load balancer, ingress controller), so only
    the owner of the cluster can name where from.
    """
    port = {"port": PORT, "protocol": "TCP"}
    rule = {"ports": [port], **({"from": list(map(_peer, callers))} if callers else {})}
    return {
        **_head("networking.k8s.io/v1", "NetworkPolicy", object_name(spec), spec),
        "spec": {
            "podSelector": {"matchLabels": {ID_LABEL: id_hash(spec.id)}},
            "policyTypes": ["Ingress"],
            "ingress": [rule],
        },
    }


def _peer(caller: str) -> Manifest:
    if "/" in caller:
        return {"ipBlock": {"cidr": caller}}
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": caller}}}


def autoscaler(spec: ServiceSpec) -> Manifest | None:
    """Replica bounds and target, in autoscaling/v1: the one version that every cluster of the last ten years serves."""
    if spec.autoscaler is None:
        return None
    lowest, highest = replica_bounds(spec)
    return {
        **_head("autoscaling/v1", "HorizontalPodAutoscaler", object_name(spec), spec),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": object_name(spec)},
            "minReplicas": lowest,
            "maxReplicas": highest,
            "targetCPUUtilizationPercentage": max(1, spec.autoscaler.target_utilization),
        },
    }


def ingress(spec: ServiceSpec, host: str) -> Manifest:
    """A host name of the cluster's HTTP front end that leads to the service."""
    backend = {"service": {"name": object_name(spec), "port": {"name": "http"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        **_head("networking.k8s.io/v1", "Ingress", object_name(spec), spec),
        "spec": {"rules": [{"host": host, "http": {"paths": [path]}}]},
    }


def replica_bounds(spec: ServiceSpec) -> tuple[int, int]:
    """Fewest and most replicas. An autoscaler of Kubernetes keeps at least one."""
    if spec.autoscaler is None:
        return spec.replicas, spec.replicas
    lowest = max(1, spec.autoscaler.min_replicas)
    return lowest, max(lowest, spec.autoscaler.max_replicas)


def owned_by(manifest: Manifest, owner: Manifest | None) -> Manifest:
    """The same object as a part of its Deployment: when that goes, by whatever hand, the rest goes too."""
    if owner is None:
        return manifest
    reference = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [reference]}}


def ownership(spec: ServiceSpec) -> dict[str, str]:
    """Labels without which an object is not this service's."""
    return {"app.kubernetes.io/managed-by": MANAGER, ID_LABEL: id_hash(spec.id)}


def _head(api_version: str, kind: str, name: str, spec: ServiceSpec) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "labels": _labels(spec)}}


def _labels(spec: ServiceSpec) -> dict[str, str]:
    return {
        **ownership(spec),
        "app.kubernetes.io/name": object_name(spec),
        "azuremlappname": spec.name,
        "isazuremlapp": "true",
        "type": "realtime",
        "webservicename": spec.name,
    }


def _pod(spec: ServiceSpec, bounds: Bounds) -> Manifest:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _GRACE,
        "imagePullSecrets": [{"name": spec.pull_secret}] if spec.pull_secret else [],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(spec, bounds)],
        "volumes": [
            {"name": "keys", "secret": {"secretName": keys_name(spec), "defaultMode": 0o440}},
            {"name": "tmp", "emptyDir": {"sizeLimit": bounds.tmp}},
        ],
    }


def _container(spec: ServiceSpec, bounds: Bounds) -> Manifest:
    environment = {**service_environment(spec), "MMS_KEYS_FILE": f"{_KEYS_FOLDER}/keys.json"}
    if spec.max_concurrent_requests:
        environment["WORKER_COUNT"] = str(spec.max_concurrent_requests)
    health = {"httpGet": {"path": "/", "port": "http"}, "timeoutSeconds": _PROBE_TIMEOUT}
    return {
        "name": "service",
        # The digest decides: a tag could be moved between two pods of one release.
        "image": f"{spec.image.location}@{spec.image.digest}",
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "env": [{"name": name, "value": value} for name, value in sorted(environment.items())],
        "resources": _resources(spec, bounds),
        "startupProbe": {**health, "periodSeconds": 1, "failureThreshold": _SLOWEST_INIT},
        "readinessProbe": {**health, "periodSeconds": 5},
        "livenessProbe": {**health, "periodSeconds": 20},
        "lifecycle": {"preStop": {"exec": {"command": ["python3", "-c", f"import time; time.sleep({_DRAIN})"]}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "keys", "mountPath": _KEYS_FOLDER, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }


def _resources(spec: ServiceSpec, bounds: Bounds) -> Manifest:
    """What the service asked for, reserved and bounded; else what protocol 5.4 reserves, and the owner's bounds."""
    table = (("cpu", spec.cpu, DEFAULT_CPU, bounds.cpu), ("memory", spec.memory, DEFAULT_MEMORY, bounds.memory))
    return {
        "requests": {name: asked or _least(usual, limit) for name, asked, usual, limit in table},
        "limits": {name: asked or limit for name, asked, _usual, limit in table if asked or limit},
    }


def _least(usual: str, limit: str) -> str:
    return min(usual, limit, key=quantity) if limit else usual
