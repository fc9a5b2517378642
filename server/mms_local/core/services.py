# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: running web services, created, updated and deleted (protocol 2.1.5, 2.2.2)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mms_local.core import inputs
from mms_local.core.accounts import Account
from mms_local.core.errors import Conflict, Invalid, Problem
from mms_local.core.fields import read
from mms_local.core.generation import Generation
from mms_local.core.jobs import Jobs
from mms_local.core.keys import ServiceSecrets
from mms_local.core.kubeconfig import check_kubeconfig
from mms_local.core.lookup import existing
from mms_local.core.ports import Keys
from mms_local.core.resources import Deployment, Image, Job, Operation, Scaling, Service, Settings, State
from mms_local.core.storage import Page, Removal
from mms_local.core.world import World


class Services:
    """The services of all accounts."""

    def __init__(self, world: World, jobs: Jobs) -> None:
        self._world = world
        self._jobs = jobs
        self._secrets = ServiceSecrets(world.storage)

    def create(self, account: Account, body: Any) -> tuple[Service, Operation]:
        """Accept a new service: once this returns, its deployment survives a crash of the server.

        Raises:
            Invalid: a field breaks a rule, or the image is unknown or not built.
            Conflict: there is a service of that name.
        """
        fields = read(inputs.SERVICE_CREATE[account.name.generation], body)
        kubeconfig = fields.get("kubeConfig")
        if kubeconfig is not None:
            check_kubeconfig(kubeconfig)
        storage, now = self._world.storage, self._world.now()
        with storage.transaction():
            if storage.services.latest(account.number, {"serviceName": fields["name"]}) is not None:
                raise Conflict(f"there is already a service named {fields['name']!r} in account {account.name.name}")
            settings = _settings(fields, Settings(self._built_image(account, fields["imageId"]).id))
            operation_id = self._world.new_guid()
            compute = fields.get("computeResource", {})
            service = Service(
                account=account.number,
                id=self._world.new_guid(),
                name=fields["name"],
                compute_id=compute.get("id"),
                compute_type=compute.get("type"),
                wanted=settings,
                created=now,
                updated=now,
                operation_id=operation_id,
            )
            self._secrets.create(service, kubeconfig)
            storage.services.add(service)
            operation = self._accept(service, Job.CREATE)
        self._jobs.begin(operation)
        return service, operation

    def update(self, account: Account, service_id: str, body: Any) -> tuple[Service, Operation]:
        """Accept a change of a service. What the body leaves out stays; updates of one service run in order.

        Raises:
            Invalid: a field breaks a rule, or the image is unknown or not built.
            NotFound: there is no such service.
        """
        storage = self._world.storage
        self.get(account, service_id)
        fields = read(inputs.SERVICE_UPDATE[account.name.generation], body)
        with storage.transaction():
            service = self._find(account, service_id)
            image = self._image_for_update(account, fields)
            before = service.wanted if image is None else replace(service.wanted, image_id=image.id)
            service = replace(
                service,
                wanted=_settings(fields, before),
                updated=self._world.now(),
                operation_id=self._world.new_guid(),
                state=State.NOT_STARTED,
                failure=None,
            )
            storage.services.replace(service)
            operation = self._accept(service, Job.UPDATE)
        self._jobs.begin(operation)
        return service, operation

    def page(self, account: Account, filters: Mapping[str, str], after: int, limit: int | None) -> Page[Service]:
        """Services in the order they were asked for."""
        page = self._world.storage.services.page(account.number, filters, after, limit)
        return Page(tuple(map(self._world.pacing.service, page.items)), page.last)

    def get(self, account: Account, service_id: str) -> Service:
        """The service with that id; it is there from the moment it was accepted (protocol 7.1.11).

        Raises:
            NotFound: there is none.
        """
        return self._world.pacing.service(self._find(account, service_id))

    def named(self, account: Account, name: str) -> Service | None:
        """The service with that name, if any."""
        return self._world.storage.services.latest(account.number, {"serviceName": name})

    async def delete(self, account: Account, id_or_name: str) -> bool:
        """Stop and forget the service; its unfinished operations end cancelled. False when there is none."""
        service = self._find_either(account, id_or_name)
        if service is None:
            return False
        await self._jobs.remove(*self._withdraw(service))
        return True

    def delete_later(self, account: Account, id_or_name: str) -> Operation | None:
        """Accept that the service is to be stopped; it is forgotten at once. None when there is none."""
        service = self._find_either(account, id_or_name)
        if service is None:
            return None
        operation = Operation(
            service.account, self._world.new_guid(), Job.DELETE, service.id, self._world.now(), State.RUNNING
        )
        self._jobs.begin_removal(operation, *self._withdraw(service, operation))
        return operation

    def _find_either(self, account: Account, id_or_name: str) -> Service | None:
        return self._world.storage.services.get(account.number, id_or_name) or self.named(account, id_or_name)

    def _withdraw(self, service: Service, operation: Operation | None = None) -> tuple[Removal, tuple[str, ...]]:
        """Take the service out of sight: the removal that is left to do, and the operations that it cancels."""
        storage, now = self._world.storage, self._world.now()
        with storage.transaction():
            cancelled = self._jobs.record_cancelled(service.account, service.id)
            for deployment in storage.deployments.page(service.account, {"serviceId": service.id, "open": "1"}).items:
                storage.deployments.replace(replace(deployment, expired=now))
            storage.services.delete(service)
            removal = Removal(service.account, service.id, service, operation.id if operation else None)
            storage.removals.add(removal)
            if operation is not None:
                storage.operations.add(operation)
        return removal, cancelled

    def keys(self, account: Account, service_id: str) -> Keys:
        """The two keys of the service.

        Raises:
            NotFound: there is no such service.
        """
        return self._secrets.keys(self._find(account, service_id))

    async def regenerate_keys(self, account: Account, service_id: str, body: Any) -> Keys:
        """Replace one key, the primary one unless `keyType` says otherwise. A running service takes it at once.

        Raises:
            Invalid: `keyType` is neither Primary nor Secondary.
            NotFound: there is no such service.
        """
        service = self._find(account, service_id)
        fields = {} if body is None else read(inputs.REGENERATE_KEYS, body)
        keys, fresh = self._secrets.keys(service), secrets.token_hex(20)
        secondary = fields.get("keyType") == "Secondary"
        keys = replace(keys, secondary=fresh) if secondary else replace(keys, primary=fresh)
        self._secrets.set_keys(service, keys)
        await self._jobs.set_keys(service, keys)
        return keys

    def _accept(self, service: Service, job: Job) -> Operation:
        storage = self._world.storage
        operation = Operation(
            service.account, service.operation_id, job, service.id, service.updated, settings=service.wanted
        )
        storage.operations.add(operation)
        storage.deployments.add(
            Deployment(
                account=service.account,
                id=self._world.new_guid(),
                service_id=service.id,
                service_name=service.name,
                image_id=service.wanted.image_id,
                operation_id=operation.id,
                status=State.NOT_STARTED,
                created=service.updated,
            )
        )
        return operation

    def _find(self, account: Account, service_id: str) -> Service:
        return existing(self._world.storage.services, account, "service", service_id)

    def _built_image(self, account: Account, image_id: str) -> Image:
        image = self._world.storage.images.get(account.number, image_id)
        if image is None:
            raise Invalid(Problem("imageId", f"there is no image {image_id!r} in this account"))
        state = self._world.pacing.image(image).state
        if state is not State.SUCCEEDED:
            raise Invalid(
                Problem("imageId", f"image {image.id} is {state.value}; a service needs one that is Succeeded")
            )
        return image

    def _image_for_update(self, account: Account, fields: Mapping[str, Any]) -> Image | None:
        """The image that an update names. Generation hosting-account takes a manifest instead (protocol 2.1.5)."""
        if "imageId" in fields:
            return self._built_image(account, fields["imageId"])
        if account.name.generation is Generation.ACCOUNT:
            return None
        if "manifestId" not in fields:
            raise Invalid(Problem("imageId", "is required, unless manifestId is given"))
        images = self._world.storage.images.page(account.number, {"manifestId": fields["manifestId"]}).items
        built = [image for image in images if self._world.pacing.image(image).state is State.SUCCEEDED]
        if not built:
            raise Invalid(Problem("manifestId", f"no image was built from manifest {fields['manifestId']!r}"))
        return built[-1]


def _settings(fields: Mapping[str, Any], before: Settings) -> Settings:
    """The settings after a create or an update; `before` holds what the body leaves out."""
    reservation = fields.get("containerResourceReservation", {})
    collection = {**before.data_collection, **fields.get("dataCollection", {})}
    scaling = _scaling(fields.get("autoScaler", {}), before.scaling)
    replicas = fields.get("numReplicas", before.replicas)
    if scaling is not None and scaling.enabled:
        if "numReplicas" in fields:
            raise Invalid(
                Problem("numReplicas", "cannot be set together with an enabled autoScaler; leave one of them out")
            )
        replicas = None
    return Settings(
        image_id=before.image_id,
        pull_secret=fields.get("acrImagePullSecret", before.pull_secret),
        replicas=replicas,
        scaling=scaling,
        cpu=reservation.get("cpu", before.cpu),
        memory=reservation.get("memory", before.memory),
        max_concurrent_requests=fields.get("maxConcurrentRequestsPerContainer", before.max_concurrent_requests),
        app_insights=fields.get("appInsightsEnabled", before.app_insights),
        data_collection=collection,
    )


def _scaling(fields: Mapping[str, Any], before: Scaling | None) -> Scaling | None:
    if not fields:
        return before
    before = before or Scaling()
    return Scaling(
        enabled=fields.get("autoscaleEnabled", before.enabled),
        min_replicas=fields.get("minReplicas", before.min_replicas),
        max_replicas=fields.get("maxReplicas", before.max_replicas),
        target_utilization=fields.get("targetUtilization", before.target_utilization),
        refresh_period=fields.get("refreshPeriodInSeconds", before.refresh_period),
    )
