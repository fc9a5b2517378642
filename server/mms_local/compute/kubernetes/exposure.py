# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a Service answers that its cluster exposes: at a node's port, or at a load balancer."""

from __future__ import annotations

import asyncio

from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.failure import deployment_failed
from mms_local.compute.kubernetes.objects import Manifest
from mms_local.compute.kubernetes.rollout import WaitPolicy
from mms_local.core.ports import JobFailed

_CONNECT = 2  # seconds; a node that this machine may talk to answers at once
_OPENING = 30  # seconds in which the nodes of a busy cluster open a new port
_ADDRESS_TYPES = ("ExternalIP", "InternalIP")


async def node_port_url(cluster: Cluster, name: str, waits: WaitPolicy) -> str:
    """Base URL at the first node whose port this machine reaches.

    Raises:
        JobFailed: none of them, because of a firewall or because nodes have no address that is routed here.
    """
    service = await _existing(cluster, name)
    port = int(service["spec"]["ports"][0]["nodePort"])
    addresses = [address for node in await cluster.nodes() for address in node_addresses(node)]
    deadline = asyncio.get_running_loop().time() + _OPENING
    while addresses and asyncio.get_running_loop().time() < deadline:
        for address in addresses:
            if await _listens(address, port):
                return f"http://{_host(address)}:{port}"
        await asyncio.sleep(waits.poll)
    problem = f"No node answers at port {port}; tried {', '.join(addresses) or 'none, for no node has an address'}"
    raise _unreachable(problem, "Open the port, or let requests go through the API server (exposure 'proxy')")


async def load_balancer_url(cluster: Cluster, name: str, waits: WaitPolicy) -> str:
    """Base URL at the Service's load balancer, as soon as the cluster has made one.

    Raises:
        JobFailed: it did not make one in the time that a rollout may take.
    """
    deadline = asyncio.get_running_loop().time() + waits.rollout
    while True:
        service = await _existing(cluster, name)
        for entry in service.get("status", {}).get("loadBalancer", {}).get("ingress", []):
            return f"http://{_host(entry.get('ip') or entry['hostname'])}:80"
        if asyncio.get_running_loop().time() >= deadline:
            problem = f"The cluster gave the service no load balancer within {waits.rollout:g} s"
            raise _unreachable(problem, "Use a cluster that offers load balancers, or another exposure")
        await asyncio.sleep(waits.poll)


def node_addresses(node: Manifest) -> list[str]:
    """Addresses of a node, those for the outside first."""
    addresses = node.get("status", {}).get("addresses", [])
    return [entry["address"] for kind in _ADDRESS_TYPES for entry in addresses if entry["type"] == kind]


async def _existing(cluster: Cluster, name: str) -> Manifest:
    service = await cluster.read("Service", name)
    if service is None:
        raise _unreachable(f"Somebody deleted the Service {name}", "Deploy the service again")
    return service


async def _listens(address: str, port: int) -> bool:
    try:
        _unused, writer = await asyncio.wait_for(asyncio.open_connection(address, port), _CONNECT)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    return True


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _unreachable(problem: str, advice: str) -> JobFailed:
    return deployment_failed("EndpointNotReachable", f"{problem}. {advice}.", status=503)
