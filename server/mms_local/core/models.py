# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Models: registered once, never changed (protocol 2.1.2, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.errors import InUse
from mms_local.core.lookup import existing
from mms_local.core.resources import Manifest, Model
from mms_local.core.storage import Order, Page
from mms_local.core.world import World


class Models:
    """The models of all accounts."""

    def __init__(self, world: World) -> None:
        self._world = world

    def register(self, account: Account, fields: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> Model:
        """Keep a new model: version 1, or one more than the last of that name. The URL is not fetched (7.1.18).

        Args:
            kept: what is only shown again. With it the model goes by the id `<name>:<version>`.
        """
        storage = self._world.storage
        with storage.transaction():
            version = storage.next_version(account.number, "model", fields["name"])
            model = Model(
                account=account.number,
                id=self._world.new_guid().replace("-", "") if kept is None else f"{fields['name']}:{version}",
                name=fields["name"],
                version=version,
                url=fields["url"],
                mime_type=fields["mimeType"],
                description=fields.get("description", ""),
                tags=fields.get("tags", ()),
                unpack=fields.get("unpack", False),
                created=self._world.now(),
                kept=kept or {},
            )
            storage.models.add(model)
        return model

    def page(
        self,
        account: Account,
        filters: Mapping[str, str],
        after: int,
        limit: int | None,
        order: Order = Order.CREATED,
    ) -> Page[Model]:
        """Models, unless told otherwise in the order they were registered."""
        return self._world.storage.models.page(account.number, filters, after, limit, order)

    def describe(self, model: Model, description: str | None, kept: Mapping[str, Any]) -> Model:
        """Change what is only shown of a model."""
        model = replace(model, description=description, kept=kept, modified=self._world.now())
        self._world.storage.models.replace(model)
        return model

    def get(self, account: Account, model_id: str) -> Model:
        """The model with that id.

        Raises:
            NotFound: there is none.
        """
        return existing(self._world.storage.models, account, "model", model_id)

    def delete(self, account: Account, model_id: str) -> bool:
        """Forget the model. False when there is none.

        Raises:
            InUse: a manifest is made from it.
        """
        storage = self._world.storage
        with storage.transaction():
            model = storage.models.get(account.number, model_id)
            if model is None:
                return False
            user = storage.manifests.latest(account.number, {"modelId": model.id})
            if user is not None:
                raise InUse(self._use(account, model, user))
            storage.models.delete(model)
        return True

    def _use(self, account: Account, model: Model, manifest: Manifest) -> str:
        """What keeps a model from being deleted, and what to delete first."""
        if not manifest.inline:
            return f"model {model.id} is a part of manifest {manifest.id}; delete the manifest first"
        image = self._world.storage.images.latest(account.number, {"manifestId": manifest.id})
        service = image and image.owner and self._world.storage.services.get(account.number, image.owner)
        if service:
            return f"model {model.id} is a part of service {service.name}; delete the service first"
        what = f"image {image.name}:{image.version}" if image else f"manifest {manifest.id}"
        return f"model {model.id} is a part of {what}; delete that first"
