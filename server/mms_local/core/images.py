# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Images: built asynchronously from one manifest (protocol 2.1.4, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.errors import InUse, Invalid, Problem
from mms_local.core.jobs import Jobs
from mms_local.core.keys import image_owner
from mms_local.core.lookup import existing
from mms_local.core.recipes import Recipe, add_image, forget_image
from mms_local.core.resources import Image, Job, Operation
from mms_local.core.storage import Order, Page
from mms_local.core.world import World


class Images:
    """The images of all accounts."""

    def __init__(self, world: World, jobs: Jobs) -> None:
        self._world = world
        self._jobs = jobs

    def create(self, account: Account, fields: Mapping[str, Any]) -> tuple[Image, Operation]:
        """Accept an image: once this returns, the build survives a crash of the server.

        Raises:
            Invalid: there is no such manifest.
        """
        storage, now = self._world.storage, self._world.now()
        with storage.transaction():
            manifest = storage.manifests.get(account.number, fields["manifestId"])
            if manifest is None:
                raise Invalid(Problem("manifestId", f"there is no manifest {fields['manifestId']!r} in this account"))
            image_id = self._world.new_guid()
            name = fields.get("name", image_id)
            registry = fields.get("registryInfo", {})
            operation = Operation(account.number, self._world.new_guid(), Job.BUILD, image_id, now)
            image = Image(
                account=account.number,
                id=image_id,
                name=name,
                version=storage.next_version(account.number, "image", name),
                description=fields.get("description", ""),
                image_type=fields["imageType"],
                manifest_id=manifest.id,
                compute_id=fields.get("computeResourceId"),
                registry_location=registry.get("location"),
                registry_user=registry.get("user"),
                created=now,
                operation_id=operation.id,
            )
            storage.images.add(image)
            storage.operations.add(operation)
            if registry:
                storage.set_secrets(image_owner(image_id), {"registryPassword": registry["password"]})
        self._jobs.begin(operation)
        return image, operation

    def compose(
        self, account: Account, recipe: Recipe, description: str, kept: Mapping[str, Any]
    ) -> tuple[Image, Operation]:
        """Accept an image whose recipe comes with it.

        Raises:
            Invalid: a model is not registered here, or the driver is none of the assets.
        """
        storage, operation_id = self._world.storage, self._world.new_guid()
        with storage.transaction():
            image = add_image(self._world, account, recipe, operation_id, description=description, kept=kept)
            operation = Operation(account.number, operation_id, Job.BUILD, image.id, image.created)
            storage.operations.add(operation)
        self._jobs.begin(operation)
        return image, operation

    def describe(self, image: Image, kept: Mapping[str, Any]) -> Image:
        """Change what is only shown of an image."""
        image = replace(image, kept=kept, modified=self._world.now())
        self._world.storage.images.replace(image)
        return image

    def version(self, account: Account, name: str, version: str) -> Image | None:
        """The image with that name and version, if there is one that was asked for."""
        wanted = {"name": name, "version": version, "listed": "1"}
        image = self._world.storage.images.latest(account.number, wanted)
        return image and self._world.pacing.image(image)

    def page(
        self,
        account: Account,
        filters: Mapping[str, str],
        after: int,
        limit: int | None,
        order: Order = Order.CREATED,
    ) -> Page[Image]:
        """Images, unless told otherwise in the order they were asked for; without those of services' own."""
        page = self._world.storage.images.page(account.number, {**filters, "listed": "1"}, after, limit, order)
        return Page(tuple(map(self._world.pacing.image, page.items)), page.last)

    def get(self, account: Account, image_id: str) -> Image:
        """The image with that id; it is there from the moment it was accepted (protocol 7.1.11).

        Raises:
            NotFound: there is none.
        """
        return self._world.pacing.image(existing(self._world.storage.images, account, "image", image_id))

    async def delete(self, account: Account, image_id: str) -> bool:
        """Forget the image, and end its build. False when there is none.

        Raises:
            InUse: a service runs it, or is about to.
        """
        storage = self._world.storage
        with storage.transaction():
            image = storage.images.get(account.number, image_id)
            if image is None:
                return False
            user = storage.services.latest(account.number, {"usesImage": image.id})
            if user is not None:
                raise InUse(f"service {user.name} runs image {image.id}; delete or update the service first")
            if any(image.id in removal.image_ids for removal in storage.removals.everywhere()):
                raise InUse(f"a service that runs image {image.id} is still being removed; try again")
            cancelled = self._jobs.record_cancelled(account.number, image.id)
            forget_image(self._world, image)
        await self._jobs.forget_image(image, cancelled)
        return True
