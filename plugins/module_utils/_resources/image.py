# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image: a container image built from one manifest (protocol 2.1.4, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._common import SUCCEEDED, Change, differing, error_from, given, state_from
from .wire import Fields, normal_id, same_id


@dataclass(frozen=True)
class Image:
    """An image, or the description of one that is to exist."""

    name: str | None = None
    manifest_id: str | None = None
    description: str | None = None
    compute_resource_id: str | None = None
    registry_location: str | None = None
    registry_user: str | None = None
    registry_password: str | None = field(default=None, repr=False)
    image_type: str | None = "Docker"
    id: str | None = None
    version: int | None = None
    state: str | None = None
    location: str | None = None
    digest: str | None = None  # reported by the local MMS and by the workspace generation (protocol 2.3.2)
    build_log_url: str | None = field(default=None, repr=False)  # may carry a key
    operation_id: str | None = None
    error: Mapping[str, Any] | None = None
    created_at: str | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Image:
        fields = Fields(raw, "an image")
        manifest = fields.part("manifest")
        registry = fields.part("registryInfo")
        return cls(
            name=fields.text("name"),
            manifest_id=fields.text("manifestId") or (manifest.text("id") if manifest else None),
            description=fields.text("description") or "",
            compute_resource_id=fields.text("computeResourceId"),
            registry_location=registry.text("location") if registry else None,
            registry_user=registry.text("user") if registry else None,
            image_type=fields.text("imageType"),
            id=fields.required_text("id"),
            version=fields.integer("version"),
            # The older generation shows an image only when there is something to show.
            state=state_from(fields, "creationState", "state") or SUCCEEDED,
            location=fields.text("imageLocation"),
            digest=fields.text("digest"),
            build_log_url=fields.text("imageBuildLogUri"),
            operation_id=fields.text("operationId"),
            error=error_from(fields),
            created_at=fields.text("createdTime", "createdAt"),
        )

    def wanted(self) -> dict[str, Any]:
        return given(
            (
                ("name", self.name),
                ("manifest", self.manifest_id),
                ("image_type", self.image_type),
                ("description", self.description),
                ("compute_resource_id", self.compute_resource_id),
                ("registry_location", self.registry_location),
                ("registry_user", self.registry_user),
                ("registry_password", self.registry_password),
            )
        )

    def differences(self, actual: Image) -> dict[str, Change]:
        """Return in what C(actual) differs from this description; fields left out here do not count."""
        changes = differing(
            ("name", self.name, actual.name),
            ("description", self.description, actual.description),
            ("image_type", self.image_type, actual.image_type),
            ("registry_location", self.registry_location, actual.registry_location),
            ("registry_user", self.registry_user, actual.registry_user),
        )
        if self.manifest_id is not None and not same_id(self.manifest_id, actual.manifest_id):
            changes["manifest_id"] = Change(actual.manifest_id, self.manifest_id)
        if self.compute_resource_id and normal_id(self.compute_resource_id) != normal_id(actual.compute_resource_id):
            changes["compute_resource_id"] = Change(actual.compute_resource_id, self.compute_resource_id)
        return changes

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "manifest_id": self.manifest_id,
            "description": self.description,
            "image_type": self.image_type,
            "compute_resource_id": self.compute_resource_id,
            "registry_location": self.registry_location,
            "registry_user": self.registry_user,
            "location": self.location,
            "digest": self.digest,
            "state": self.state,
            "error": self.error,
            "created_at": self.created_at,
        }
