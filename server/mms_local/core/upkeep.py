# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of services between deployments: repairs stand in their history, and what stays broken has failed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from mms_local.core.ports import JobFailed
from mms_local.core.resources import Deployment, Failure, Job, Operation, Service, State
from mms_local.core.world import World

LOG = logging.getLogger(__name__)


class ServiceUpkeep:
    """Writes down what a compute reports; see :class:`~mms_local.core.ports.Upkeep`.

    A service that is being deployed is left alone: its deployment will say how it ended.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._storage = world.storage

    def repaired(self, service_id: str, what: str) -> None:
        service = self._deployed(service_id)
        if service is None or service.live is None:
            return
        LOG.warning("service %s was put right: %s", service.name, what)
        self._world.logs.append("services", service.id, f"Put right: {what}")
        with self._storage.transaction():
            operation = self._record(service, State.SUCCEEDED)
            self._expire(service, State.SUCCEEDED, operation.created)
            self._storage.deployments.add(
                Deployment(
                    account=service.account,
                    id=self._world.new_guid(),
                    service_id=service.id,
                    service_name=service.name,
                    image_id=service.live.image_id,
                    operation_id=operation.id,
                    status=State.SUCCEEDED,
                    created=operation.created,
                )
            )

    def broken(self, service_id: str, failure: JobFailed) -> None:
        service, reason = self._deployed(service_id), Failure.of(failure)
        if service is None or (service.state is State.FAILED and not self._broke(service)):
            return  # its last deployment failed, which is for the user to mend first
        if service.failure is not None and service.failure.message == reason.message:
            return  # as was said before
        LOG.error("service %s cannot be put right: %s", service.name, reason.message)
        self._world.logs.append("services", service.id, f"Cannot be put right: {reason.message}")
        with self._storage.transaction():
            operation = self._record(service, State.FAILED, reason)
            self._expire(service, State.FAILED, operation.created)
            changed = replace(service, state=State.FAILED, failure=reason, operation_id=operation.id)
            self._storage.services.replace(changed)

    def whole(self, service_id: str) -> None:
        service = self._deployed(service_id)
        if service is not None and self._broke(service):
            with self._storage.transaction():
                self._storage.services.replace(replace(service, state=State.SUCCEEDED, failure=None))
            self.repaired(service_id, "what had kept it from working is gone")

    def _deployed(self, service_id: str) -> Service | None:
        """The service, unless it is gone or being deployed."""
        found = next((one for one in self._storage.services.everywhere() if one.id == service_id), None)
        return found if found is not None and found.state.finished else None

    def _broke(self, service: Service) -> bool:
        """Whether it failed by itself, after a deployment that was good."""
        last = self._storage.operations.get(service.account, service.operation_id)
        return service.state is State.FAILED and last is not None and last.job is Job.REPAIR

    def _record(self, service: Service, state: State, failure: Failure | None = None) -> Operation:
        now = self._world.now()
        operation = Operation(
            service.account, self._world.new_guid(), Job.REPAIR, service.id, now, state, now, failure, service.live
        )
        self._storage.operations.add(operation)
        return operation

    def _expire(self, service: Service, status: State, now: datetime) -> None:
        """End the deployment that went on until now."""
        for one in self._storage.deployments.page(service.account, {"serviceId": service.id, "open": "1"}).items:
            if one.status is State.SUCCEEDED:
                self._storage.deployments.replace(replace(one, status=status, expired=now))
