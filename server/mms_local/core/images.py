# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: built asynchronously from one manifest (protocol 2.1.4, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mms_local.core import inputs
from mms_local.core.accounts import Account
from mms_local.core.errors import InUse, Invalid, Problem
from mms_local.core.fields import read
from mms_local.core.jobs import Jobs
from mms_local.core.keys import image_owner
from mms_local.core.lookup import existing
from mms_local.core.resources import Image, Job, Operation
from mms_local.core.storage import Page
from mms_local.core.world import World


class Images:
    """The images of all accounts."""

    def __init__(self, world: World, jobs: Jobs) -> None:
        self._world = world
        self._jobs = jobs

    def create(self, account: Account, body: Any) -> tuple[Image, Operation]:
        """Accept an image: once this returns, the build survives a crash of the server.

        Raises:
            Invalid: a field breaks a rule, or there is no such manifest.
        """
        fields = read(inputs.IMAGE[account.name.generation], body)
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

    def page(self, account: Account, filters: Mapping[str, str], after: int, limit: int | None) -> Page[Image]:
        """Images in the order they were asked for."""
        page = self._world.storage.images.page(account.number, filters, after, limit)
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
            storage.images.delete(image)
            storage.set_secrets(image_owner(image.id), {})
        await self._jobs.forget_image(image, cancelled)
        return True
