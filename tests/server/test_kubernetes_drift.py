# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as drift, and when it is put right. No cluster needed."""

from __future__ import annotations

import asyncio
import copy
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web

from mms_local.compute.kubernetes import objects
from mms_local.compute.kubernetes.caretaker import Caretaker
from mms_local.compute.kubernetes.drift import Made, changes
from mms_local.compute.kubernetes.relay import Target
from mms_local.compute.kubernetes.watch import PULL_SECRETS, Watch
from mms_local.core.ports import BuiltImage, Keys, ServiceSpec

SPEC = ServiceSpec(
    id="service-1",
    name="iris",
    image=BuiltImage("i", "sha256:0", "registry.invalid/iris:1", Path("/nowhere")),
    keys=Keys("primary-key", "secondary-key"),
    memory="1024Mi",
    replicas=2,
    pull_secret="registry",
)
DEPLOYMENT = objects.deployment(SPEC, 2)
NAME = objects.object_name(SPEC)
FIXED = (2, 2)


def as_made() -> dict[str, Any]:
    """The Deployment as a cluster gives it back: with defaults, and quantities in its own way."""
    made = copy.deepcopy(DEPLOYMENT)
    made["status"] = {"replicas": 2}
    made["metadata"].update(uid="1", resourceVersion="7", annotations={"deployment.kubernetes.io/revision": "1"})
    made["spec"]["progressDeadlineSeconds"] = 600
    made["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] = "1Gi"
    del made["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    made["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"memory": "1Gi"}}
    return made


MADE = Made(DEPLOYMENT, as_made())


def container(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["spec"]["template"]["spec"]["containers"][0]
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one["spec"].update(replicas=5), "had 5 instead of 2 in spec.replicas"),
        (lambda one: container(one).update(image="evil"), "had 'evil' instead of 'registry.invalid/iris:1@sha256:0'"),
        (lambda one: one["spec"]["template"]["spec"].update(imagePullSecrets=[]), "imagePullSecrets[registry].name"),
        (lambda one: one["spec"]["template"]["spec"].update(volumes=None), "volumes[keys]"),
        (lambda one: one["metadata"]["labels"].pop("webservicename"), "in labels.webservicename"),
    ],
)
def test_a_change_of_what_was_asked_for_is_drift(change: Callable[[dict[str, Any]], object], told: str) -> None:
    found = as_made()
    change(found)
    assert MADE.differs(found, FIXED)
    [first, *_others] = changes(DEPLOYMENT, found, as_made(), FIXED)
    assert first.startswith(f"Deployment {NAME} had ")
    assert told in first


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["metadata"].update(resourceVersion="8", annotations={"team": "flowers"}),
        lambda one: one["metadata"]["labels"].update(team="flowers"),
        lambda one: one["spec"]["template"]["spec"]["containers"].append({"name": "sidecar", "image": "proxy"}),
        lambda one: one["spec"]["template"]["spec"]["imagePullSecrets"].append({"name": "theirs"}),
        lambda one: one.update(status={"replicas": 0}),
    ],
)
def test_what_others_add_is_theirs(change: Callable[[dict[str, Any]], object]) -> None:
    found = as_made()
    change(found)
    assert not MADE.differs(found, FIXED)


def test_between_its_bounds_an_autoscaler_decides() -> None:
    found = as_made()
    found["spec"]["replicas"] = 5
    assert not MADE.differs(found, (1, 5))
    found["spec"]["replicas"] = 0
    assert MADE.differs(found, (1, 5))


def test_what_is_gone_is_drift_and_no_key_is_told() -> None:
    keys = objects.keys_secret(SPEC)
    assert changes(keys, None, keys, FIXED) == [f"Secret {NAME}-keys was missing"]
    other = {**keys, "data": {"keys.json": "b3RoZXI="}}
    assert changes(keys, other, keys, FIXED) == [f"Secret {NAME}-keys had other content in data.keys.json"]


class ApiServer:
    """As much of an API server as a watch sees."""

    def __init__(self) -> None:
        self.objects: dict[str, list[dict[str, Any]]] = {"deployments": [as_made()], "secrets": []}
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.calls: list[str] = []
        self.asked_with: list[str] = []
        self.status = 200

    async def answer(self, request: web.Request) -> web.StreamResponse:
        plural = request.path.rpartition("/")[2]
        self.asked_with.append(request.headers.get("authorization", ""))
        self.calls.append(f"{plural} {'watch' if 'watch' in request.query else 'list'}")
        if self.status != 200:
            return web.json_response({"message": "no"}, status=self.status)
        if "watch" not in request.query:
            return web.json_response({"metadata": {"resourceVersion": "7"}, "items": self.objects[plural]})
        response = web.StreamResponse()
        await response.prepare(request)
        while plural == "deployments":
            line = json.dumps(await self.events.get()).encode() + b"\n"
            await response.write(line[:10])
            await response.write(line[10:])
        await asyncio.sleep(60)
        return response


@pytest.fixture
async def api() -> AsyncIterator[tuple[ApiServer, Target]]:
    server = ApiServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    yield server, Target(f"http://127.0.0.1:{port}", ssl.create_default_context(), {"authorization": "Bearer t"})
    await runner.cleanup()


async def eventually(true: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not true():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 10)


class OneCluster:
    """A cluster that only says where its API server is."""

    namespace = "default"

    def __init__(self, target: Target) -> None:
        self.target = target
        self.asked = 0

    async def api_server(self) -> Target:
        self.asked += 1
        return self.target


async def test_a_watch_lists_once_and_then_only_listens(api: tuple[ApiServer, Target]) -> None:
    server, target = api
    noticed: list[int] = []
    watch = Watch(OneCluster(target).api_server, "default", ("Deployment", PULL_SECRETS), lambda: noticed.append(1))
    await eventually(lambda: watch.knows("Deployment") and watch.knows(PULL_SECRETS) and len(server.calls) == 4)
    assert watch.find("Deployment", NAME) == as_made()
    changed = {**as_made(), "spec": {"replicas": 0}}
    await server.events.put({"type": "MODIFIED", "object": changed})
    await eventually(lambda: watch.find("Deployment", NAME) == changed)
    await server.events.put({"type": "DELETED", "object": changed})
    await eventually(lambda: watch.find("Deployment", NAME) is None)
    assert len(noticed) == 4
    assert sorted(server.calls) == ["deployments list", "deployments watch", "secrets list", "secrets watch"]
    await watch.close()


async def test_a_missing_right_is_said_and_not_asked_for_again_and_again(
    api: tuple[ApiServer, Target], caplog: pytest.LogCaptureFixture
) -> None:
    server, target = api
    server.status = 403
    watch = Watch(OneCluster(target).api_server, "default", ("Deployment",), lambda: None)
    await eventually(lambda: "Grant list and watch on deployments in namespace default" in caplog.text)
    assert not watch.knows("Deployment")
    assert server.calls == ["deployments list"]
    await watch.close()


@pytest.mark.parametrize("broken", [401, 500, "no list", "gone"])
async def test_a_cluster_that_does_not_answer_is_told_once_and_watched_again(
    api: tuple[ApiServer, Target], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, broken: int | str
) -> None:
    monkeypatch.setattr("mms_local.compute.kubernetes.watch._FIRST_PAUSE", 0.01)
    server, target = api
    whole = server.objects["deployments"]
    there = target
    if broken == "no list":
        server.objects["deployments"] = cast(Any, None)
    elif broken == "gone":
        there = replace(target, url="http://127.0.0.1:9")
    else:
        server.status = int(broken)
    cluster = OneCluster(there)
    watch = Watch(cluster.api_server, "default", ("Deployment", PULL_SECRETS), lambda: None)
    await eventually(lambda: cluster.asked >= 6)
    assert caplog.text.count("does not say what goes on in namespace default") == 1
    server.status, server.objects["deployments"], cluster.target = 200, whole, target
    await eventually(lambda: watch.find("Deployment", NAME) == as_made())
    await eventually(lambda: "says again what goes on in namespace default" in caplog.text)
    await watch.close()


async def test_a_watch_asks_with_the_credential_of_the_moment(
    api: tuple[ApiServer, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that was renewed meanwhile; the old one would be refused for ever."""
    monkeypatch.setattr("mms_local.compute.kubernetes.watch._FIRST_PAUSE", 0.01)
    server, target = api
    cluster = OneCluster(target)
    watch = Watch(cluster.api_server, "default", ("Deployment",), lambda: None)
    await eventually(lambda: "deployments watch" in server.calls)
    cluster.target = replace(target, headers={"authorization": "Bearer renewed"})
    await server.events.put({"type": "ERROR", "object": {"code": 410}})
    await eventually(lambda: server.asked_with[-1] == "Bearer renewed")
    await watch.close()


async def test_a_service_that_is_changed_again_and_again_gets_growing_pauses(
    api: tuple[ApiServer, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mms_local.compute.kubernetes.caretaker._SETTLING", 0.01)
    server, target = api
    now, repairs = [0.0], [0]

    def repair(spec: ServiceSpec) -> None:
        repairs[0] += 1

    caretaker = Caretaker(repair, lambda: now[0])
    caretaker.expect(SPEC.id, [MADE])
    server.objects["deployments"] = []
    cluster: Any = OneCluster(target)
    await caretaker.watch(SPEC, cluster, ("Deployment", PULL_SECRETS))
    await eventually(lambda: repairs == [1])
    for pause in (2, 4, 8, 10, 10):
        before = repairs[0]
        now[0] += pause - 0.5
        await asyncio.sleep(0.1)
        assert repairs == [before]
        now[0] += 0.6
        caretaker._look()
        assert repairs == [before + 1]
    caretaker.leave(SPEC.id)
    now[0] += 100
    caretaker._look()
    assert repairs == [6]
    await caretaker.close()
