# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Our objects in one cluster as they are just now: listed once, then one watch for each kind, which costs nothing while
nothing happens."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from mms_local.compute.kubernetes.objects import MANAGER, Manifest
from mms_local.compute.kubernetes.relay import Target
from mms_local.core.ports import JobFailed

LOG = logging.getLogger(__name__)

_WATCH = 300  # seconds until the API server ends a watch, and everything is listed again
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 20.0  # seconds until a cluster that did not answer is asked again
_FORBIDDEN_PAUSE = 300.0  # seconds until a right that was missing is asked for again
# What a cluster that is gone, or says something odd, comes to. A watch that ended would never notice anything again.
_BROKEN = (
    aiohttp.ClientError,
    asyncio.TimeoutError,
    JobFailed,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
_OURS = {"labelSelector": f"app.kubernetes.io/managed-by={MANAGER}"}


@dataclass(frozen=True)
class WatchedKind:
    """One kind of objects.

    Args:
        api: the path of its API group.
        plural: as the path calls it.
        selector: which of them.
    """

    api: str
    plural: str
    selector: dict[str, str]


PULL_SECRETS = "pull secrets"
KINDS = {
    "Deployment": WatchedKind("apis/apps/v1", "deployments", _OURS),
    "Service": WatchedKind("api/v1", "services", _OURS),
    "Secret": WatchedKind("api/v1", "secrets", _OURS),
    "HorizontalPodAutoscaler": WatchedKind("apis/autoscaling/v1", "horizontalpodautoscalers", _OURS),
    "Ingress": WatchedKind("apis/networking.k8s.io/v1", "ingresses", _OURS),
    "NetworkPolicy": WatchedKind("apis/networking.k8s.io/v1", "networkpolicies", _OURS),
    PULL_SECRETS: WatchedKind("api/v1", "secrets", {"fieldSelector": "type=kubernetes.io/dockerconfigjson"}),
}


class _NotAnswered(Exception):
    """The API server refused, or said something unexpected."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status


class Watch:
    """Follows the objects of some kinds in one namespace.

    A cluster that is gone leaves everything as it was seen last, and is asked again until it is back.

    Args:
        api_server: says where the API server is and how it is asked; called before each list, as credentials change.
        kinds: keys of :data:`KINDS`.
        changed: called after every change, and after every list.
    """

    def __init__(
        self,
        api_server: Callable[[], Awaitable[Target]],
        namespace: str,
        kinds: tuple[str, ...],
        changed: Callable[[], None],
    ) -> None:
        self._api_server = api_server
        self._namespace = namespace
        self._lost: set[str] = set()
        self._changed = changed
        self._objects: dict[str, dict[str, Manifest]] = {}
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=_WATCH + 30),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._tasks = [asyncio.create_task(self._follow(kind), name=f"watch of {kind}") for kind in kinds]

    def find(self, kind: str, name: str) -> Manifest | None:
        """An object as it was seen last."""
        return self._objects.get(kind, {}).get(name)

    def knows(self, kind: str) -> bool:
        """Whether the objects of that kind were listed at all."""
        return kind in self._objects

    async def close(self) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def _follow(self, kind: str) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                target = await self._api_server()
                version = await self._list(kind, target)
                pause = _FIRST_PAUSE
                self._found(kind)
                async for event in self._events(kind, target, version):
                    self._take(kind, event)
            except _NotAnswered as refusal:
                if refusal.status == 403:
                    LOG.warning(
                        "what changes the %s of services by hand is not noticed: %s. Grant list and watch on %s in "
                        "namespace %s",
                        *(kind, refusal, KINDS[kind].plural, self._namespace),
                    )
                    pause = _FORBIDDEN_PAUSE
                else:
                    self._lose(kind, str(refusal))
            except _BROKEN as error:
                self._lose(kind, type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, max(pause, _LONGEST_PAUSE))

    def _lose(self, kind: str, reason: str) -> None:
        """Say once that the cluster does not answer, however many kinds are watched and however often it is asked."""
        if not self._lost:
            LOG.warning(
                "the cluster does not say what goes on in namespace %s (%s); until it does, its services are left as "
                "they are",
                *(self._namespace, reason),
            )
        self._lost.add(kind)

    def _found(self, kind: str) -> None:
        if kind in self._lost:
            self._lost.remove(kind)
            if not self._lost:
                LOG.warning("the cluster says again what goes on in namespace %s", self._namespace)

    async def _list(self, kind: str, target: Target) -> str:
        async with self._get(kind, target, {}) as answer:
            if answer.status != 200:
                raise _NotAnswered(answer.status, await _message(answer))
            listed = await answer.json(content_type=None)
        self._objects[kind] = {item["metadata"]["name"]: _whole(kind, item) for item in listed["items"]}
        self._changed()
        return str(listed["metadata"]["resourceVersion"])

    async def _events(self, kind: str, target: Target, version: str) -> AsyncIterator[dict[str, Any]]:
        """What happened since, until the API server ends the watch or has forgotten how it was then."""
        query = {"watch": "true", "resourceVersion": version, "timeoutSeconds": str(_WATCH)}
        async with self._get(kind, target, query) as answer:
            if answer.status == 410:
                return
            if answer.status != 200:
                raise _NotAnswered(answer.status, await _message(answer))
            unfinished = b""
            async for chunk in answer.content.iter_any():
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        return
                    yield event

    def _take(self, kind: str, event: dict[str, Any]) -> None:
        if event["type"] == "BOOKMARK":
            return
        item = event["object"]
        name = item["metadata"]["name"]
        if event["type"] == "DELETED":
            self._objects[kind].pop(name, None)
        else:
            self._objects[kind][name] = _whole(kind, item)
        self._changed()

    def _get(self, kind: str, target: Target, query: dict[str, str]) -> Any:
        watched = KINDS[kind]
        path = f"{watched.api}/namespaces/{self._namespace}/{watched.plural}"
        url = f"{target.url}/{path}?{urlencode({**watched.selector, **query})}"
        return self._session.get(
            url,
            headers=dict(target.headers),
            ssl=target.tls,
            server_hostname=target.server_name,
            allow_redirects=False,
        )


def _whole(kind: str, item: Manifest) -> Manifest:
    """The object; of a pull secret, which is not ours, nothing but that it is there."""
    return {"kind": "Secret"} if kind == PULL_SECRETS else item


async def _message(answer: aiohttp.ClientResponse) -> str:
    try:
        return str((await answer.json(content_type=None))["message"])
    except (ValueError, KeyError, TypeError):
        return answer.reason or "no reason given"
