# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Watches a rollout to its end, and gives up early on one that cannot succeed (protocol 2.2.5)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.failure import CODE, ClusterUnreachable
from mms_local.compute.kubernetes.objects import Manifest
from mms_local.core.ports import JobFailed, Log, Phase

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_LOG_LINES = 40  # in the details of a failure
_OUTPUT_LINES = 2000  # kept of a container that will be taken away
_WORKER_KILLED = "Perhaps out of memory"  # gunicorn's words for a worker that was killed while the container lived on

# Reasons of a waiting container that do not go away by waiting, and what to do about them.
_HOPELESS = {
    "ImagePullBackOff": "Check the image and the credentials in the pull secret.",
    "InvalidImageName": "Check the location of the registry.",
    "ErrImageNeverPull": "Check the image.",
    "CrashLoopBackOff": "The container ends as soon as it starts; its log says why.",
    "CreateContainerConfigError": "Something that the container refers to is missing.",
    "CreateContainerError": "The node cannot create the container.",
    "RunContainerError": "The node cannot start the container.",
}


@dataclass(frozen=True)
class WaitPolicy:
    """How long to wait for what, in seconds.

    Attributes:
        rollout: for all replicas to be ready.
        scheduling: for a place on a node. Clusters that add nodes on demand need minutes.
        outage: for a cluster that stopped answering in between.
        poll: between two looks.
    """

    rollout: float = 600
    scheduling: float = 30
    outage: float = 20
    poll: float = 1


@dataclass(frozen=True)
class Trouble:
    """Why a rollout cannot succeed."""

    reason: str
    message: str
    pod: str | None = None
    restarted: bool = False  # the interesting log is that of the previous container


def is_complete(deployment: Manifest) -> bool:
    """Whether every replica runs the newest template and is ready, and no other is left."""
    status = deployment.get("status", {})
    if status.get("observedGeneration", 0) < deployment["metadata"]["generation"]:
        return False
    counts = {status.get(count, 0) for count in ("replicas", "updatedReplicas", "availableReplicas")}
    return counts == {deployment["spec"]["replicas"]}


def trouble_with_deployment(deployment: Manifest) -> Trouble | None:
    """Pods that could not even be made: a quota, an admission rule, a limit range."""
    for condition in _conditions(deployment, "ReplicaFailure", "True"):
        return Trouble(condition.get("reason", "FailedCreate"), condition.get("message", "Pods cannot be created."))
    return None


def trouble_with_pod(pod: Manifest, waited: float, waits: WaitPolicy) -> Trouble | None:
    """What keeps a pod from ever becoming ready, or None as long as there is hope."""
    name, status = pod["metadata"]["name"], pod.get("status", {})
    for condition in _conditions(pod, "PodScheduled", "False"):
        if condition.get("reason") == "Unschedulable" and waited >= waits.scheduling:
            return Trouble("Unschedulable", f"No node has room for it: {condition.get('message')}", name)
    if status.get("reason") == "Evicted":
        return Trouble("Evicted", f"The node threw the pod out: {status.get('message')}", name)
    troubles = (_trouble_with_container(container, name) for container in status.get("containerStatuses", []))
    return next((trouble for trouble in troubles if trouble is not None), None)


def _trouble_with_container(container: Manifest, pod: str) -> Trouble | None:
    restarted = container.get("restartCount", 0) > 0
    for state in (container.get("state", {}), container.get("lastState", {})):
        if state.get("terminated", {}).get("reason") == "OOMKilled":
            message = "The container used more memory than it may. Reserve more memory for the service."
            return Trouble("OOMKilled", message, pod, restarted)
    waiting = container.get("state", {}).get("waiting", {})
    reason = waiting.get("reason")
    if reason in _HOPELESS:
        return Trouble(reason, f"{waiting.get('message', reason)}. {_HOPELESS[reason]}", pod, restarted)
    return None


class DeploymentDeleted(JobFailed):
    """It is gone."""

    def __init__(self) -> None:
        message = "The service did not start: DeploymentDeleted. Somebody deleted the Deployment during its rollout."
        super().__init__(CODE, message, details=(("DeploymentDeleted", message),))


class Rollout:
    """The rollout of one Deployment."""

    def __init__(
        self,
        cluster: Cluster,
        deployment: str,
        selector: str,
        log: Log,
        waits: WaitPolicy,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._cluster = cluster
        self._name = deployment
        self._selector = selector
        self._log = log
        self._waits = waits
        self._clock = clock
        self._sleep = sleep
        self._said = ""

    async def finished(self) -> None:
        """Return when the rollout is complete.

        Raises:
            JobFailed: it cannot succeed, or took too long; with events and the log's tail in `details`.
        """
        started = heard = self._clock()
        while True:
            now = self._clock()
            try:
                deployment = await self._cluster.read("Deployment", self._name)
                if deployment is None:
                    raise DeploymentDeleted()
                if is_complete(deployment):
                    return
                trouble = await self._trouble(deployment, now - started)
                if trouble is None and now - started >= self._waits.rollout:
                    trouble = await self._too_slow(deployment)
                if trouble is not None:
                    raise await self._explained(trouble)
                self._report(deployment)
                heard = now
            except ClusterUnreachable:
                if now - heard >= self._waits.outage:
                    raise
            await self._sleep(self._waits.poll)

    async def _trouble(self, deployment: Manifest, waited: float) -> Trouble | None:
        trouble = trouble_with_deployment(deployment)
        if trouble is not None:
            return trouble
        for pod in await self._new_pods(deployment):
            trouble = trouble_with_pod(pod, waited, self._waits) or await self._killed_worker(pod)
            if trouble is not None:
                return trouble
        return None

    async def _new_pods(self, deployment: Manifest) -> list[Manifest]:
        """The pods of the newest template; those of the release before it are none of our business."""
        revision = _revision(deployment)
        for replica_set in await self._cluster.replica_sets(self._selector):
            if revision and _revision(replica_set) == revision:
                template = replica_set["metadata"]["labels"][_HASH]
                return await self._cluster.pods(f"{self._selector},{_HASH}={template}")
        return []

    async def _killed_worker(self, pod: Manifest) -> Trouble | None:
        """A worker that the kernel killed for its memory, in a container that lives on and tries again for ever."""
        name = pod["metadata"]["name"]
        if is_ready(pod) or pod.get("status", {}).get("phase") != "Running":
            return None
        if _WORKER_KILLED not in await self._cluster.log(name, _LOG_LINES):
            return None
        message = "A worker of the container used more memory than there is. Reserve more memory for the service."
        return Trouble("OOMKilled", message, name)

    async def _too_slow(self, deployment: Manifest) -> Trouble:
        waited = f"The service was not ready after {self._waits.rollout:g} s"
        for pod in await self._new_pods(deployment):
            if not is_ready(pod):
                phase = pod.get("status", {}).get("phase", "Unknown")
                return Trouble("RolloutTimeout", f"{waited}; its pod is {phase}.", pod["metadata"]["name"])
        return Trouble("RolloutTimeout", f"{waited}.")

    async def _explained(self, trouble: Trouble) -> JobFailed:
        """The trouble with the pod's warnings and the last lines of its log."""
        if trouble.pod is None:
            return _failed(trouble)
        log = await self._cluster.log(trouble.pod, _OUTPUT_LINES, previous=trouble.restarted)
        events = tuple(dict.fromkeys(await self._cluster.warnings(trouble.pod)))
        if trouble.reason == "ImagePullBackOff":  # the pod says that, the first event says why
            causes = [message for reason, message in events if reason == "Failed"]
            trouble = replace(trouble, message=" ".join([*causes[:1], _HOPELESS[trouble.reason]]))
        return _failed(trouble, log.strip(), events)

    def _report(self, deployment: Manifest) -> None:
        wanted, status = deployment["spec"]["replicas"], deployment.get("status", {})
        updated, ready = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
        said = f"Rolling out: {updated} of {wanted} replicas have the new release, {ready} are ready"
        if said != self._said:
            self._said = said
            self._log(Phase(said))


def _failed(trouble: Trouble, log: str = "", events: tuple[tuple[str, str], ...] = ()) -> JobFailed:
    where = f" (pod {trouble.pod})" if trouble.pod else ""
    message = f"The service did not start: {trouble.reason}{where}. {trouble.message}"
    tail = "\n".join(log.splitlines()[-_LOG_LINES:])
    first = f"{trouble.message}\n{tail}" if tail else trouble.message
    return JobFailed(CODE, message, details=((trouble.reason, first), *events), output=log)


def _conditions(manifest: Manifest, kind: str, status: str) -> list[Manifest]:
    conditions: list[Manifest] = manifest.get("status", {}).get("conditions", [])
    return [condition for condition in conditions if (condition["type"], condition["status"]) == (kind, status)]


def is_ready(pod: Manifest) -> bool:
    """Whether a pod gets requests."""
    return bool(_conditions(pod, "Ready", "True"))


def _revision(manifest: Manifest) -> str | None:
    annotations: dict[str, str] = manifest["metadata"].get("annotations", {})
    return annotations.get(_REVISION)
