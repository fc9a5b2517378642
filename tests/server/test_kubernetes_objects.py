# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service becomes in a cluster, and which kubeconfigs may lead there. No cluster needed."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms_local.compute.kubernetes import objects
from mms_local.compute.kubernetes.credentials import credentials
from mms_local.core.ports import AutoScaler, BuiltImage, JobFailed, Keys, ServiceSpec

IMAGE = BuiltImage("image", "sha256:abc", "registry.example.org/iris:1", Path("/nowhere"))
SPEC = ServiceSpec(id="service-1", name="iris", image=IMAGE, keys=Keys("p", "s"), pull_secret="pull")


def container(spec: ServiceSpec) -> dict[str, Any]:
    """The one container of a service."""
    [found] = objects.deployment(spec, 1)["spec"]["template"]["spec"]["containers"]
    return dict(found)


@given(
    name=st.from_regex(r"[a-z0-9]([a-z0-9.-]{1,30})[a-z0-9]", fullmatch=True),
    service_id=st.text(min_size=1, max_size=40),
)
def test_every_service_name_gives_names_that_kubernetes_takes(name: str, service_id: str) -> None:
    spec = replace(SPEC, name=name, id=service_id)
    for found in (objects.object_name(spec), objects.keys_name(spec)):
        assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])", found)


def test_services_of_the_same_name_are_told_apart() -> None:
    other = replace(SPEC, id="service-2")
    assert objects.object_name(SPEC) != objects.object_name(other)
    assert objects.selector(SPEC.id) != objects.selector(other.id)
    assert objects.object_name(SPEC).startswith("mms-iris-")


def test_equal_services_give_equal_objects() -> None:
    assert objects.deployment(SPEC, 2) == objects.deployment(replace(SPEC), 2)


def test_keys_alone_change_no_template() -> None:
    renewed = replace(SPEC, keys=Keys("new", "s"))
    assert objects.deployment(renewed, 1) == objects.deployment(SPEC, 1)
    content = json.loads(base64.b64decode(objects.keys_secret(renewed)["data"]["keys.json"]))
    assert content == {"primary": "new", "secondary": "s"}


@pytest.mark.parametrize(
    ("asked", "requests", "limits"),
    [
        ({}, {"cpu": "100m", "memory": "1024Mi"}, {"cpu": "2", "memory": "4Gi"}),
        ({"cpu": "3"}, {"cpu": "3", "memory": "1024Mi"}, {"cpu": "3", "memory": "4Gi"}),
        ({"cpu": "1", "memory": "2Gi"}, {"cpu": "1", "memory": "2Gi"}, {"cpu": "1", "memory": "2Gi"}),
    ],
)
def test_what_is_reserved_is_also_the_limit(
    asked: dict[str, Any], requests: dict[str, str], limits: dict[str, str]
) -> None:
    assert container(replace(SPEC, **asked))["resources"] == {"requests": requests, "limits": limits}


@pytest.mark.parametrize(
    ("bounds", "requests", "limits"),
    [
        (objects.Bounds(cpu="", memory=""), {"cpu": "100m", "memory": "1024Mi"}, {}),
        (
            objects.Bounds(cpu="50m", memory="512Mi"),
            {"cpu": "50m", "memory": "512Mi"},
            {"cpu": "50m", "memory": "512Mi"},
        ),
        (objects.Bounds(cpu="500m"), {"cpu": "100m", "memory": "1024Mi"}, {"cpu": "500m", "memory": "4Gi"}),
    ],
)
def test_the_owner_of_the_server_bounds_what_asks_for_nothing(
    bounds: objects.Bounds, requests: dict[str, str], limits: dict[str, str]
) -> None:
    [found] = objects.deployment(SPEC, 1, bounds)["spec"]["template"]["spec"]["containers"]
    assert found["resources"] == {"requests": requests, "limits": limits}


def test_the_container_learns_what_the_service_wants() -> None:
    spec = replace(SPEC, max_concurrent_requests=3, environment=(("AML_APP_INSIGHTS_ENABLED", "true"),))
    variables = {variable["name"]: variable["value"] for variable in container(spec)["env"]}
    assert variables["WORKER_COUNT"] == "3"
    assert variables["AML_APP_INSIGHTS_ENABLED"] == "true"
    assert variables["MMS_KEYS_FILE"] == "/run/mms/keys/keys.json"
    assert variables["SERVICE_PATH_PREFIX"] == "api/v1/service/iris"


def test_a_service_without_a_pull_secret_names_none() -> None:
    assert objects.deployment(replace(SPEC, pull_secret=None), 1)["spec"]["template"]["spec"]["imagePullSecrets"] == []


@pytest.mark.parametrize(
    ("scaler", "bounds"),
    [(AutoScaler(0, 4), (1, 4)), (AutoScaler(2, 1), (2, 2)), (AutoScaler(3, 9), (3, 9))],
)
def test_an_autoscaler_keeps_at_least_one_replica(scaler: AutoScaler, bounds: tuple[int, int]) -> None:
    spec = replace(SPEC, autoscaler=scaler)
    assert objects.replica_bounds(spec) == bounds
    made = objects.autoscaler(spec)
    assert made is not None
    assert (made["spec"]["minReplicas"], made["spec"]["maxReplicas"]) == bounds
    assert objects.autoscaler(SPEC) is None


@pytest.mark.parametrize(
    ("exposure", "kind"),
    [("proxy", "ClusterIP"), ("nodeport", "NodePort"), ("loadbalancer", "LoadBalancer"), ("ingress", "ClusterIP")],
)
def test_a_service_opens_no_more_than_it_should(exposure: objects.Exposure, kind: str) -> None:
    assert objects.service(SPEC, exposure)["spec"]["type"] == kind


KUBECONFIG: dict[str, Any] = {
    "current-context": "blue",
    "clusters": [{"name": "c", "cluster": {"server": "https://c"}}],
    "users": [{"name": "u", "user": {"token": "t0ken"}}],
    "contexts": [
        {"name": "blue", "context": {"cluster": "c", "user": "u", "namespace": "models"}},
        {"name": "other", "context": {"cluster": "c", "user": "elsewhere"}},
    ],
}


def with_user(**user: Any) -> str:
    """The kubeconfig of another user."""
    return json.dumps({**KUBECONFIG, "users": [{"name": "u", "user": user}]})


def test_only_the_current_context_of_a_kubeconfig_is_used() -> None:
    found = credentials(json.dumps(KUBECONFIG))
    assert (found.namespace, found.server) == ("models", "https://c")
    assert [len(found.config[part]) for part in ("clusters", "users", "contexts")] == [1, 1, 1]
    assert "t0ken" not in repr(found)


def test_acting_as_somebody_else_is_kept() -> None:
    assert credentials(with_user(token="t", **{"as": "ben"})).impersonated == (("Impersonate-User", "ben"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (with_user(exec={"command": "/bin/sh"}), "a program on the caller's machine (exec)"),
        (with_user(**{"auth-provider": {"name": "gcp"}}), "a program on the caller's machine (auth-provider)"),
        (with_user(**{"client-key": "/etc/shadow"}), "a file on the caller's machine (client-key)"),
        (with_user(tokenFile="/etc/passwd"), "a file on the caller's machine (tokenFile)"),
        (with_user(token="t0ken", **{"as": "a", "as-groups": ["b"]}), "as-groups"),
        (json.dumps({**KUBECONFIG, "current-context": "nowhere"}), "not complete"),
        (json.dumps({**KUBECONFIG, "current-context": "other"}), "not complete"),
        (json.dumps({**KUBECONFIG, "clusters": [{"name": "c", "cluster": {}}]}), "not complete"),
        ("users: [t0ken", "not complete"),
        ("just text", "not complete"),
        ("", "not complete"),
    ],
)
def test_a_kubeconfig_that_reaches_beyond_itself_is_refused(text: str, words: str) -> None:
    with pytest.raises(JobFailed) as caught:
        credentials(text)
    assert words in caught.value.message
    assert caught.value.details[0][0] == "KubeconfigNotUsable"
    assert "t0ken" not in caught.value.message
