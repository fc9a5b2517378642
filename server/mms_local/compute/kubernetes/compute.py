# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Services as Deployments in the user's own clusters. See server/docs/kubernetes-compute.md.

Each service brings the kubeconfig of its cluster, so the services of one server may live in many. Nothing about them is
kept here: the core says at start which ones ran, and what their cluster has is then corrected to what it should have.
From then on their objects are watched, and what somebody changes by hand is put right.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import cast

from mms_local.compute.kubernetes import objects
from mms_local.compute.kubernetes.caretaker import Caretaker, Unheard
from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.credentials import credentials
from mms_local.compute.kubernetes.drift import Made, changes
from mms_local.compute.kubernetes.exposure import load_balancer_url, node_port_url
from mms_local.compute.kubernetes.failure import ClusterUnreachable, deployment_failed
from mms_local.compute.kubernetes.objects import Exposure, Manifest
from mms_local.compute.kubernetes.relay import Relay
from mms_local.compute.kubernetes.rollout import DeploymentDeleted, Rollout, WaitPolicy, is_ready
from mms_local.compute.kubernetes.watch import PULL_SECRETS
from mms_local.config import Config
from mms_local.core.ports import JobFailed, Keys, Log, Phase, ServiceSpec, Upkeep

LOG = logging.getLogger(__name__)
_PULL_SECRET_TYPES = ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")
_KINDS = ("Deployment", "Service", "Secret", "HorizontalPodAutoscaler", "NetworkPolicy")  # and with some exposure more
_LOOKS_AT_KEYS = 15  # before it is left to the kubelets when pods take new keys
_LONGEST_PAUSE = 60.0  # seconds between two attempts to put a cluster right that cannot be reached


@dataclass(frozen=True)
class Settings:
    """How this server uses clusters.

    Attributes:
        exposure: how requests reach the pods from here.
        ingress_host: host name for `ingress`; `{name}` stands for the name of the service.
        kubeconfig: the cluster of services that bring none, as text.
        waits: how long to wait for what.
        bounds: what pods may take, and who may call them.
    """

    exposure: Exposure = "proxy"
    ingress_host: str = "{name}.localhost"
    kubeconfig: str | None = field(default=None, repr=False)
    waits: WaitPolicy = field(default_factory=WaitPolicy)
    bounds: objects.Bounds = field(default_factory=objects.Bounds)


class KubernetesCompute:
    """See :class:`mms_local.core.ports.Compute`. The pods outlive this server, and its restarts do not touch them."""

    def __init__(self, data_dir: Path, settings: Settings | None = None) -> None:
        if importlib.util.find_spec("kubernetes") is None:  # it is imported with the first call, but missed now
            raise ModuleNotFoundError("the extra 'kubernetes' is not installed", name="kubernetes")
        self._scratch = data_dir / "kubernetes"
        self._settings = settings or Settings()
        self._clusters: dict[str, Cluster] = {}  # by kubeconfig
        self._live: dict[str, ServiceSpec] = {}
        self._keys: dict[str, Keys] = {}  # they may change while a release is under way
        self._endpoints: dict[str, str] = {}
        self._repairs: dict[str, asyncio.Task[None]] = {}
        self._proofs: dict[str, asyncio.Task[None]] = {}  # that the pods of a repaired service come up
        self._relay = Relay()
        self._caretaker = Caretaker(self._put_right_soon)
        self._upkeep: Upkeep = Unheard()

    @classmethod
    def configured(cls, config: Config) -> KubernetesCompute:
        """As the flags of the server say.

        Raises:
            OSError: the kubeconfig cannot be read.
        """
        waits = WaitPolicy(rollout=config.kubernetes_rollout_timeout, scheduling=config.kubernetes_scheduling_timeout)
        settings = Settings(
            exposure=cast("Exposure", config.kubernetes_exposure),
            ingress_host=config.kubernetes_ingress_host,
            kubeconfig=config.kubeconfig.read_text(encoding="utf-8") if config.kubeconfig else None,
            waits=waits,
            bounds=objects.Bounds(
                config.kubernetes_cpu_limit,
                config.kubernetes_memory_limit,
                config.kubernetes_tmp_size,
                tuple(filter(None, (config.kubernetes_callers or "").split(","))),
            ),
        )
        return cls(config.data_dir, settings)

    def report_to(self, upkeep: Upkeep) -> None:
        """See `Compute.report_to`."""
        self._upkeep = upkeep

    async def start(self, specs: tuple[ServiceSpec, ...]) -> None:
        """Correct in the background what clusters have to what they should have. Waits for none of them."""
        for spec in specs:
            self._live[spec.id] = spec
            self._keys[spec.id] = spec.keys
            self._put_right_soon(spec)

    async def deploy(self, spec: ServiceSpec, log: Log) -> None:
        """See `Compute.deploy`. A release that does not come up is taken back before this raises."""
        cluster = self._cluster(spec)
        await _check_image(cluster, spec)  # should this fail, a repair that is under way goes on
        await self._end_repair(spec.id)
        self._caretaker.leave(spec.id)
        self._keys[spec.id] = spec.keys
        log(Phase(f"Deploying {objects.object_name(spec)} to namespace {cluster.namespace} of {cluster.server}"))
        try:
            await self._apply(spec)
            name, selector = objects.object_name(spec), objects.selector(spec.id)
            await Rollout(cluster, name, selector, log, self._settings.waits).finished()
            await self._open(spec)
        except JobFailed:
            await self._take_back(spec, log)
            raise
        self._live[spec.id] = spec
        await self._care_for(spec)
        log(f"Ready. Requests reach it at {self._endpoints[spec.id]}")

    async def remove(self, spec: ServiceSpec) -> None:
        """See `Compute.remove`. Pods finish the requests that they are at."""
        await self._end_repair(spec.id)
        await self._caretaker.forget(spec.id)
        await self._delete(spec)
        self._live.pop(spec.id, None)
        self._keys.pop(spec.id, None)

    async def set_keys(self, service_id: str, keys: Keys) -> None:
        """See `Compute.set_keys`. A cluster that is away gets them when it is back."""
        spec = self._live.get(service_id)
        if spec is None:
            return
        self._keys[service_id] = keys
        try:
            await self._hand_out_keys(spec)
        except ClusterUnreachable:
            await self._end_repair(service_id)
            self._put_right_soon(spec)

    async def endpoint(self, service_id: str) -> str | None:
        """See `Compute.endpoint`. The cluster chooses among the healthy replicas, request by request."""
        return self._endpoints.get(service_id)

    async def logs(self, service_id: str, tail: int) -> str:
        """See `Compute.logs`. One replica after the other."""
        spec = self._live.get(service_id)
        if spec is None:
            return ""
        cluster = self._cluster(spec)
        names = [pod["metadata"]["name"] for pod in await cluster.pods(objects.selector(service_id))]
        return "\n".join([f"==> {name} <==\n{await cluster.log(name, tail)}" for name in names])

    async def stop(self) -> None:
        """Let go of the clusters; the pods go on."""
        await self._caretaker.close()
        for service_id in [*self._repairs, *self._proofs]:
            await self._end_repair(service_id)
        await self._relay.close()
        for cluster in self._clusters.values():
            await cluster.close()

    def _cluster(self, spec: ServiceSpec) -> Cluster:
        kubeconfig = spec.kubeconfig or self._settings.kubeconfig
        if kubeconfig is None:
            raise deployment_failed(
                "KubeconfigMissing",
                f"Service {spec.name} came without a kubeconfig, and the server has no default one. Send kubeConfig"
                " with the service, register its cluster, or start the server with --kubeconfig.",
            )
        if kubeconfig not in self._clusters:
            self._clusters[kubeconfig] = Cluster(credentials(kubeconfig), self._scratch)
        return self._clusters[kubeconfig]

    async def _apply(self, spec: ServiceSpec) -> list[str]:
        """Make the objects of a service what they should be, in an order in which no pod waits for another object.

        Returns what about them was not so before.
        """
        cluster = self._cluster(spec)
        existing = await cluster.read("Deployment", objects.object_name(spec))
        found: list[str] = []
        await self._written(spec, self._keys_secret(spec), existing, found)
        owner = await self._written(
            spec, objects.deployment(spec, _replicas(spec, existing), self._settings.bounds), None, found
        )
        parts = [await self._written(spec, part, owner.applied, found) for part in self._parts(spec)]
        parts += await self._closed_off(spec, owner.applied, found)
        self._caretaker.expect(spec.id, [owner, *parts])
        present = {part["kind"] for part in self._parts(spec)}
        for kind in ("HorizontalPodAutoscaler", "Ingress"):
            if kind not in present:
                await cluster.remove(kind, objects.object_name(spec), objects.ownership(spec))
        return list(dict.fromkeys(found))

    async def _closed_off(self, spec: ServiceSpec, owner: Manifest, found: list[str]) -> list[Made]:
        """Write the NetworkPolicy; a service works without one where the right for it is missing."""
        try:
            return [
                await self._written(spec, objects.network_policy(spec, self._settings.bounds.callers), owner, found)
            ]
        except JobFailed as failed:
            if failed.details[0][0] != "KubernetesForbidden":
                raise
            LOG.warning("service %s has no NetworkPolicy: %s", spec.name, failed.message)
            return []

    async def _written(self, spec: ServiceSpec, part: Manifest, owner: Manifest | None, found: list[str]) -> Made:
        """Write one object, and add to `found` what was wrong with it."""
        cluster = self._cluster(spec)
        before = await cluster.read(part["kind"], part["metadata"]["name"])
        applied = await cluster.apply(objects.owned_by(part, owner))
        found += changes(part, before, applied, objects.replica_bounds(spec))
        return Made(part, applied)

    def _parts(self, spec: ServiceSpec) -> list[Manifest]:
        """What a service has besides its Deployment."""
        parts = [self._keys_secret(spec), objects.service(spec, self._settings.exposure)]
        autoscaler = objects.autoscaler(spec)
        if autoscaler is not None:
            parts.append(autoscaler)
        if self._settings.exposure == "ingress":
            parts.append(objects.ingress(spec, self._ingress_host(spec)))
        return parts

    async def _hand_out_keys(self, spec: ServiceSpec) -> None:
        """Write the Secret, and see to it that the pods take the keys; or give up, and leave it to their kubelets."""
        cluster = self._cluster(spec)
        deployment = await cluster.read("Deployment", objects.object_name(spec))
        manifest = self._keys_secret(spec)
        secret = await cluster.apply(objects.owned_by(manifest, deployment))
        self._caretaker.expect_also(spec.id, Made(manifest, secret))
        for look in range(_LOOKS_AT_KEYS):
            late = await self._pods_without_keys(spec)
            for pod in late:  # a kubelet looks at a Secret when its pod changes, else once a minute
                mark = f"{secret['metadata']['resourceVersion']}.{look}"
                await cluster.annotate_pod(pod, objects.KEYS_TOUCHED, mark)
            if not late:
                return
            await asyncio.sleep(self._settings.waits.poll)
        LOG.warning("service %s: its new keys will hold within two minutes", spec.name)

    async def _pods_without_keys(self, spec: ServiceSpec) -> list[str]:
        """Names of the pods that get requests and refuse a key."""
        cluster, keys = self._cluster(spec), self._keys[spec.id]
        ready = [pod["metadata"]["name"] for pod in await cluster.pods(objects.selector(spec.id)) if is_ready(pod)]
        return [
            pod
            for pod in ready
            if not (await cluster.takes_key(pod, keys.primary) and await cluster.takes_key(pod, keys.secondary))
        ]

    def _keys_secret(self, spec: ServiceSpec) -> Manifest:
        return objects.keys_secret(replace(spec, keys=self._keys[spec.id]))

    async def _delete(self, spec: ServiceSpec) -> None:
        self._relay.forget(objects.object_name(spec))
        self._endpoints.pop(spec.id, None)
        cluster = self._cluster(spec)
        for kind in ("Deployment", "Service", "HorizontalPodAutoscaler", "Ingress"):
            await cluster.remove(kind, objects.object_name(spec), objects.ownership(spec))
        await cluster.remove("Secret", objects.keys_name(spec), objects.ownership(spec))

    async def _open(self, spec: ServiceSpec) -> None:
        """Find out, or make it so, where requests from this machine reach the service."""
        self._endpoints[spec.id] = await self._reachable_at(spec)

    async def _reachable_at(self, spec: ServiceSpec) -> str:
        cluster, name = self._cluster(spec), objects.object_name(spec)
        if self._settings.exposure == "nodeport":
            return await node_port_url(cluster, name, self._settings.waits)
        if self._settings.exposure == "loadbalancer":
            return await load_balancer_url(cluster, name, self._settings.waits)
        if self._settings.exposure == "ingress":
            return f"http://{self._ingress_host(spec)}"
        return await self._relay.address(name, await cluster.proxy(name))

    def _ingress_host(self, spec: ServiceSpec) -> str:
        return self._settings.ingress_host.replace("{name}", spec.name)

    async def _bring_back(self, spec: ServiceSpec) -> None:
        await self._apply(spec)
        await self._hand_out_keys(spec)
        await self._open(spec)
        await self._care_for(spec)

    async def _care_for(self, spec: ServiceSpec) -> None:
        """Watch over a service from now on."""
        kinds: tuple[str, ...] = (*_KINDS, PULL_SECRETS)
        if self._settings.exposure == "ingress":
            kinds = (*kinds, "Ingress")
        await self._caretaker.watch(spec, self._cluster(spec), kinds)

    def _put_right_soon(self, spec: ServiceSpec) -> None:
        """Begin to put a service right, unless that is under way."""
        running = self._repairs.get(spec.id)
        if running is None or running.done():
            self._begin_repair(spec, partial(self._put_right, spec), self._upkeep.broken)

    async def _put_right(self, spec: ServiceSpec) -> None:
        """Make a service what it should be again, and say so if it was not; then see whether its pods come up."""
        cluster = self._cluster(spec)
        proof = self._proofs.pop(spec.id, None)
        if proof is not None:
            proof.cancel()  # it may be asking a pod that does not answer; nothing needs to wait for that
        await self._care_for(spec)
        try:
            await _check_image(cluster, spec)
        finally:  # whatever else is wrong with it, what can be put right is
            found = await self._apply(spec)
            if found:
                self._upkeep.repaired(spec.id, "; ".join(found))
        # In a task of its own: what is changed while pods come up is to be put right at once, too.
        self._proofs[spec.id] = asyncio.get_running_loop().create_task(self._prove(spec))

    async def _prove(self, spec: ServiceSpec) -> None:
        """See whether requests reach a service that was put right, and its pods take its keys and come up."""
        name, selector = objects.object_name(spec), objects.selector(spec.id)
        try:
            await self._open(spec)
            await self._hand_out_keys(spec)
            await Rollout(self._cluster(spec), name, selector, LOG.debug, self._settings.waits).finished()
        except ClusterUnreachable as outage:
            LOG.warning("service %s waits for its cluster: %s", spec.name, outage.message)
            self._caretaker.failed(spec.id)
        except DeploymentDeleted:
            LOG.info("service %s lost its Deployment again", spec.name)  # which the watch has noticed as well
        except JobFailed as failed:
            self._caretaker.failed(spec.id)
            self._upkeep.broken(spec.id, failed)
        else:
            self._caretaker.succeeded(spec.id)
            self._upkeep.whole(spec.id)

    async def _take_back(self, spec: ServiceSpec, log: Log) -> None:
        """Undo a release that failed: the one before it goes on, or nothing is left. Outlasts an outage."""
        previous = self._live.get(spec.id)
        log(Phase("Taking the release back" if previous else "Removing what was made for the service"))
        undo = partial(self._bring_back, previous) if previous else partial(self._delete, spec)
        try:
            await undo()
        except ClusterUnreachable as outage:
            log(f"{outage.message} This is tried again until it works.")
            self._begin_repair(spec, undo)
        except JobFailed as failed:
            log(f"That failed as well: {failed.message}")

    def _begin_repair(
        self,
        spec: ServiceSpec,
        repair: Callable[[], Awaitable[None]],
        broken: Callable[[str, JobFailed], None] | None = None,
    ) -> None:
        work = self._until_reachable(repair, spec, broken)
        self._repairs[spec.id] = asyncio.get_running_loop().create_task(work)

    async def _end_repair(self, service_id: str) -> None:
        for tasks in (self._repairs, self._proofs):
            task = tasks.pop(service_id, None)
            if task is not None:
                task.cancel()
                await asyncio.wait([task])

    async def _until_reachable(
        self,
        repair: Callable[[], Awaitable[None]],
        spec: ServiceSpec,
        broken: Callable[[str, JobFailed], None] | None,
    ) -> None:
        pause = self._settings.waits.poll
        while True:
            try:
                return await repair()
            except ClusterUnreachable as outage:
                LOG.warning("service %s waits for its cluster: %s", spec.name, outage.message)
            except JobFailed as failed:
                LOG.error("service %s cannot be put right: %s", spec.name, failed.message)
                if broken is not None:
                    self._caretaker.failed(spec.id)
                    broken(spec.id, failed)
                return None
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)


async def _check_image(cluster: Cluster, spec: ServiceSpec) -> None:
    """Find before anything is made what would only show as pods that cannot pull."""
    if spec.image.location.startswith("localhost/"):
        raise deployment_failed(
            "ImageNotInRegistry",
            f"Image {spec.image.location} is in no registry that the cluster could pull it from. Create the image with"
            " a registry (registryInfo, or the registry of the cluster resource).",
        )
    if spec.pull_secret is None:
        return
    which = f"{spec.pull_secret} in namespace {cluster.namespace} of {cluster.server}"
    secret = await cluster.read("Secret", spec.pull_secret)
    if secret is None:
        advice = "Create it first (module mms_pull_secret, or kubectl create secret docker-registry)"
        raise deployment_failed("ImagePullSecretNotFound", f"There is no image pull secret {which}. {advice}.")
    if secret.get("type") not in _PULL_SECRET_TYPES:
        problem = f"Secret {which} is of type {secret.get('type')}, which is no image pull secret."
        raise deployment_failed("ImagePullSecretInvalid", problem)


def _replicas(spec: ServiceSpec, existing: Manifest | None) -> int:
    """How many to ask for. Within the bounds of an autoscaler its last decision stands."""
    lowest, highest = objects.replica_bounds(spec)
    return min(max(existing["spec"]["replicas"] if existing else lowest, lowest), highest)
