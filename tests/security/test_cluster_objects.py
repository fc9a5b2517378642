# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service becomes in a cluster: admitted by Pod Security `restricted`, bounded, and closed to others.

Clusters before 1.23 cannot be asked what Pod Security says, so its published rules stand in `pod_security.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pod_security import offences

from mms_local.compute.kubernetes import objects
from mms_local.compute.kubernetes.objects import Bounds
from mms_local.core.ports import AutoScaler, BuiltImage, Keys, ServiceSpec

IMAGE = BuiltImage("image", "sha256:abc", "registry.example.org/iris:1", Path("/nowhere"))
SPEC = ServiceSpec(id="service-1", name="iris", image=IMAGE, keys=Keys("p", "s"), pull_secret="pull")
SPECS = {
    "plain": SPEC,
    "bounded": replace(SPEC, cpu="500m", memory="512Mi", max_concurrent_requests=4),
    "scaled": replace(SPEC, autoscaler=AutoScaler(1, 4)),
    "no pull secret": replace(SPEC, pull_secret=None),
}


def pod_of(spec: ServiceSpec) -> dict[str, Any]:
    found: dict[str, Any] = objects.deployment(spec, 1)["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_pods_are_admitted_by_pod_security_restricted(spec: ServiceSpec) -> None:
    assert list(offences(pod_of(spec))) == []


@pytest.mark.parametrize(
    ("damage", "offence"),
    [
        (lambda pod: pod.update(hostNetwork=True), "hostNetwork"),
        (lambda pod: pod["volumes"].append({"name": "host", "hostPath": {"path": "/"}}), "volume host"),
        (lambda pod: pod["securityContext"].pop("seccompProfile"), "seccompProfile"),
        (lambda pod: pod["securityContext"].pop("runAsNonRoot"), "runAsNonRoot"),
        (lambda pod: pod["containers"][0]["securityContext"].pop("capabilities"), "capabilities"),
        (lambda pod: pod["containers"][0].pop("securityContext"), "allowPrivilegeEscalation"),
        (lambda pod: pod["containers"][0]["ports"][0].update(hostPort=80), "hostPort"),
        (lambda pod: pod["containers"][0]["livenessProbe"]["httpGet"].update(host="10.0.0.1"), "host of a probe"),
    ],
)
def test_the_rules_find_what_is_not_admitted(damage: Callable[[dict[str, Any]], Any], offence: str) -> None:
    pod = copy.deepcopy(pod_of(SPEC))
    damage(pod)
    assert offence in list(offences(pod))


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_nothing_of_a_pod_grows_without_bounds(spec: ServiceSpec) -> None:
    pod = pod_of(spec)
    assert [volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume] == [{"sizeLimit": "2Gi"}]
    for container in pod["containers"]:
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False


def test_every_port_but_the_one_for_scoring_is_closed() -> None:
    policy = objects.network_policy(SPEC)["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= objects.ownership(SPEC).items()
    assert policy["policyTypes"] == ["Ingress"]
    assert policy["ingress"] == [{"ports": [{"port": objects.PORT, "protocol": "TCP"}]}]


def test_who_is_named_may_call_and_nobody_else() -> None:
    [rule] = objects.network_policy(SPEC, Bounds(callers=("ingress-nginx", "10.0.0.0/8")).callers)["spec"]["ingress"]
    assert rule["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}},
        {"ipBlock": {"cidr": "10.0.0.0/8"}},
    ]
