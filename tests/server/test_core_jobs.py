# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: from accepted to ended, over failures, defects, deletions and restarts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from api_client import CLUSTER, KUBECONFIG
from core_world import CoreWorld

from mms_local.core.accounts import ArmName, ClusterAccess
from mms_local.core.errors import InUse
from mms_local.core.generation import Generation
from mms_local.core.jobs import ATTEMPTS, BUILDS_AT_ONCE
from mms_local.core.ports import AutoScaler, JobFailed, Log, Phase, Registry, ServiceSpec
from mms_local.core.resources import Operation, State


@pytest.fixture
def core(tmp_path: Path) -> CoreWorld:
    return CoreWorld(tmp_path)


async def test_a_build_gets_everything_that_the_image_is_made_of(core: CoreWorld) -> None:
    image, operation = core.image()
    assert (operation.state, image.state) == (State.NOT_STARTED, State.NOT_STARTED)
    await core.end_of(operation)
    (spec,) = core.builder.specs
    assert (spec.id, spec.name, spec.version, spec.driver) == (image.id, "i", 1, "score.py")
    assert spec.pip_requirements == "https://x.invalid/p"
    assert [(model.name, model.version, model.url) for model in spec.models] == [("m", 1, "https://x.invalid/m")]
    assert [asset.id for asset in spec.assets] == ["score.py"]
    assert spec.registry is None


async def test_a_cluster_lends_its_secrets_to_builds_and_deployments(core: CoreWorld) -> None:
    name = ArmName.parse(CLUSTER.replace("resourcegroups", "resourceGroups").upper())
    assert name is not None
    registry = Registry("registry.invalid", "user", "password")
    core.mms.arm.set_access(name, ClusterAccess("the kubeconfig", "the-pull-secret", registry))
    image_id = await core.built_image()
    assert core.builder.specs[0].registry == registry
    await core.end_of(core.service(image_id)[1])
    (spec,) = core.compute.deployed
    assert (spec.kubeconfig, spec.pull_secret) == ("the kubeconfig", "the-pull-secret")


async def test_generation_hosting_account_brings_its_own_secrets(tmp_path: Path) -> None:
    core = CoreWorld(tmp_path, Generation.HOSTING)
    registry = {"user": "u", "location": "r.invalid", "password": "p"}
    image, operation = core.image(registryInfo=registry)
    await core.end_of(operation)
    assert core.builder.specs[0].registry == Registry("r.invalid", "u", "p")
    await core.end_of(core.service(image.id, kubeConfig=KUBECONFIG, acrImagePullSecret="pull")[1])
    assert (core.compute.deployed[0].kubeconfig, core.compute.deployed[0].pull_secret) == (KUBECONFIG, "pull")


@pytest.mark.parametrize(
    ("scaler", "expected"),
    [
        ({}, None),
        ({"autoscaleEnabled": False, "minReplicas": 3}, None),
        ({"minReplicas": 3}, None),
        ({"autoscaleEnabled": True}, AutoScaler(1, 10, 70, 1)),
        ({"autoscaleEnabled": True, "minReplicas": 5, "maxReplicas": 2}, AutoScaler(5, 5, 70, 1)),
        (
            {"autoscaleEnabled": True, "minReplicas": 0, "targetUtilization": 0},
            AutoScaler(0, 10, 0, 1),
        ),
    ],
)
async def test_a_maximum_below_the_minimum_is_ignored(
    core: CoreWorld, scaler: dict[str, object], expected: AutoScaler | None
) -> None:
    await core.end_of(core.service(await core.built_image(), autoScaler=scaler)[1])
    assert core.compute.deployed[0].autoscaler == expected
    assert core.compute.deployed[0].replicas == 1


async def test_no_replicas_are_no_replicas(core: CoreWorld) -> None:
    await core.end_of(core.service(await core.built_image(), numReplicas=0)[1])
    assert core.compute.deployed[0].replicas == 0


async def test_a_failure_is_recorded_with_its_details(core: CoreWorld) -> None:
    core.builder.error = JobFailed("Code", "message", status=502, details=(("a", "b"),))
    image, operation = core.image()
    ended = await core.end_of(operation)
    assert ended.state is State.FAILED
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.message, ended.failure.status) == ("Code", "message", 502)
    assert ended.failure.details == (("a", "b"),)
    assert core.mms.images.get(core.account, image.id).failure == ended.failure
    assert "Code: message" in core.mms.world.logs.tail("images", image.id)


async def test_a_defect_ends_the_operation_too(core: CoreWorld, caplog: pytest.LogCaptureFixture) -> None:
    core.builder.error = KeyError("oops")
    ended = await core.end_of(core.image()[1])
    assert ended.failure is not None
    assert (ended.state, ended.failure.code, ended.failure.status) == (State.FAILED, "InternalServerError", 500)
    assert "oops" not in ended.failure.message
    assert "oops" in caplog.text


async def test_two_builds_run_at_a_time(core: CoreWorld) -> None:
    core.builder.gate.clear()
    operations = [core.image()[1] for _round in range(5)]
    await asyncio.sleep(0.01)
    assert len(core.builder.specs) == 2
    core.builder.gate.set()
    for operation in operations:
        assert (await core.end_of(operation)).state is State.SUCCEEDED


async def test_a_restart_resumes_what_was_not_finished(core: CoreWorld, tmp_path: Path) -> None:
    image_id = await core.built_image()
    core.builder.gate.clear()
    core.compute.gate.clear()
    running_build, waiting_build = core.image()[1], core.image()[1]
    deployment = core.service(image_id)[1]
    await asyncio.sleep(0.01)
    await core.crash()
    again = CoreWorld(tmp_path)
    assert again.mms.operations.read(again.account, deployment.id).state is State.RUNNING
    await again.mms.jobs.resume()
    for operation in (running_build, waiting_build, deployment):
        assert (await again.end_of(operation)).state is State.SUCCEEDED
    assert again.mms.services.get(again.account, deployment.resource_id).state is State.SUCCEEDED


@pytest.mark.security
async def test_a_job_that_takes_the_server_along_is_not_tried_for_ever(core: CoreWorld, tmp_path: Path) -> None:
    core.builder.gate.clear()
    deadly, waiting = core.image()[1], [core.image()[1] for _more in range(BUILDS_AT_ONCE)][-1]
    await asyncio.sleep(0.01)
    for _crash in range(ATTEMPTS - 1):
        await core.crash()
        core = CoreWorld(tmp_path)
        core.builder.gate.clear()
        await core.mms.jobs.resume()
        await asyncio.sleep(0.01)
        assert core.mms.operations.read(core.account, deadly.id).state is State.RUNNING
    await core.crash()
    core = CoreWorld(tmp_path)
    await core.mms.jobs.resume()
    ended = await core.end_of(deadly)
    assert ended.state is core.mms.images.get(core.account, deadly.resource_id).state is State.FAILED
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.status) == ("ServerEndedDuringJob", 500)
    assert (await core.end_of(waiting)).state is State.SUCCEEDED


async def test_stops_in_good_order_do_not_count(core: CoreWorld, tmp_path: Path) -> None:
    core.builder.gate.clear()
    operation = core.image()[1]
    for _stop in range(ATTEMPTS + 1):
        await asyncio.sleep(0.01)
        await core.mms.jobs.stop()
        core.database.close()
        core = CoreWorld(tmp_path)
        core.builder.gate.clear()
        await core.mms.jobs.resume()
    core.builder.gate.set()
    assert (await core.end_of(operation)).state is State.SUCCEEDED


async def test_a_restart_brings_back_what_ran_and_not_what_failed(core: CoreWorld, tmp_path: Path) -> None:
    image_id = await core.built_image()
    service, operation = core.service(image_id, numReplicas=3)
    await core.end_of(operation)
    core.compute.error = JobFailed("Code", "message")
    _unused, update = core.mms.services.update(core.account, service.id, {"numReplicas": 5})
    assert (await core.end_of(update)).state is State.FAILED
    operation = core.service(image_id, name="failed")[1]
    assert (await core.end_of(operation)).state is State.FAILED
    await core.crash()
    again = CoreWorld(tmp_path)
    await again.mms.jobs.resume()
    assert [(spec.name, spec.replicas) for spec in again.compute.started] == [("svc", 3)]
    assert again.compute.started[0].keys == again.mms.services.keys(again.account, service.id)


async def test_an_operation_that_is_accepted_while_resuming_runs_once(core: CoreWorld) -> None:
    core.builder.gate.clear()
    operation = core.image()[1]
    await asyncio.sleep(0.01)
    await core.mms.jobs.resume()
    await asyncio.sleep(0.01)
    core.builder.gate.set()
    await core.end_of(operation)
    assert len(core.builder.specs) == 1


async def test_a_deployment_expires_by_its_successor_and_not_before(core: CoreWorld) -> None:
    image_id = await core.built_image()
    core.compute.gate.clear()
    service, operation = core.service(image_id)
    updates = [core.mms.services.update(core.account, service.id, {"numReplicas": number})[1] for number in (2, 3)]
    await asyncio.sleep(0.01)

    def history() -> list[tuple[State, bool]]:
        return [(one.status, one.expired is None) for one in core.mms.deployments.all(core.account, {})]

    assert history() == [(State.RUNNING, True), (State.NOT_STARTED, True), (State.NOT_STARTED, True)]
    core.compute.gate.set()
    for one in (operation, *updates):
        await core.end_of(one)
    assert history() == [(State.SUCCEEDED, False), (State.SUCCEEDED, False), (State.SUCCEEDED, True)]
    assert [spec.replicas for spec in core.compute.deployed] == [1, 2, 3]


async def test_a_removal_that_fails_is_tried_again_at_the_next_start(core: CoreWorld, tmp_path: Path) -> None:
    image_id = await core.built_image()
    service, operation = core.service(image_id)
    await core.end_of(operation)
    core.compute.error = JobFailed("Unreachable", "the cluster does not answer")
    assert await core.mms.services.delete(core.account, service.id)
    with pytest.raises(InUse):
        await core.mms.images.delete(core.account, image_id)
    await core.crash()
    again = CoreWorld(tmp_path)
    await again.mms.jobs.resume()
    await asyncio.sleep(0.01)
    assert again.compute.removed == ["svc"]
    assert again.database.removals.everywhere() == ()
    assert again.database.secrets(f"service/{service.id}") == {}
    assert await again.mms.images.delete(again.account, image_id)
    assert again.builder.removed == [image_id]


async def test_a_watched_removal_ends_its_operation_over_a_restart(core: CoreWorld, tmp_path: Path) -> None:
    service, operation = core.service(await core.built_image())
    await core.end_of(operation)
    removal = core.mms.services.delete_later(core.account, service.name)
    assert removal is not None
    assert removal.state is State.RUNNING
    await core.crash()  # before the removal began
    again = CoreWorld(tmp_path)
    await again.mms.jobs.resume()
    assert (await again.end_of(removal)).state is State.SUCCEEDED
    assert again.compute.removed == ["svc"]
    assert again.builder.specs == []


@pytest.mark.parametrize(
    ("error", "code"), [(JobFailed("Unreachable", "no answer"), "Unreachable"), (KeyError(), "InternalServerError")]
)
async def test_a_watched_removal_that_fails_says_so(core: CoreWorld, error: Exception, code: str) -> None:
    service, operation = core.service(await core.built_image())
    await core.end_of(operation)
    core.compute.error = error
    removal = core.mms.services.delete_later(core.account, service.id)
    assert removal is not None
    ended = await core.end_of(removal)
    assert ended.failure is not None
    assert (ended.state, ended.failure.code) == (State.FAILED, code)
    assert core.mms.services.delete_later(core.account, service.id) is None


async def test_new_keys_go_to_a_running_service_only(core: CoreWorld) -> None:
    core.compute.gate.clear()
    service, operation = core.service(await core.built_image())
    await core.mms.services.regenerate_keys(core.account, service.id)
    assert core.compute.keys == []
    core.compute.gate.set()
    await core.end_of(operation)
    keys = await core.mms.services.regenerate_keys(core.account, service.id)
    assert core.compute.keys == [keys]


async def test_keys_that_change_while_a_service_is_deployed_reach_it(core: CoreWorld) -> None:
    core.compute.gate.clear()
    service, operation = core.service(await core.built_image())
    await asyncio.sleep(0.01)
    keys = await core.mms.services.regenerate_keys(core.account, service.id)
    core.compute.gate.set()
    await core.end_of(operation)
    assert core.compute.keys == [keys]


async def test_those_who_wait_see_what_goes_on(core: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    async def deploy(spec: ServiceSpec, log: Log) -> None:
        log("no phase")
        await asyncio.to_thread(log, Phase("Rolling out: 1 of 2 replicas"))
        await core.compute.gate.wait()

    monkeypatch.setattr(core.compute, "deploy", deploy)
    core.compute.gate.clear()
    service, accepted = core.service(await core.built_image())

    def seen() -> str | None:
        return core.mms.operations.read(core.account, accepted.id).phase

    assert seen() is None
    while seen() is None:
        await asyncio.sleep(0.01)
    assert seen() == "Rolling out: 1 of 2 replicas"
    core.compute.gate.set()
    assert (await core.end_of(accepted)).state is State.SUCCEEDED
    assert core.mms.world.logs.tail("services", service.id) == "no phase\nRolling out: 1 of 2 replicas\n"


async def test_an_image_that_a_service_runs_or_is_to_run_stays(core: CoreWorld) -> None:
    image_id, other_id = await core.built_image(), await core.built_image()
    core.compute.gate.clear()
    service, operation = core.service(image_id)
    with pytest.raises(InUse, match="svc"):
        await core.mms.images.delete(core.account, image_id)
    core.compute.gate.set()
    await core.end_of(operation)
    with pytest.raises(InUse, match="svc"):
        await core.mms.images.delete(core.account, image_id)
    assert core.mms.images.get(core.account, image_id).state is State.SUCCEEDED
    assert core.builder.removed == []
    core.compute.gate.clear()
    _service, update = core.mms.services.update(core.account, service.id, {"imageId": other_id})
    for one in (image_id, other_id):  # the old release still runs, the new one is about to
        with pytest.raises(InUse):
            await core.mms.images.delete(core.account, one)
    core.compute.gate.set()
    await core.end_of(update)
    assert await core.mms.images.delete(core.account, image_id)
    assert core.builder.removed == [image_id]


async def test_deleting_an_image_ends_its_build(core: CoreWorld) -> None:
    core.builder.gate.clear()
    image, operation = core.image()
    await asyncio.sleep(0.01)
    assert len(core.builder.specs) == 1
    assert await core.mms.images.delete(core.account, image.id)
    assert core.mms.operations.read(core.account, operation.id).state is State.CANCELLED
    assert tasks_of(operation) == []


async def test_deleting_a_service_ends_its_deployment(core: CoreWorld) -> None:
    core.compute.gate.clear()
    service, operation = core.service(await core.built_image())
    await asyncio.sleep(0.01)
    assert tasks_of(operation) != []
    await core.mms.services.delete(core.account, service.id)
    assert core.mms.operations.read(core.account, operation.id).state is State.CANCELLED
    assert tasks_of(operation) == []
    assert core.compute.removed == ["svc"]


async def test_deleting_a_service_for_those_who_do_not_wait_ends_its_deployment(core: CoreWorld) -> None:
    core.compute.gate.clear()
    service, operation = core.service(await core.built_image())
    await asyncio.sleep(0.01)
    deletion = core.mms.services.delete_later(core.account, service.id)
    assert deletion is not None
    assert (await core.end_of(deletion)).state is State.SUCCEEDED
    assert core.mms.operations.read(core.account, operation.id).state is State.CANCELLED
    assert tasks_of(operation) == []
    assert core.compute.removed == ["svc"]


async def test_what_is_cancelled_before_its_turn_never_begins(core: CoreWorld) -> None:
    image_id = await core.built_image()
    core.compute.gate.clear()
    service, first = core.service(image_id)
    second = core.mms.services.update(core.account, service.id, {"numReplicas": 2})[1]
    await asyncio.sleep(0.01)
    await core.mms.services.delete(core.account, service.id)
    core.compute.gate.set()
    await asyncio.sleep(0.01)
    for one in (first, second):
        assert core.mms.operations.read(core.account, one.id).state is State.CANCELLED
    assert [spec.replicas for spec in core.compute.deployed] == [1]


def tasks_of(operation: Operation) -> list[asyncio.Task[object]]:
    """What still works on an operation."""
    return [task for task in asyncio.all_tasks() if task.get_name() == f"operation {operation.id}"]
