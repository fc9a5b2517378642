# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_model does."""

from __future__ import annotations

from dataclasses import replace

from .._plan import label
from .._resources.model import Model
from ._engine import VersionEngine
from ._rules import require
from ._versions import users_of
from .sources import source_from

_ANY_CONTENT = "application/octet-stream"


class ModelSteps(VersionEngine[Model]):
    """Registers a model unless an equal version exists, or deletes versions."""

    key = "model"
    extras = ("removed", "kept", "reference")

    def nothing(self) -> Model:
        return Model()

    def described(self) -> Model:
        require(self.options, "name")
        option = "path" if self.options["path"] else "url"
        self._source = source_from(option, self.options[option] or "", self.session)
        described = Model.from_options(self.options)
        unpack = self._source.unpack if described.unpack is None else described.unpack
        return replace(described, url=self._source.url, unpack=unpack)

    def completed(self) -> Model:
        content = self._source.content
        return replace(
            self.desired,
            url=self._source.uploaded(self.session),
            mime_type=self.desired.mime_type or (content.mime_type if content else _ANY_CONTENT),
        )

    def users(self) -> dict[str, list[str]]:
        client = self.session.client
        holders = [(f"manifest {label(one)}", one.model_ids) for one in client.manifests.list()]
        holders += [(f"image {label(one)}", one.model_ids) for one in client.images.list()]
        return users_of((model_id, holder) for holder, model_ids in holders for model_id in model_ids or ())
