# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of services: of those that run, of releases that failed, and of those that were removed."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from api_client import GENERATIONS, Api, Generation
from core_world import CoreWorld

from mms_local.core.errors import LogNotFound
from mms_local.core.ports import JobFailed
from mms_local.core.world import KeptLog
from mms_local.store.logs import KeptLimits, LogFiles
from mms_local.testing import ServerProcess


class Printing:
    """Stands for what a compute can still read of a service."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def logs(self, service_id: str, tail: int) -> str:
        return "\n".join(self.text.splitlines()[-tail:])


def printing(world: CoreWorld, monkeypatch: pytest.MonkeyPatch, text: str) -> Printing:
    found = Printing(text)
    monkeypatch.setattr(world.compute, "logs", found.logs)
    return found


async def test_a_removed_service_leaves_its_log_by_name_and_by_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = CoreWorld(tmp_path)
    printing(world, monkeypatch, "one\ntwo\nthree")
    service, operation = world.service(await world.built_image())
    await world.end_of(operation)
    assert (await world.mms.service_logs.read(world.account, "svc", 2)).text == "two\nthree"

    await world.mms.services.delete(world.account, service.id)
    for reference in ("svc", service.id, service.id.replace("-", "").upper()):
        log = await world.mms.service_logs.read(world.account, reference, 2)
        assert (log.text, log.name, log.service_id) == ("two\nthree", "svc", service.id)
        assert log.removed is not None
    # They are kept over a restart.
    await world.crash()
    again = CoreWorld(tmp_path)
    assert (await again.mms.service_logs.read(again.account, "svc", 5)).text == "one\ntwo\nthree"


async def test_a_first_release_that_failed_leaves_what_it_printed(tmp_path: Path) -> None:
    world = CoreWorld(tmp_path)
    world.compute.error = JobFailed("KubernetesDeploymentFailed", "it does not start", output="Traceback\nValueError")
    service, operation = world.service(await world.built_image())
    await world.end_of(operation)
    assert (await world.mms.service_logs.read(world.account, "svc", 10)).text == "Traceback\nValueError\n"
    world.compute.error = None
    await world.mms.services.delete(world.account, service.id)
    assert (await world.mms.service_logs.read(world.account, "svc", 1)).text == "ValueError\n"


async def test_a_release_that_failed_is_told_from_the_one_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = CoreWorld(tmp_path)
    printing(world, monkeypatch, "the old one")
    image = await world.built_image()
    service, operation = world.service(image)
    await world.end_of(operation)
    world.compute.error = JobFailed("KubernetesDeploymentFailed", "it does not start", output="the new one")
    await world.end_of(world.mms.services.update(world.account, service.id, {"imageId": image})[1])
    text = (await world.mms.service_logs.read(world.account, "svc", 10)).text
    assert text == "the old one\n==> the release that failed <==\nthe new one\n"
    # A release that is good has nothing to do with it.
    world.compute.error = None
    await world.end_of(world.mms.services.update(world.account, service.id, {"imageId": image})[1])
    assert (await world.mms.service_logs.read(world.account, "svc", 10)).text == "the old one"


async def test_a_service_that_printed_nothing_tells_how_its_deployment_went(tmp_path: Path) -> None:
    world = CoreWorld(tmp_path)
    world.compute.error = JobFailed("KubernetesDeploymentFailed", "ImagePullBackOff: the registry refuses")
    _service, operation = world.service(await world.built_image())
    await world.end_of(operation)
    assert "the registry refuses" in (await world.mms.service_logs.read(world.account, "svc", 10)).text


async def test_a_cluster_that_is_away_does_not_keep_a_service_from_being_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = CoreWorld(tmp_path)

    async def away(service_id: str, tail: int) -> str:
        raise JobFailed("KubernetesDeploymentFailed", "The cluster cannot be reached.", status=503)

    service, operation = world.service(await world.built_image())
    await world.end_of(operation)
    monkeypatch.setattr(world.compute, "logs", away)
    await world.mms.services.delete(world.account, service.id)
    assert world.compute.removed == ["svc"]
    assert "cannot be reached" in (await world.mms.service_logs.read(world.account, "svc", 10)).text


async def test_what_never_was_has_no_log(tmp_path: Path) -> None:
    world = CoreWorld(tmp_path)
    with pytest.raises(LogNotFound, match=r"no service '\.\./x' in account"):
        await world.mms.service_logs.read(world.account, "../x", 10)


def kept(number: int, name: str = "svc", text: str = "text") -> KeptLog:
    return KeptLog(f"id-{number}", name, datetime.now(timezone.utc), text)


def test_logs_of_removed_services_are_kept_within_limits(tmp_path: Path) -> None:
    now = [1000.0]
    logs = LogFiles(tmp_path, KeptLimits(count=2, age=100, size=10), lambda: now[0])
    for number in range(3):
        logs.keep(1, kept(number, f"svc{number}", "0123456789" + str(number)))
        now[0] += 1
    assert logs.kept(1, "svc0") is None
    found = logs.kept(1, "id-2")
    assert found is not None
    assert found.text == "1234567892"
    assert logs.kept(2, "svc2") is None
    now[0] += 99
    assert logs.kept(1, "svc1") is None
    assert logs.kept(1, "svc2") is not None


def test_the_service_that_was_removed_last_is_meant_by_a_name(tmp_path: Path) -> None:
    now = [1000.0]
    logs = LogFiles(tmp_path, clock=lambda: now[0])
    for number, text in ((1, "older"), (2, "newer")):
        logs.keep(1, kept(number, text=text))
        now[0] += 1
    found, first = logs.kept(1, "svc"), logs.kept(1, "id-1")
    assert found is not None
    assert first is not None
    assert (found.text, first.text) == ("newer", "older")


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda one: one.marker)
def test_every_generation_reads_logs_of_services(server: ServerProcess, generation: Generation) -> None:
    api = Api(server.url, generation)
    image = api.new_image(api.new_manifest(api.new_model()["id"])["id"])
    service = api.new_service(image["id"])
    for name in ("iris", service["id"]):
        answer = api.call("GET", f"services/{name}/logs", params={"tail": "1"})
        assert answer.status_code == 200
        told = answer.json()
        assert told["content"] == "Nothing is started: the server runs with --compute none\n"
        assert (told["serviceId"], told["serviceName"], told["removedAt"]) == (service["id"], "iris", None)
    api.call("DELETE", f"services/{service['id']}")
    assert api.call("GET", "services/iris/logs").json()["removedAt"]
    for tail in ("0", "x", "-1", "²"):
        assert api.call("GET", "services/iris/logs", params={"tail": tail}).status_code == 400
    unknown = api.call("GET", "services/rose/logs")
    assert unknown.status_code == 404
    assert unknown.json()["details"][0]["code"] == "ServiceLogNotFound"
    stranger = Api(server.url, generation, name="another")
    assert stranger.call("GET", "services/iris/logs").status_code == 404
