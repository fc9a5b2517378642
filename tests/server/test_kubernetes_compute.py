# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What releases do to a cluster, on one that keeps objects in memory and whose pods come up, or do not, at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from mms_local.compute.kubernetes import objects
from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.compute import KubernetesCompute, Settings
from mms_local.compute.kubernetes.failure import ClusterUnreachable
from mms_local.compute.kubernetes.rollout import WaitPolicy
from mms_local.core.ports import AutoScaler, BuiltImage, JobFailed, Keys, ServiceSpec

IMAGE = BuiltImage("image", "sha256:abc", "registry.example.org/iris:1", Path("/nowhere"))
SPEC = ServiceSpec(id="service-1", name="iris", image=IMAGE, keys=Keys("p", "s"), pull_secret="pull", kubeconfig="k")
NAME = objects.object_name(SPEC)
NEXT = replace(SPEC, image=replace(IMAGE, location="registry.example.org/iris:2"))


class MemoryCluster:
    """The part of a cluster that releases need. Pods of a template with an image named in `broken` crash."""

    namespace, server = "default", "https://cluster.invalid"

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], dict[str, Any]] = {
            ("Secret", "pull"): {"type": "kubernetes.io/dockerconfigjson", "metadata": {"name": "pull"}}
        }
        self.broken: set[str] = set()
        self.away = False
        self.taken = {"p", "s"}
        self.touched: list[str] = []

    async def read(self, kind: str, name: str) -> dict[str, Any] | None:
        self._answer()
        return self.objects.get((kind, name))

    async def apply(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self._answer()
        found = {**manifest, "metadata": {**manifest["metadata"], "generation": 1, "resourceVersion": "1", "uid": "u"}}
        if manifest["kind"] == "Deployment":
            number = manifest["spec"]["replicas"]
            ready = 0 if self._image(manifest) in self.broken else number
            found["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "1"}
            counts = {"replicas": number, "updatedReplicas": number, "availableReplicas": ready}
            found["status"] = {"observedGeneration": 1, **counts}
        self.objects[manifest["kind"], manifest["metadata"]["name"]] = found
        return found

    async def remove(self, kind: str, name: str, labels: dict[str, str]) -> None:
        self._answer()
        self.objects.pop((kind, name), None)

    async def replica_sets(self, selector: str) -> list[dict[str, Any]]:
        annotations = {"deployment.kubernetes.io/revision": "1"}
        return [{"metadata": {"annotations": annotations, "labels": {"pod-template-hash": "h"}}}]

    async def pods(self, selector: str) -> list[dict[str, Any]]:
        state = {"waiting": {"reason": "CrashLoopBackOff"}} if self.image in self.broken else {"running": {}}
        conditions = [] if self.image in self.broken else [{"type": "Ready", "status": "True"}]
        status = {"phase": "Running", "conditions": conditions, "containerStatuses": [{"state": state}]}
        return [{"metadata": {"name": "pod-1"}, "status": status}]

    async def warnings(self, object_name: str) -> list[tuple[str, str]]:
        return []

    async def log(self, pod: str, tail: int, *, previous: bool = False) -> str:
        return "Traceback"

    async def takes_key(self, pod: str, key: str) -> bool:
        return key in self.taken

    async def annotate_pod(self, pod: str, annotation: str, value: str) -> None:
        self.touched.append(pod)
        self.taken |= {"new-p", "new-s"}

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def image(self) -> str:
        """The image that the service runs."""
        return self._image(self.objects["Deployment", NAME])

    def _answer(self) -> None:
        if self.away:
            raise ClusterUnreachable(self.server, "refused")

    @staticmethod
    def _image(deployment: dict[str, Any]) -> str:
        image = str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
        return image.partition("@")[0]  # without the digest


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster()


@pytest.fixture
async def compute(
    cluster: MemoryCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[KubernetesCompute]:
    """A compute whose cluster is in memory, and which watches nothing."""

    async def watch(*care: object) -> None:
        """There are no watches in memory."""

    waits = WaitPolicy(rollout=5, scheduling=1, outage=0, poll=0)
    made = KubernetesCompute(tmp_path, Settings(exposure="ingress", waits=waits))
    monkeypatch.setattr(made._caretaker, "watch", watch)
    made._clusters["k"] = cast(Cluster, cluster)
    yield made
    await made.stop()


async def test_a_release_that_fails_leaves_the_one_before_it_running(
    compute: KubernetesCompute, cluster: MemoryCluster
) -> None:
    await compute.deploy(SPEC, print)
    cluster.broken.add(NEXT.image.location)
    with pytest.raises(JobFailed, match="CrashLoopBackOff"):
        await compute.deploy(NEXT, print)
    assert cluster.image == SPEC.image.location
    assert await compute.endpoint(SPEC.id) == "http://iris.localhost"


async def test_a_first_release_that_fails_leaves_nothing(compute: KubernetesCompute, cluster: MemoryCluster) -> None:
    before = set(cluster.objects)
    cluster.broken.add(SPEC.image.location)
    with pytest.raises(JobFailed, match="CrashLoopBackOff"):
        await compute.deploy(SPEC, print)
    kinds = {kind for kind, _name in set(cluster.objects) - before}
    assert kinds <= {"NetworkPolicy"}, "which the Deployment owns"
    assert await compute.endpoint(SPEC.id) is None


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        (None, "ImagePullSecretNotFound"),
        ({"type": "Opaque"}, "ImagePullSecretInvalid"),
        ({}, "ImagePullSecretInvalid"),
    ],
)
async def test_a_pull_secret_that_cannot_work_is_told_before_anything_is_made(
    compute: KubernetesCompute, cluster: MemoryCluster, secret: dict[str, Any] | None, reason: str
) -> None:
    cluster.objects = {} if secret is None else {("Secret", "pull"): secret}
    before = dict(cluster.objects)
    with pytest.raises(JobFailed) as caught:
        await compute.deploy(SPEC, print)
    assert caught.value.details[0][0] == reason
    assert cluster.objects == before


async def test_an_image_that_no_cluster_can_pull_is_told_before_anything_is_made(
    compute: KubernetesCompute, cluster: MemoryCluster
) -> None:
    before = dict(cluster.objects)
    local = replace(SPEC, image=replace(IMAGE, location="localhost/iris:1"))
    with pytest.raises(JobFailed, match="in no registry"):
        await compute.deploy(local, print)
    assert cluster.objects == before


@pytest.mark.parametrize(("decided", "kept"), [(4, 4), (1, 2), (9, 5)])
async def test_within_its_bounds_the_last_decision_of_an_autoscaler_outlives_a_release(
    compute: KubernetesCompute, cluster: MemoryCluster, decided: int, kept: int
) -> None:
    scaled = replace(SPEC, autoscaler=AutoScaler(2, 5, 70, 1))
    await compute.deploy(scaled, print)
    assert cluster.objects["Deployment", NAME]["spec"]["replicas"] == 2
    cluster.objects["Deployment", NAME]["spec"]["replicas"] = decided
    await compute.deploy(replace(NEXT, autoscaler=scaled.autoscaler), print)
    assert cluster.objects["Deployment", NAME]["spec"]["replicas"] == kept


async def test_an_autoscaler_that_is_not_wanted_any_more_goes(
    compute: KubernetesCompute, cluster: MemoryCluster
) -> None:
    await compute.deploy(replace(SPEC, autoscaler=AutoScaler(2, 5, 70, 1)), print)
    assert ("HorizontalPodAutoscaler", NAME) in cluster.objects
    await compute.deploy(SPEC, print)
    assert ("HorizontalPodAutoscaler", NAME) not in cluster.objects
    assert cluster.objects["Deployment", NAME]["spec"]["replicas"] == 1


async def test_pods_that_refuse_new_keys_are_made_to_look_at_them(
    compute: KubernetesCompute, cluster: MemoryCluster
) -> None:
    await compute.deploy(SPEC, print)
    await compute.set_keys(SPEC.id, Keys("new-p", "new-s"))
    assert cluster.touched == ["pod-1"]
    assert (
        cluster.objects["Secret", objects.keys_name(SPEC)]["data"]
        == (objects.keys_secret(replace(SPEC, keys=Keys("new-p", "new-s")))["data"])
    )


async def test_a_cluster_that_was_away_gets_new_keys_when_it_is_back(
    compute: KubernetesCompute, cluster: MemoryCluster
) -> None:
    await compute.deploy(SPEC, print)
    cluster.away = True
    await compute.set_keys(SPEC.id, Keys("new-p", "new-s"))
    cluster.away = False
    new = objects.keys_secret(replace(SPEC, keys=Keys("new-p", "new-s")))["data"]
    for _look in range(500):
        if cluster.objects["Secret", objects.keys_name(SPEC)]["data"] == new:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the new keys never came")


async def test_a_removed_service_leaves_nothing_but_what_is_not_ours(
    compute: KubernetesCompute, cluster: MemoryCluster
) -> None:
    await compute.deploy(SPEC, print)
    await compute.remove(SPEC)
    assert {kind for kind, _name in cluster.objects} <= {"Secret", "NetworkPolicy"}
    assert [name for kind, name in cluster.objects if kind == "Secret"] == ["pull"]
    assert await compute.endpoint(SPEC.id) is None
