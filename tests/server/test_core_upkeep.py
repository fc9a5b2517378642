# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written down of services that drift or crash between deployments."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_world import CoreWorld

from mms_local.core.ports import JobFailed
from mms_local.core.resources import Deployment, Service, State
from mms_local.core.upkeep import ServiceUpkeep

MISSING = JobFailed("KubernetesDeploymentFailed", "There is no image pull secret.", details=(("NotFound", "x"),))


@pytest.fixture
async def world(tmp_path: Path) -> CoreWorld:
    """A world with one service that runs."""
    world = CoreWorld(tmp_path)
    await world.end_of(world.service(await world.built_image())[1])
    return world


@pytest.fixture
def upkeep(world: CoreWorld) -> ServiceUpkeep:
    return ServiceUpkeep(world.mms.world)


def service(world: CoreWorld) -> Service:
    found = world.mms.services.named(world.account, "svc")
    assert found is not None
    return found


def history(world: CoreWorld) -> tuple[Deployment, ...]:
    return world.mms.deployments.all(world.account, {"serviceId": service(world).id})


def jobs(world: CoreWorld) -> list[str]:
    found = world.database.operations.page(world.account.number, {"resource": service(world).id}).items
    return [f"{one.job.value} {one.state.value}" for one in found]


async def test_a_repair_stands_in_the_history(world: CoreWorld, upkeep: ServiceUpkeep) -> None:
    upkeep.repaired(service(world).id, "Deployment mms-svc was deleted")
    assert service(world).state is State.SUCCEEDED
    first, second = history(world)
    assert first.expired == second.created
    assert second.expired is None
    assert first.image_id == second.image_id
    assert jobs(world) == ["services.create Succeeded", "services.repair Succeeded"]
    assert "Deployment mms-svc was deleted" in world.mms.world.logs.tail("services", service(world).id)


async def test_what_cannot_be_put_right_has_failed_and_says_so_once(world: CoreWorld, upkeep: ServiceUpkeep) -> None:
    for _time in range(3):
        upkeep.broken(service(world).id, MISSING)
    failed = service(world)
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert failed.failure.message == "There is no image pull secret."
    assert jobs(world) == ["services.create Succeeded", "services.repair Failed"]
    assert [one.status for one in history(world)] == [State.FAILED]

    upkeep.whole(failed.id)
    assert (service(world).state, service(world).failure) == (State.SUCCEEDED, None)
    assert [one.status for one in history(world)] == [State.FAILED, State.SUCCEEDED]
    upkeep.whole(failed.id)
    assert len(history(world)) == 2


async def test_an_update_that_failed_is_not_made_good_by_what_goes_on(world: CoreWorld, upkeep: ServiceUpkeep) -> None:
    world.compute.error = JobFailed("KubernetesDeploymentFailed", "the new release does not start")
    update = {"imageId": service(world).wanted.image_id}
    await world.end_of(world.mms.services.update(world.account, service(world).id, update)[1])
    upkeep.whole(service(world).id)
    upkeep.broken(service(world).id, MISSING)
    failure = service(world).failure
    assert failure is not None
    assert failure.message == "the new release does not start"


async def test_a_service_that_is_being_deployed_is_left_alone(world: CoreWorld, upkeep: ServiceUpkeep) -> None:
    world.compute.gate.clear()
    update = {"imageId": service(world).wanted.image_id}
    _service, operation = world.mms.services.update(world.account, service(world).id, update)
    upkeep.broken(service(world).id, MISSING)
    upkeep.repaired(service(world).id, "nothing")
    world.compute.gate.set()
    await world.end_of(operation)
    assert service(world).state is State.SUCCEEDED
    assert jobs(world) == ["services.create Succeeded", "services.update Succeeded"]


async def test_a_service_that_is_gone_is_nobodys_business(world: CoreWorld, upkeep: ServiceUpkeep) -> None:
    gone = service(world).id
    await world.mms.services.delete(world.account, gone)
    upkeep.repaired(gone, "x")
    upkeep.broken(gone, MISSING)
    upkeep.whole(gone)
