# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the Kubernetes compute do: ask a service, and wait for what takes its time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from load import Load

from mms_local.compute.kubernetes.compute import KubernetesCompute
from mms_local.compute.kubernetes.rollout import WaitPolicy
from mms_local.core.ports import BuiltImage, Keys, ServiceSpec

Image = Callable[[str], BuiltImage]
WAITS = WaitPolicy(rollout=180, scheduling=5, outage=4)
KEYS = Keys("primary-key", "secondary-key")


async def answer(
    compute: KubernetesCompute, spec: ServiceSpec, key: str = KEYS.primary, path: str = "/score"
) -> tuple[int, Any]:
    """Status and JSON body of one request, as the front makes it."""
    url = await compute.endpoint(spec.id)
    assert url is not None
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request("POST" if path == "/score" else "GET", url + path, json=[]) as response,
    ):
        text = await response.text()
        return response.status, json.loads(text) if "json" in response.content_type else text


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 30) -> None:
    """Wait for something that takes its time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, f"{what}: not within {seconds:g} s"
        await asyncio.sleep(0.2)


async def load_on(compute: KubernetesCompute, spec: ServiceSpec) -> Load:
    """Requests without a pause, with the key that stays."""
    return Load(f"{await compute.endpoint(spec.id)}/score", KEYS.secondary)


async def allowed(compute: KubernetesCompute, spec: ServiceSpec, key: str) -> bool:
    """Whether the service takes a key."""
    return (await answer(compute, spec, key))[0] == 200


def async_true(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    """The same condition, looked at without holding up the event loop."""
    return lambda: asyncio.to_thread(condition)
