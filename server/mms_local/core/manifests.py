# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Manifests: recipes for images, never changed (protocol 2.1.3, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.errors import InUse, Invalid, Problem
from mms_local.core.lookup import existing
from mms_local.core.resources import Asset, Manifest
from mms_local.core.storage import Page
from mms_local.core.world import World


class Manifests:
    """The manifests of all accounts."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(
        self,
        account: Account,
        fields: Mapping[str, Any],
        spellings: Sequence[str] = (),
        *,
        models_by_name: bool = False,
    ) -> Manifest:
        """Keep a new manifest; nothing is built.

        Args:
            spellings: how the caller spelled `unpack`, per asset.
            models_by_name: whether `modelIds` may hold names too, which stand for the newest version.

        Raises:
            Invalid: a model is not registered here, or the driver is not among the assets.
        """
        assets = tuple(
            Asset(asset["id"], asset["url"], asset.get("mimeType"), asset.get("unpack", False), spelling)
            for asset, spelling in zip(fields["assets"], chain(spellings, repeat("")), strict=False)
        )
        driver = fields.get("driverProgram")
        if driver is not None and driver not in {asset.id for asset in assets}:
            raise Invalid(
                Problem("driverProgram", f"must be the id of one of the assets; there is no asset {driver!r}")
            )
        storage = self._world.storage
        with storage.transaction():
            name = fields.get("name")
            manifest = Manifest(
                account=account.number,
                id=self._world.new_guid(),
                name=name,
                version=storage.next_version(account.number, "manifest", name or ""),
                description=fields.get("description", ""),
                driver=driver,
                assets=assets,
                runtime_type=fields["targetRuntime"]["runtimeType"],
                runtime_properties=fields["targetRuntime"].get("properties", {}),
                model_ids=self._registered(account, fields.get("modelIds", ()), models_by_name),
                model_type=fields.get("modelType"),
                webservice_type=fields.get("webserviceType"),
                created=self._world.now(),
            )
            storage.manifests.add(manifest)
        return manifest

    def page(self, account: Account, filters: Mapping[str, str], after: int, limit: int | None) -> Page[Manifest]:
        """Manifests in the order they were made."""
        return self._world.storage.manifests.page(account.number, filters, after, limit)

    def get(self, account: Account, manifest_id: str) -> Manifest:
        """The manifest with that id.

        Raises:
            NotFound: there is none.
        """
        return existing(self._world.storage.manifests, account, "manifest", manifest_id)

    def delete(self, account: Account, manifest_id: str) -> bool:
        """Forget the manifest. False when there is none.

        Raises:
            InUse: an image is made from it.
        """
        storage = self._world.storage
        with storage.transaction():
            manifest = storage.manifests.get(account.number, manifest_id)
            if manifest is None:
                return False
            user = storage.images.latest(account.number, {"manifestId": manifest.id})
            if user is not None:
                raise InUse(f"image {user.id} is made from manifest {manifest.id}; delete the image first")
            storage.manifests.delete(manifest)
        return True

    def _registered(self, account: Account, model_ids: Sequence[str], by_name: bool) -> tuple[str, ...]:
        """The ids in the form they were given out."""
        models = self._world.storage.models
        found: list[str] = []
        problems: list[Problem] = []
        for index, model_id in enumerate(model_ids):
            model = models.get(account.number, model_id)
            if model is None and by_name:
                model = models.latest(account.number, {"name": model_id})
            if model is None:
                problems.append(Problem(f"modelIds[{index}]", f"no model {model_id!r} is registered in this account"))
            else:
                found.append(model.id)
        if problems:
            raise Invalid(*problems)
        return tuple(found)
