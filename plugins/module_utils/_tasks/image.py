# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_image does."""

from __future__ import annotations

from dataclasses import replace

from .._client.client import Started
from .._generations.registry import refuse_unknown
from .._plan import Plan, label, plan_version
from .._resources.image import Image
from .._resources.operation import Operation
from .._runner import Done
from .._session import Session
from ._rules import check_versions, require
from ._versions import delete, kept_once, plan_deletion, users_of, with_surplus
from ._waits import failure, follow, join, settled
from .lookup import not_found, referred


class ImageSteps:
    """Builds an image unless an equal one exists or is being built, or deletes versions."""

    key = "image"
    extras = ("operation", "removed", "kept", "reference")

    def __init__(self, session: Session) -> None:
        options = session.options
        generation = session.connection.generation
        check_versions(options, generation, generation.images)
        self._session = session
        self._wanted = Image()
        if options["state"] == "present":
            require(options, "manifest")
            self._wanted = Image.from_options(options)
            refuse_unknown(generation, generation.images, self._wanted.wanted())
            generation.refuse_incomplete(generation.images, self._wanted.wanted())

    @property
    def _what(self) -> str:
        return f"Building the image {self._wanted.name or 'of manifest ' + str(self._wanted.manifest_id)!r}"

    @property
    def wanted(self) -> Image | None:
        return self._wanted if self._session.options["state"] == "present" else None

    def plan(self) -> Plan[Image]:
        options, client = self._session.options, self._session.client
        if options["state"] == "absent":
            return plan_deletion(client.images, options, client.generation, self._users)
        manifest = referred(client.manifests, options["manifest"])
        if manifest is None:
            return Plan("create", after=self._wanted, missing=(not_found(client.manifests, options["manifest"]),))
        self._wanted = replace(self._wanted, manifest_id=manifest.id)
        # The list has no filter by name; of one manifest's images most are of one name.
        wide = options["keep_last"] is not None
        images = client.images.list(manifest_id=None if wide else manifest.id)
        versions = [one for one in images if self._wanted.name in (None, one.name)]
        plan = plan_version(self._wanted, versions)
        return with_surplus(plan, versions, options["keep_last"], self._users)

    def _users(self) -> dict[str, list[str]]:
        services = self._session.client.services.list()
        return users_of((service.image_id, f"service {label(service)}") for service in services)

    def apply(self, plan: Plan[Image]) -> Done[Image]:
        images, waiting = self._session.client.images, self._session.options["wait"]
        image, operation = plan.after, None
        if plan.action == "create":
            created = images.create(self._wanted.wanted())
            image, operation = self._awaited(created) if isinstance(created, Started) else (created, None)
            image = kept_once(images, self._wanted, image) if image and image.version else image
        elif plan.action == "join" and waiting:
            image = join(self._session, images, plan.current_id, self._what)
            if image.state != "Succeeded":
                raise failure(
                    self._what,
                    image.state,
                    image.error,
                    session=self._session,
                    operation_id=image.operation_id,
                    log_url=image.build_log_url,
                )
        for warning in (image.warnings or ()) if image is not None else ():
            self._session.warn(f"{self._what}: {warning}")
        removed, kept = delete(images, plan.removed, spare=self._session.options["keep_last"] is not None)
        return Done(image, operation, removed, kept)

    def _awaited(self, started: Started) -> tuple[Image | None, Operation]:
        """Return the image and the operation that builds it, ended if the user waits."""
        session, client = self._session, self._session.client
        if not session.options["wait"]:
            operation = client.operation(started.operation_id) or Operation(started.operation_id, "Image")
            found = client.images.get(operation.resource_id) if operation.resource_id else None
            return found or replace(self._wanted, id=operation.resource_id), operation
        operation = follow(session, started, self._what)
        if operation.failed:
            found = client.images.get(operation.resource_id) if operation.resource_id else None
            raise failure(
                self._what,
                operation.state,
                operation.error,
                session=session,
                operation_id=operation.id,
                log_url=found.build_log_url if found else None,
            )
        return settled(session, client.images, operation.resource_id or ""), operation
