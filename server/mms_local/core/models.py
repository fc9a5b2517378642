# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models: registered once, never changed (protocol 2.1.2, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mms_local.core import inputs
from mms_local.core.accounts import Account
from mms_local.core.errors import InUse
from mms_local.core.fields import read
from mms_local.core.lookup import existing
from mms_local.core.resources import Model
from mms_local.core.storage import Page
from mms_local.core.world import World


class Models:
    """The models of all accounts."""

    def __init__(self, world: World) -> None:
        self._world = world

    def register(self, account: Account, body: Any) -> Model:
        """Keep a new model: version 1, or one more than the last of that name. The URL is not fetched (7.1.18).

        Raises:
            Invalid: a field breaks a rule.
        """
        fields = read(inputs.MODEL[account.name.generation], body)
        storage = self._world.storage
        with storage.transaction():
            model = Model(
                account=account.number,
                id=self._world.new_guid().replace("-", ""),
                name=fields["name"],
                version=storage.next_version(account.number, "model", fields["name"]),
                url=fields["url"],
                mime_type=fields["mimeType"],
                description=fields.get("description", ""),
                tags=fields.get("tags", ()),
                unpack=fields.get("unpack", False),
                created=self._world.now(),
            )
            storage.models.add(model)
        return model

    def page(self, account: Account, filters: Mapping[str, str], after: int, limit: int | None) -> Page[Model]:
        """Models in the order they were registered."""
        return self._world.storage.models.page(account.number, filters, after, limit)

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
                raise InUse(f"model {model.id} is a part of manifest {user.id}; delete the manifest first")
            storage.models.delete(model)
        return True
