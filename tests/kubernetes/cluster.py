# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as the tests see it: through kubectl, which is nobody's code of ours."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from mms_local.core.ports import Registry

VARIABLES = ("KUBECONFIG", "REGISTRY", "REGISTRY_USER", "REGISTRY_PASSWORD")
PULL_SECRET = "registry"
HOW = (
    "These tests need a Kubernetes cluster and a registry with a password that its pods can pull from. Set {missing}."
    " KUBECONFIG is the path of a kubeconfig, REGISTRY is host:port. A cluster for a while is enough: kind, k3d,"
    " minikube, or an AKS cluster with an Azure Container Registry. The user needs the rights to make namespaces and"
    " all that is in them. kubectl must be on PATH."
)
_KINDS = "deployments,replicasets,pods,services,secrets,horizontalpodautoscalers,ingresses,configmaps,networkpolicies"


def lacking() -> list[str]:
    """What keeps these tests from running: variables, or kubectl."""
    return [name for name in VARIABLES if not os.environ.get(name)] + ([] if shutil.which("kubectl") else ["PATH"])


def kubectl(*arguments: str, manifest: Any = None) -> str:
    """Run kubectl as the administrator that KUBECONFIG names."""
    done = subprocess.run(
        ["kubectl", "--request-timeout=30s", *arguments],
        input=json.dumps(manifest) if manifest else "",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


@dataclass(frozen=True)
class Namespace:
    """A namespace of a test's own.

    Attributes:
        kubeconfig: access to it, as one line, made by kubectl.
    """

    name: str
    kubeconfig: str = field(repr=False)

    def kubectl(self, *arguments: str, manifest: Any = None) -> str:
        """Run kubectl in this namespace."""
        return kubectl(f"--namespace={self.name}", *arguments, manifest=manifest)

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """An object of the namespace."""
        found: dict[str, Any] = json.loads(self.kubectl("get", kind, name, "--output=json"))
        return found

    def items(self, kinds: str) -> list[dict[str, Any]]:
        """Objects of the namespace, by their kinds in the plural."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kinds, "--output=json"))["items"]
        return found

    def contents(self) -> set[str]:
        """What is in the namespace, as `Kind/name`, without what every namespace gets by itself."""
        names = {f"{item['kind']}/{item['metadata']['name']}" for item in self.items(_KINDS)}
        return {name for name in names if not name.startswith(("Secret/default-token-", "ConfigMap/kube-root-ca"))}

    def with_user(self, **changes: Any) -> str:
        """The kubeconfig with something added to its user, such as `as`: what that user may, and no more."""
        config = json.loads(self.kubeconfig)
        config["users"][0]["user"].update(changes)
        return json.dumps(config)

    def with_role(self, rules: list[dict[str, Any]]) -> str:
        """The kubeconfig of somebody who may do this, and no more."""
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "mms"}}
        self.kubectl("create", "--filename=-", manifest={**role, "rules": rules})
        self.kubectl("create", "rolebinding", "mms", "--role=mms", "--user=deployer")
        return self.with_user(**{"as": "deployer"})

    def pull_secret(self, registry: Registry, name: str = PULL_SECRET) -> None:
        """Make a pull secret, without our own code."""
        login = base64.b64encode(f"{registry.user}:{registry.password}".encode()).decode()
        content = base64.b64encode(json.dumps({"auths": {registry.location: {"auth": login}}}).encode()).decode()
        self.kubectl(
            "create",
            "--filename=-",
            manifest={
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "kubernetes.io/dockerconfigjson",
                "metadata": {"name": name},
                "data": {".dockerconfigjson": content},
            },
        )


@contextmanager
def new_namespace() -> Iterator[Namespace]:
    """A namespace that is deleted at the end, with all that is in it."""
    name = f"mms-test-{uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    config = json.loads(kubectl("config", "view", "--raw", "--flatten", "--minify", "--output=json"))
    config["contexts"][0]["context"]["namespace"] = name
    try:
        yield Namespace(name, json.dumps(config))
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def eventually(true: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait for something that the cluster does in its own time.

    Raises:
        AssertionError: it did not happen.
    """
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.5)
