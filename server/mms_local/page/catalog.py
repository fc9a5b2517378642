# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds the resources that the page shows, in the states in which clients of the API were last shown them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.storage import Collection, Page
from mms_local.page.rows import ROWS, Json

KINDS = tuple(ROWS)
STAGES = KINDS[:4]
"""From left to right in the lineage: each is made from the one before."""


class Catalog:
    """Looks up resources of any kind without raising: to the page, a missing one is nothing unusual."""

    def __init__(self, mms: Mms) -> None:
        storage, pacing = mms.world.storage, mms.world.pacing
        self._endpoint: Callable[[str], Awaitable[str | None]] = mms.engines.compute.endpoint
        self._collections: dict[str, Collection[Any]] = {
            "models": storage.models,
            "manifests": storage.manifests,
            "images": storage.images,
            "services": storage.services,
            "operations": storage.operations,
        }
        self._shown: dict[str, Callable[[Any], Any]] = {
            "images": pacing.image,
            "services": pacing.service,
            "operations": pacing.operation,
        }

    def find(self, account: Account, kind: str, resource_id: str) -> Any:
        """The resource, or None."""
        resource = self._collections[kind].get(account.number, resource_id)
        return resource if resource is None else self._as_shown(kind, resource)

    def newest(self, account: Account, kind: str, filters: Mapping[str, str], limit: int) -> Page[Any]:
        """Resources of a kind, newest first."""
        page = self._collections[kind].newest(account.number, filters, limit)
        return Page(tuple(self._as_shown(kind, item) for item in page.items), page.last)

    def counts(self, account: Account) -> dict[str, int]:
        """How many of each kind the account has."""
        return {kind: collection.count(account.number) for kind, collection in self._collections.items()}

    async def row(self, account: Account, kind: str, resource: Any) -> Json:
        """The resource as a row; a service says whether it answers, an operation the name of what it makes."""
        row = ROWS[kind](resource)
        if kind == "services":
            row["answers"] = await self.answers(resource.id)
        if kind == "operations":
            made = self.find(account, row["resource"]["kind"], resource.resource_id)
            row["resource"]["name"] = made and made.name
        return row

    async def rows(self, account: Account, kind: str, filters: Mapping[str, str], limit: int = 50) -> list[Json]:
        """The newest resources that match, as rows."""
        return [await self.row(account, kind, item) for item in self.newest(account, kind, filters, limit).items]

    async def answers(self, service_id: str) -> bool:
        """Whether a healthy instance of the service is there just now."""
        return await self._endpoint(service_id) is not None

    def _as_shown(self, kind: str, resource: Any) -> Any:
        return self._shown[kind](resource) if kind in self._shown else resource
