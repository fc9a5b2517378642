# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What jobs write down: each step of an operation and of the resource that it makes, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from mms_local.core.keys import ServiceSecrets
from mms_local.core.resources import Built, Failure, Image, Job, Operation, Service, State
from mms_local.core.storage import Removal
from mms_local.core.world import World


class Part(str, Enum):
    """Parts of an operation (protocol 2.3.8)."""

    BUILD = "BuildImage"
    DEPLOY = "DeployService"


class Records:
    """Moves operations, images, services and deployments from state to state, together."""

    def __init__(self, world: World) -> None:
        self._storage = world.storage
        self._now = world.now

    def build_started(self, operation: Operation) -> Image | None:
        """The image to build, now Running; None when the operation is not wanted any more."""
        with self._storage.transaction():
            image = self._storage.images.get(operation.account, operation.resource_id)
            if image is None or not self._run(operation):
                return None
            image = replace(image, state=State.RUNNING)
            self._storage.images.replace(image)
        return image

    def interrupted(self) -> None:
        """The server stops in good order: whatever is unfinished did not end it."""
        with self._storage.transaction():
            for operation in self._storage.operations.unfinished():
                self._storage.operations.replace(replace(operation, attempts=0))

    def phase(self, operation: Operation, phase: str) -> None:
        """What goes on just now."""
        current = self._storage.operations.get(operation.account, operation.id)
        if current is not None and not current.state.finished:
            self._storage.operations.replace(replace(current, phase=phase))

    def built(self, operation: Operation, built: Built) -> None:
        """The image is there."""
        with self._storage.transaction():
            self._end(operation, State.SUCCEEDED)
            image = self._storage.images.get(operation.account, operation.resource_id)
            if image is not None:
                self._storage.images.replace(replace(image, state=State.SUCCEEDED, built=built, failure=None))

    def enter(self, operation: Operation, part: Part) -> None:
        """A part of the operation begins."""
        current = self._storage.operations.get(operation.account, operation.id)
        if current is not None:
            self._storage.operations.replace(replace(current, part=part.value))

    def own_image_built(self, image: Image, built: Built) -> None:
        """The image that came with a service is there."""
        with self._storage.transaction():
            current = self._storage.images.get(image.account, image.id)
            if current is not None:
                self._storage.images.replace(replace(current, state=State.SUCCEEDED, built=built))

    def deployment_started(self, operation: Operation) -> Service | None:
        """The service to deploy, now Running; None when the operation is not wanted any more."""
        with self._storage.transaction():
            service = self._storage.services.get(operation.account, operation.resource_id)
            if service is None or not self._run(operation):
                return None
            return self._mirror(service, operation, State.RUNNING)

    def deployed(self, operation: Operation) -> None:
        """The service runs with the settings of the operation; the deployment before it expires."""
        with self._storage.transaction():
            self._end(operation, State.SUCCEEDED)
            service = self._storage.services.get(operation.account, operation.resource_id)
            if service is None:
                return
            service = self._mirror(service, operation, State.SUCCEEDED)
            self._storage.services.replace(replace(service, live=operation.settings))
            for other in self._storage.deployments.page(
                operation.account, {"serviceId": service.id, "open": "1"}
            ).items:
                if other.status is State.SUCCEEDED and other.operation_id != operation.id:
                    self._storage.deployments.replace(replace(other, expired=self._now()))

    def failed(self, operation: Operation, failure: Failure | None) -> None:
        """The operation ended badly; without a failure it was cancelled."""
        state = State.CANCELLED if failure is None else State.FAILED
        with self._storage.transaction():
            self._end(operation, state, failure)
            if operation.job is Job.BUILD:
                image = self._storage.images.get(operation.account, operation.resource_id)
                if image is not None:
                    self._storage.images.replace(replace(image, state=state, failure=failure))
            else:
                service = self._storage.services.get(operation.account, operation.resource_id)
                if service is not None:
                    self._mirror(service, operation, state, failure)

    def cancel(self, account: int, resource_id: str) -> tuple[str, ...]:
        """End the unfinished operations of a resource as Cancelled; gives their ids."""
        found = self._storage.operations.page(account, {"resource": resource_id, "open": "1"}).items
        for operation in found:
            self._end(operation, State.CANCELLED)
        return tuple(operation.id for operation in found)

    def removed(self, removal: Removal) -> None:
        """The compute let go of the service: nothing of it is left."""
        with self._storage.transaction():
            ServiceSecrets(self._storage).forget(removal.service)
            self._storage.removals.delete(removal)
            self._end_removal(removal, State.SUCCEEDED)

    def removal_failed(self, removal: Removal, failure: Failure) -> None:
        """The compute could not let go of the service now; the removal stays to be tried again."""
        self._end_removal(removal, State.FAILED, failure)

    def _end_removal(self, removal: Removal, state: State, failure: Failure | None = None) -> None:
        if removal.operation_id is None:
            return
        operation = self._storage.operations.get(removal.account, removal.operation_id)
        if operation is not None and not operation.state.finished:
            self._end(operation, state, failure)

    def _run(self, operation: Operation) -> bool:
        """Record that work began. False when the operation was cancelled meanwhile."""
        current = self._storage.operations.get(operation.account, operation.id)
        if current is None or current.state.finished:
            return False
        self._storage.operations.replace(replace(current, state=State.RUNNING, attempts=current.attempts + 1))
        return True

    def _end(self, operation: Operation, state: State, failure: Failure | None = None) -> None:
        current = self._storage.operations.get(operation.account, operation.id) or operation
        self._storage.operations.replace(replace(current, state=state, ended=self._now(), failure=failure))

    def _mirror(self, service: Service, operation: Operation, state: State, failure: Failure | None = None) -> Service:
        """Show the state on the deployment, and on the service if no later operation was accepted meanwhile."""
        if service.operation_id == operation.id:
            service = replace(service, state=state, failure=failure)
            self._storage.services.replace(service)
        for deployment in self._storage.deployments.page(
            operation.account, {"serviceId": service.id, "open": "1"}
        ).items:
            if deployment.operation_id == operation.id:
                ended = self._now() if state in (State.FAILED, State.CANCELLED) else None
                self._storage.deployments.replace(replace(deployment, status=state, expired=ended))
        return service
