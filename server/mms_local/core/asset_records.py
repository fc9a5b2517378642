# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Assets as records of their own: what `aml://asset/<id>` refers to (protocol 2.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.lookup import existing
from mms_local.core.resources import AssetRecord
from mms_local.core.storage import Order, Page
from mms_local.core.world import World


class AssetRecords:
    """The asset records of all accounts. That the artifacts are there is not looked at."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, account: Account, name: str, kept: Mapping[str, Any]) -> AssetRecord:
        """Keep a new record."""
        asset = AssetRecord(account.number, self._world.new_guid().replace("-", ""), name, self._world.now(), kept)
        self._world.storage.assets.add(asset)
        return asset

    def page(
        self, account: Account, filters: Mapping[str, str], after: int, limit: int | None, order: Order
    ) -> Page[AssetRecord]:
        """Records in the order that is asked for."""
        return self._world.storage.assets.page(account.number, filters, after, limit, order)

    def get(self, account: Account, asset_id: str) -> AssetRecord:
        """The record with that id.

        Raises:
            NotFound: there is none.
        """
        return existing(self._world.storage.assets, account, "asset", asset_id)

    def describe(self, asset: AssetRecord, kept: Mapping[str, Any]) -> AssetRecord:
        """Change what is shown of a record."""
        asset = replace(asset, kept=kept)
        self._world.storage.assets.replace(asset)
        return asset

    def delete(self, account: Account, asset_id: str) -> bool:
        """Forget the record; the artifacts stay. False when there is none."""
        asset = self._world.storage.assets.get(account.number, asset_id)
        if asset is not None:
            self._world.storage.assets.delete(asset)
        return asset is not None
