# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Services: running web services, created, updated and deleted (protocol 2.1.5, 2.2.2)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.errors import Conflict, Invalid, Problem
from mms_local.core.jobs import Jobs
from mms_local.core.keys import ServiceSecrets
from mms_local.core.lookup import existing
from mms_local.core.ports import Keys
from mms_local.core.recipes import Recipe, add_image
from mms_local.core.resources import Deployment, Image, Job, Operation, Service, Settings, State
from mms_local.core.settings import changed
from mms_local.core.storage import Order, Page, Removal
from mms_local.core.world import World


@dataclass(frozen=True)
class NewService:
    """A service that is asked for. A `recipe` brings the image, which `settings` do not name then."""

    name: str
    settings: Settings
    compute_id: str | None = None
    compute_type: str | None = None
    kubeconfig: str | None = field(default=None, repr=False)
    primary_key: str | None = field(default=None, repr=False)
    secondary_key: str | None = field(default=None, repr=False)
    kept: Mapping[str, Any] = field(default_factory=dict)
    recipe: Recipe | None = None


class Services:
    """The services of all accounts."""

    def __init__(self, world: World, jobs: Jobs) -> None:
        self._world = world
        self._jobs = jobs
        self._secrets = ServiceSecrets(world.storage)

    def create(self, account: Account, fields: Mapping[str, Any]) -> tuple[Service, Operation]:
        """Accept a new service: once this returns, its deployment survives a crash of the server.

        Raises:
            Invalid: the image is unknown or not built.
            Conflict: there is a service of that name.
        """
        compute = fields.get("computeResource", {})
        with self._world.storage.transaction():
            self._demand_free_name(account, fields["name"])
            settings = _settings(fields, Settings(self.built_image(account, fields["imageId"]).id))
            kubeconfig = fields.get("kubeConfig")  # whoever received it has checked it
            new = NewService(fields["name"], settings, compute.get("id"), compute.get("type"), kubeconfig)
            service, operation = self._add(account, new)
        self._jobs.begin(operation)
        return service, operation

    def deploy(self, account: Account, new: NewService) -> tuple[Service, Operation]:
        """Accept a new service whose image is chosen or comes with it; see :meth:`create`.

        Raises:
            Invalid: the recipe of its image is wrong.
            Conflict: there is a service of that name.
        """
        with self._world.storage.transaction():
            self._demand_free_name(account, new.name)
            service, operation = self._add(account, new)
        self._jobs.begin(operation)
        return service, operation

    def change(
        self, account: Account, service_id: str, settings: Settings, kept: Mapping[str, Any], recipe: Recipe | None
    ) -> tuple[Service, Operation | None]:
        """Give a service other settings; without an operation where nothing has to be deployed for that.

        Raises:
            Invalid: the recipe of its image is wrong.
            NotFound: there is no such service.
        """
        storage = self._world.storage
        with storage.transaction():
            service = replace(self._find(account, service_id), kept=kept, updated=self._world.now())
            # What failed is deployed again, although it is asked for just the same.
            if recipe is None and settings == service.wanted and service.failure is None:
                storage.services.replace(service)
                return self._world.pacing.service(service), None
            operation_id = self._world.new_guid()
            if recipe is not None:
                image = add_image(self._world, account, recipe, operation_id, owner=service.id)
                settings = replace(settings, image_id=image.id)
            service = replace(
                service, wanted=settings, operation_id=operation_id, state=State.NOT_STARTED, failure=None
            )
            storage.services.replace(service)
            operation = self._accept(service, Job.UPDATE)
        self._jobs.begin(operation)
        return service, operation

    def _demand_free_name(self, account: Account, name: str) -> None:
        if self.named(account, name) is not None:
            raise Conflict(f"there is already a service named {name!r} in account {account.name.name}")

    def _add(self, account: Account, new: NewService) -> tuple[Service, Operation]:
        """Keep a new service and its operation; a part of the caller's transaction."""
        storage, now = self._world.storage, self._world.now()
        service_id, operation_id, settings = self._world.new_guid(), self._world.new_guid(), new.settings
        if new.recipe is not None:
            image = add_image(self._world, account, new.recipe, operation_id, owner=service_id)
            settings = replace(settings, image_id=image.id)
        service = Service(
            account=account.number,
            id=service_id,
            name=new.name,
            compute_id=new.compute_id,
            compute_type=new.compute_type,
            wanted=settings,
            created=now,
            updated=now,
            operation_id=operation_id,
            kept=new.kept,
        )
        self._secrets.create(service, new.kubeconfig, new.primary_key, new.secondary_key)
        storage.services.add(service)
        return service, self._accept(service, Job.CREATE)

    def update(self, account: Account, service_id: str, fields: Mapping[str, Any]) -> tuple[Service, Operation]:
        """Accept a change of a service. What the body leaves out stays; updates of one service run in order.

        Raises:
            Invalid: the image is unknown or not built.
            NotFound: there is no such service.
        """
        storage = self._world.storage
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

    def page(
        self,
        account: Account,
        filters: Mapping[str, str],
        after: int,
        limit: int | None,
        order: Order = Order.CREATED,
    ) -> Page[Service]:
        """Services, unless told otherwise in the order they were asked for."""
        page = self._world.storage.services.page(account.number, filters, after, limit, order)
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

    def key_of(self, service: Service) -> Keys:
        """The two keys of a service that is known."""
        return self._secrets.keys(service)

    async def regenerate_keys(
        self, account: Account, service_id: str, *, secondary: bool = False, value: str | None = None
    ) -> Keys:
        """Replace one key, by `value` or a new one. A running service takes it at once.

        Raises:
            NotFound: there is no such service.
        """
        service = self._find(account, service_id)
        keys, fresh = self._secrets.keys(service), value or secrets.token_hex(20)
        keys = replace(keys, secondary=fresh) if secondary else replace(keys, primary=fresh)
        self._secrets.set_keys(service, keys)
        await self._jobs.set_keys(service, keys)
        return keys

    async def regenerate_keys_later(
        self, account: Account, service_id: str, *, secondary: bool, value: str | None
    ) -> Operation:
        """Like :meth:`regenerate_keys`, for a caller who watches an operation; it has ended already.

        Raises:
            NotFound: there is no such service.
        """
        await self.regenerate_keys(account, service_id, secondary=secondary, value=value)
        now = self._world.now()
        operation = Operation(
            account.number,
            self._world.new_guid(),
            Job.KEYS,
            self._find(account, service_id).id,
            now,
            State.SUCCEEDED,
            now,
        )
        self._world.storage.operations.add(operation)
        return operation

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

    def built_image(self, account: Account, image_id: str) -> Image:
        """The image with that id, which must be built.

        Raises:
            Invalid: it is not there, or not built.
        """
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
        """The image that an update names, itself or by its manifest (protocol 2.1.5); None when it names none."""
        if "imageId" in fields:
            return self.built_image(account, fields["imageId"])
        if "manifestId" not in fields:
            return None
        images = self._world.storage.images.page(account.number, {"manifestId": fields["manifestId"]}).items
        built = [image for image in images if self._world.pacing.image(image).state is State.SUCCEEDED]
        if not built:
            raise Invalid(Problem("manifestId", f"no image was built from manifest {fields['manifestId']!r}"))
        return built[-1]


def _settings(fields: Mapping[str, Any], before: Settings) -> Settings:
    """The settings after a create or an update; `before` holds what the body leaves out."""
    after = changed(before, fields)
    if after.scaling is None or not after.scaling.enabled:
        return after
    if "numReplicas" in fields:
        raise Invalid(
            Problem("numReplicas", "cannot be set together with an enabled autoScaler; leave one of them out")
        )
    return replace(after, replicas=None)
