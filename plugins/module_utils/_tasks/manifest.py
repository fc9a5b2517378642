# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_manifest does."""

from __future__ import annotations

from .._plan import label
from .._resources.manifest import Manifest
from ._engine import VersionEngine
from ._rules import require
from ._versions import users_of
from .recipe import Recipe


class ManifestSteps(VersionEngine[Manifest]):
    """Creates a manifest unless an equal version exists, or deletes versions."""

    key = "manifest"
    extras = ("removed", "kept", "reference")

    def nothing(self) -> Manifest:
        return Manifest()

    def described(self) -> Manifest:
        require(self.options, "name", "driver")
        self._recipe = Recipe(self.session)
        return self._recipe.described(self.options)

    def check_described(self) -> None:
        if "models" in self.generation.manifests.required:
            require(self.options, "models")

    def resolved(self) -> tuple[Manifest, tuple[str, ...]]:
        return self._recipe.with_models(self.desired)

    def existing(self) -> list[Manifest]:
        name = self.desired.name
        return [one for one in self.collection.list(name=name) if one.name in (None, name)]

    def completed(self) -> Manifest:
        return self._recipe.uploaded(self.desired)

    def users(self) -> dict[str, list[str]]:
        images = self.session.client.images.list()
        return users_of((image.manifest_id, f"image {label(image)}") for image in images)
