# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to a service in a cluster, and clusters that go away in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from cluster import Namespace
from compute_steps import KEYS, WAITS, Image, allowed, answer, async_true, until

from mms_local.compute.kubernetes.compute import KubernetesCompute, Settings
from mms_local.compute.kubernetes.objects import object_name
from mms_local.core.ports import JobFailed, Keys, ServiceSpec


class Cable:
    """A way to the API server that can be cut: TCP on loopback, passed on as it is, TLS and all."""

    def __init__(self, kubeconfig: str) -> None:
        self._config = json.loads(kubeconfig)
        url = urlsplit(self._config["clusters"][0]["cluster"]["server"])
        self._target = (url.hostname or "", url.port or 443)
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0
        self._server: asyncio.Server | None = None

    async def plug_in(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def pull_out(self) -> None:
        """End all connections, and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    @property
    def kubeconfig(self) -> str:
        """The kubeconfig by this way."""
        cluster = self._config["clusters"][0]["cluster"]
        through = {**cluster, "server": f"https://127.0.0.1:{self._port}", "tls-server-name": self._target[0]}
        return json.dumps({**self._config, "clusters": [{**self._config["clusters"][0], "cluster": through}]})

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._passed_on(reader, far_writer), self._passed_on(far_reader, writer))

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
            self._writers.discard(writer)


async def test_an_outage_ends_a_deployment_and_heals(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, image: Image
) -> None:
    cable = Cable(namespace.kubeconfig)
    await cable.plug_in()
    spec = replace(spec, kubeconfig=cable.kubeconfig)
    await compute.deploy(spec, print)

    second = asyncio.create_task(compute.deploy(replace(spec, image=image("two")), print))
    await asyncio.sleep(0.8)  # its template is in the cluster
    await cable.pull_out()
    with pytest.raises(JobFailed) as caught:
        await second
    assert (caught.value.status, caught.value.details[0][0]) == (503, "KubernetesUnreachable")
    assert "cannot be reached" in caught.value.message
    assert (await answer(compute, spec))[0] == 502
    with pytest.raises(JobFailed, match="cannot be reached"):
        await compute.deploy(replace(spec, image=image("two")), print)

    await cable.plug_in()

    async def old_release_is_back() -> bool:
        containers = namespace.get("deployment", object_name(spec))["spec"]["template"]["spec"]["containers"]
        return spec.image.digest in containers[0]["image"] and await answer(compute, spec) == (200, "one")

    await until(old_release_is_back, "the failed release is taken back", 120)
    await compute.deploy(replace(spec, image=image("two")), print)
    assert await answer(compute, spec) == (200, "two")
    await cable.pull_out()


async def test_keys_that_were_renewed_during_an_outage_hold_afterwards(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    cable = Cable(namespace.kubeconfig)
    await cable.plug_in()
    spec = replace(spec, kubeconfig=cable.kubeconfig)
    await compute.deploy(spec, print)
    await cable.pull_out()
    await compute.set_keys(spec.id, Keys("new-primary", KEYS.secondary))
    await cable.plug_in()
    await until(lambda: allowed(compute, spec, "new-primary"), "the new key holds", 150)
    assert not await allowed(compute, spec, KEYS.primary)
    await cable.pull_out()


async def test_a_node_port_is_found_on_a_node_that_can_be_reached(
    start: Callable[[Settings], KubernetesCompute], spec: ServiceSpec, namespace: Namespace
) -> None:
    compute = start(Settings(exposure="nodeport", waits=WAITS))
    await compute.deploy(spec, print)
    port = namespace.get("service", object_name(spec))["spec"]["ports"][0]["nodePort"]
    assert str(await compute.endpoint(spec.id)).endswith(f":{port}")
    assert await answer(compute, spec) == (200, "one")


async def test_a_load_balancer_is_waited_for(
    start: Callable[[Settings], KubernetesCompute], spec: ServiceSpec, namespace: Namespace
) -> None:
    compute = start(Settings(exposure="loadbalancer", waits=WAITS))
    deploying = asyncio.create_task(compute.deploy(spec, print))
    name = object_name(spec)
    await until(async_true(lambda: f"Service/{name}" in namespace.contents()), "the Service is made")
    assert namespace.get("service", name)["spec"]["type"] == "LoadBalancer"
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}  # as a cloud's controller would
    namespace.kubectl("patch", "service", name, "--subresource=status", "--type=merge", f"--patch={json.dumps(status)}")
    await deploying
    assert await compute.endpoint(spec.id) == "http://192.0.2.7:80"


async def test_a_cluster_without_load_balancers_is_told(
    start: Callable[[Settings], KubernetesCompute], spec: ServiceSpec
) -> None:
    compute = start(Settings(exposure="loadbalancer", waits=replace(WAITS, rollout=20)))
    with pytest.raises(JobFailed, match="no load balancer within 20 s"):
        await compute.deploy(spec, print)


async def test_an_ingress_leads_a_host_name_to_the_service(
    start: Callable[[Settings], KubernetesCompute], spec: ServiceSpec, namespace: Namespace
) -> None:
    compute = start(Settings(exposure="ingress", ingress_host="{name}.models.example.org", waits=WAITS))
    await compute.deploy(spec, print)
    [rule] = namespace.get("ingresses.v1.networking.k8s.io", object_name(spec))["spec"]["rules"]
    assert rule["host"] == "iris.v1.models.example.org"
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": object_name(spec), "port": {"name": "http"}}
    assert await compute.endpoint(spec.id) == "http://iris.v1.models.example.org"
    await start(Settings(waits=WAITS)).deploy(spec, print)
    assert namespace.items("ingresses") == []
