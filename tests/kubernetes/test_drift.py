# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody changes by hand in a real cluster is put right, and said."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cluster import PULL_SECRET, Namespace
from compute_steps import KEYS, Image, answer, async_true, until
from heard import Heard

from mms_local.compute.kubernetes.compute import KubernetesCompute
from mms_local.compute.kubernetes.objects import keys_name, object_name
from mms_local.core.ports import AutoScaler, Registry, ServiceSpec

LIMIT = 30  # seconds


@pytest.fixture
def heard(compute: KubernetesCompute) -> Heard:
    heard = Heard()
    compute.report_to(heard)
    return heard


def container(namespace: Namespace, spec: ServiceSpec) -> dict[str, Any]:
    found: dict[str, Any] = namespace.get("deployment", object_name(spec))["spec"]["template"]["spec"]
    return found


def patch(namespace: Namespace, kind: str, name: str, changes: dict[str, Any], how: str = "merge") -> None:
    namespace.kubectl("patch", kind, name, f"--type={how}", f"--patch={json.dumps(changes)}")


async def is_right(namespace: Namespace, spec: ServiceSpec, heard: Heard, repairs: int) -> None:
    """Wait until as many repairs were reported."""
    await until(async_true(lambda: len(heard.repairs) >= repairs), f"repair {repairs}, {vars(heard)}", LIMIT)


async def test_whatever_is_changed_by_hand_is_put_right(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, heard: Heard, image: Image
) -> None:
    name = object_name(spec)
    await compute.deploy(spec, print)

    namespace.kubectl("delete", "secret", keys_name(spec))
    await is_right(namespace, spec, heard, 1)
    assert namespace.get("secret", keys_name(spec))
    assert heard.repairs[-1] == f"Secret {keys_name(spec)} was missing"

    wrong = base64.b64encode(b'{"primary": "theirs", "secondary": "theirs"}').decode()
    patch(namespace, "secret", keys_name(spec), {"data": {"keys.json": wrong}})
    await is_right(namespace, spec, heard, 2)
    assert KEYS.primary not in str(heard.repairs)
    assert "theirs" not in str(heard.repairs)

    namespace.kubectl("delete", "service", name)
    await is_right(namespace, spec, heard, 3)
    assert heard.repairs[-1] == f"Service {name} was missing"

    namespace.kubectl("scale", "deployment", name, "--replicas=0")
    await is_right(namespace, spec, heard, 4)
    assert heard.repairs[-1] == f"Deployment {name} had 0 instead of 1 in spec.replicas"

    other = f"{image('two').location}@{image('two').digest}"
    namespace.kubectl("set", "image", f"deployment/{name}", f"service={other}")
    await is_right(namespace, spec, heard, 5)
    assert container(namespace, spec)["containers"][0]["image"] == f"{spec.image.location}@{spec.image.digest}"

    patch(namespace, "deployment", name, {"spec": {"template": {"spec": {"imagePullSecrets": []}}}})
    await is_right(namespace, spec, heard, 6)
    assert container(namespace, spec)["imagePullSecrets"] == [{"name": PULL_SECRET}]

    namespace.kubectl("delete", "deployment", name)
    await is_right(namespace, spec, heard, 7)
    assert f"Deployment {name} was missing" in heard.repairs[-1]

    async def answers() -> bool:
        return (await answer(compute, spec))[0] == 200

    await until(answers, "it answers again", 90)
    assert heard.failures == []
    assert await answer(compute, spec) == (200, "one")


async def test_what_belongs_to_an_autoscaler_or_to_others_is_left_alone(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, heard: Heard
) -> None:
    scaled, name = replace(spec, autoscaler=AutoScaler(1, 3)), object_name(spec)
    await compute.deploy(scaled, print)
    namespace.kubectl("scale", "deployment", name, "--replicas=2")
    namespace.kubectl("annotate", "deployment", name, "team=flowers")
    namespace.kubectl("label", "service", name, "team=flowers")
    # Whoever was to notice it would notice this, which comes later:
    patch(namespace, "hpa", name, {"spec": {"maxReplicas": 9}})
    await is_right(namespace, spec, heard, 1)
    assert heard.repairs == [f"HorizontalPodAutoscaler {name} had 9 instead of 3 in spec.maxReplicas"]
    assert namespace.get("deployment", name)["spec"]["replicas"] == 2
    assert namespace.get("service", name)["metadata"]["labels"]["team"] == "flowers"


async def test_what_cannot_be_put_right_is_said_until_it_can(
    compute: KubernetesCompute,
    spec: ServiceSpec,
    namespace: Namespace,
    heard: Heard,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mms_local.compute.kubernetes.caretaker._RETRY", 3)
    await compute.deploy(spec, print)
    # The watch knows of it only when it has seen it.
    await until(async_true(lambda: compute._caretaker._cares[spec.id].pull_secret), "the watches have begun", LIMIT)
    namespace.kubectl("delete", "secret", PULL_SECRET)
    await until(async_true(lambda: heard.failures != []), "the failure is reported", LIMIT)
    assert "There is no image pull secret" in heard.failures[0]
    recovered = heard.recoveries
    namespace.pull_secret(registry)
    await until(async_true(lambda: heard.recoveries > recovered), "the recovery is reported", LIMIT)


async def test_what_changed_while_the_server_was_away_is_put_right_and_said_when_it_starts(
    start: Callable[..., KubernetesCompute], compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    await compute.deploy(spec, print)
    await compute.stop()
    namespace.kubectl("scale", "deployment", object_name(spec), "--replicas=3")
    again, heard = start(compute._settings), Heard()
    again.report_to(heard)
    await again.start((spec,))
    await is_right(namespace, spec, heard, 1)
    assert heard.repairs == [f"Deployment {object_name(spec)} had 3 instead of 1 in spec.replicas"]


async def test_a_release_is_not_taken_for_drift(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, heard: Heard, image: Image
) -> None:
    await compute.deploy(spec, print)
    await compute.deploy(replace(spec, image=image("two"), replicas=2), print)
    await compute.remove(spec)
    assert heard.repairs == []
    assert heard.failures == []
