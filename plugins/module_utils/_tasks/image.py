# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_image does."""

from __future__ import annotations

from .._plan import Plan, label
from .._resources.image import Image
from ._engine import VersionEngine
from ._rules import require
from ._versions import users_of
from .lookup import not_found, referred


class ImageSteps(VersionEngine[Image]):
    """Builds an image unless an equal one exists or is being built, or deletes versions."""

    key = "image"
    extras = ("operation", "removed", "kept", "reference")

    def nothing(self) -> Image:
        return Image()

    def described(self) -> Image:
        require(self.options, "manifest")
        return Image.from_options(self.options)

    def check_described(self) -> None:
        self.generation.refuse_incomplete(self.generation.images, self.desired.wanted())

    @property
    def what(self) -> str:
        named = repr(self.desired.name) if self.desired.name else f"of manifest {self.desired.manifest_id}"
        return f"Building the image {named}"

    @property
    def advice(self) -> str:
        return "Correct the manifest, or the files that it names, and run the task again."

    def resolved(self) -> tuple[Image, tuple[str, ...]]:
        manifests, reference = self.session.client.manifests, self.options["manifest"]
        manifest = referred(manifests, reference)
        if manifest is None:
            return self.desired, (not_found(manifests, reference),)
        return self.generation.image_of(self.desired, manifest), ()

    def plan_presence(self, missing: tuple[str, ...]) -> Plan[Image]:
        if missing:
            return Plan("create", after=self.desired, missing=missing)
        return super().plan_presence(missing)

    def existing(self) -> list[Image]:
        # The list has no filter by name; of one manifest's images most are of one name.
        wide = self.options["keep_last"] is not None
        images = self.collection.list(name=self.desired.name, manifest_id=None if wide else self.desired.manifest_id)
        return [one for one in images if self.desired.name in (None, one.name)]

    def users(self) -> dict[str, list[str]]:
        services = self.session.client.services.list()
        return users_of((service.image_id, f"service {label(service)}") for service in services)
