# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When is a rollout complete, when is it hopeless, and how long is it given? No cluster needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.failure import ClusterUnreachable
from mms_local.compute.kubernetes.rollout import (
    Rollout,
    Trouble,
    WaitPolicy,
    is_complete,
    trouble_with_deployment,
    trouble_with_pod,
)
from mms_local.core.ports import JobFailed

WAITS = WaitPolicy(rollout=60, scheduling=10, outage=5, poll=1)


def deployment(
    *, replicas: int = 2, updated: int = 2, available: int = 2, total: int = 2, observed: int = 3, **status: Any
) -> dict[str, Any]:
    """A Deployment of two replicas, complete unless told otherwise."""
    counts = {"replicas": total, "updatedReplicas": updated, "availableReplicas": available}
    said = {name: value for name, value in counts.items() if value}  # Kubernetes leaves zeros out
    return {
        "metadata": {"generation": 3, "annotations": {"deployment.kubernetes.io/revision": "2"}},
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": observed, **said, **status},
    }


def pod(**status: Any) -> dict[str, Any]:
    """A pod in some state."""
    return {"metadata": {"name": "pod-1", "labels": {"pod-template-hash": "new"}}, "status": status}


def with_container(**status: Any) -> dict[str, Any]:
    """A running pod whose container is in some state."""
    return pod(phase="Running", containerStatuses=[{"name": "service", "restartCount": 0, **status}])


def unschedulable() -> dict[str, Any]:
    """A pod that finds no node."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no memory"}
    return pod(phase="Pending", conditions=[condition])


@pytest.mark.parametrize(
    ("state", "complete"),
    [
        (deployment(), True),
        (deployment(observed=2), False),
        (deployment(updated=1), False),
        (deployment(available=1), False),
        (deployment(total=3), False),
        (deployment(replicas=0, updated=0, available=0, total=0), True),
        (deployment(replicas=0), False),
        ({"metadata": {"generation": 1}, "spec": {"replicas": 1}}, False),
    ],
)
def test_a_rollout_is_complete_when_all_replicas_are_new_and_ready_and_no_other_is_left(
    state: dict[str, Any], complete: bool
) -> None:
    assert is_complete(state) is complete


@pytest.mark.parametrize(
    ("state", "reason", "restarted"),
    [
        (with_container(state={"waiting": {"reason": "CrashLoopBackOff"}}, restartCount=2), "CrashLoopBackOff", True),
        (with_container(state={"waiting": {"reason": "ImagePullBackOff", "message": "m"}}), "ImagePullBackOff", False),
        (with_container(state={"waiting": {"reason": "InvalidImageName"}}), "InvalidImageName", False),
        (with_container(state={"waiting": {"reason": "RunContainerError"}}), "RunContainerError", False),
        (with_container(state={"terminated": {"reason": "OOMKilled"}}), "OOMKilled", False),
        (
            with_container(state={"running": {}}, lastState={"terminated": {"reason": "OOMKilled"}}, restartCount=1),
            "OOMKilled",
            True,
        ),
        (pod(phase="Failed", reason="Evicted", message="disk full"), "Evicted", False),
        (unschedulable(), "Unschedulable", False),
    ],
)
def test_hopeless_pods_are_recognised(state: dict[str, Any], reason: str, restarted: bool) -> None:
    trouble = trouble_with_pod(state, 10, WAITS)
    assert trouble is not None
    assert (trouble.reason, trouble.pod, trouble.restarted) == (reason, "pod-1", restarted)


@pytest.mark.parametrize(
    "state",
    [
        pod(),
        with_container(state={"running": {}}),
        with_container(state={"waiting": {"reason": "ContainerCreating"}}),
        with_container(state={"waiting": {"reason": "ErrImagePull", "message": "a first failure may pass"}}),
        with_container(state={"terminated": {"reason": "Error"}}),
    ],
)
def test_pods_that_may_still_come_up_are_given_time(state: dict[str, Any]) -> None:
    assert trouble_with_pod(state, 10, WAITS) is None


def test_a_pod_may_wait_for_a_node_for_a_while() -> None:
    assert trouble_with_pod(unschedulable(), 9, WAITS) is None


def test_pods_that_cannot_even_be_made_are_told() -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    assert trouble_with_deployment(deployment(conditions=[condition])) == Trouble("FailedCreate", "exceeded quota")
    assert trouble_with_deployment(deployment()) is None


class FakeCluster:
    """A cluster that follows a script: one answer per look at the Deployment; an exception is raised."""

    def __init__(self, *looks: Any, pods: list[dict[str, Any]] | None = None, log: str = "") -> None:
        self._looks = list(looks)
        self._pods = pods or []
        self._log = log
        self.asked_for: list[str] = []

    async def read(self, kind: str, name: str) -> Any:
        look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        if isinstance(look, Exception):
            raise look
        return look

    async def replica_sets(self, selector: str) -> list[dict[str, Any]]:
        revision = "deployment.kubernetes.io/revision"
        return [
            {"metadata": {"annotations": {revision: str(number)}, "labels": {"pod-template-hash": name}}}
            for number, name in ((1, "old"), (2, "new"))
        ]

    async def pods(self, selector: str) -> list[dict[str, Any]]:
        self.asked_for.append(selector)
        return self._pods

    async def warnings(self, object_name: str) -> list[tuple[str, str]]:
        return [("Failed", "not found: 401"), ("BackOff", "backing off"), ("Failed", "not found: 401")]

    async def log(self, pod: str, tail: int, *, previous: bool = False) -> str:
        return self._log + (" of the container before" if previous else "")


@pytest.fixture
def rollout() -> Callable[[FakeCluster], Rollout]:
    """Makes rollouts whose time passes only while they sleep."""
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    def make(cluster: FakeCluster) -> Rollout:
        return Rollout(cast(Cluster, cluster), "d", "app=x", said.append, WAITS, lambda: now[0], sleep)

    said: list[str] = []
    return make


UNREACHABLE = ClusterUnreachable("https://c", "refused")
BUSY = deployment(updated=1, available=0)


async def test_a_rollout_ends_when_it_is_complete(rollout: Callable[[FakeCluster], Rollout]) -> None:
    cluster = FakeCluster(BUSY, BUSY, deployment())
    await rollout(cluster).finished()
    assert set(cluster.asked_for) == {"app=x,pod-template-hash=new"}, "pods of the old release are not looked at"


async def test_a_short_outage_is_sat_out(rollout: Callable[[FakeCluster], Rollout]) -> None:
    await rollout(FakeCluster(BUSY, UNREACHABLE, UNREACHABLE, BUSY, deployment())).finished()


async def test_a_long_outage_ends_it(rollout: Callable[[FakeCluster], Rollout]) -> None:
    with pytest.raises(ClusterUnreachable):
        await rollout(FakeCluster(BUSY, UNREACHABLE)).finished()


async def test_time_runs_out_at_last(rollout: Callable[[FakeCluster], Rollout]) -> None:
    with pytest.raises(JobFailed, match="not ready after 60 s; its pod is Pending") as caught:
        await rollout(FakeCluster(BUSY, pods=[pod(phase="Pending")])).finished()
    assert caught.value.details[0][0] == "RolloutTimeout"


async def test_a_deleted_deployment_ends_it(rollout: Callable[[FakeCluster], Rollout]) -> None:
    with pytest.raises(JobFailed, match="DeploymentDeleted"):
        await rollout(FakeCluster(BUSY, None)).finished()


async def test_the_failure_tells_log_and_events(rollout: Callable[[FakeCluster], Rollout]) -> None:
    crashing = with_container(state={"waiting": {"reason": "CrashLoopBackOff"}}, restartCount=1)
    with pytest.raises(JobFailed) as caught:
        await rollout(FakeCluster(BUSY, pods=[crashing], log="Traceback")).finished()
    (reason, message), *events = caught.value.details
    assert reason == "CrashLoopBackOff"
    assert message.endswith("\nTraceback of the container before")
    assert events == [("Failed", "not found: 401"), ("BackOff", "backing off")]


async def test_why_an_image_cannot_be_pulled_is_in_the_first_event(rollout: Callable[[FakeCluster], Rollout]) -> None:
    waiting = with_container(state={"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}})
    with pytest.raises(JobFailed, match="not found: 401 Check the image and the credentials"):
        await rollout(FakeCluster(BUSY, pods=[waiting])).finished()


async def test_a_worker_killed_for_its_memory_is_recognised_by_the_log(
    rollout: Callable[[FakeCluster], Rollout],
) -> None:
    log = "[ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?"
    with pytest.raises(JobFailed, match="OOMKilled"):
        await rollout(FakeCluster(BUSY, pods=[with_container(state={"running": {}})], log=log)).finished()
