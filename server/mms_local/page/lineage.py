# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""How the resources of an account hang together: model -> manifest -> image -> service (protocol chapter 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mms_local.core.accounts import Account
from mms_local.page.catalog import STAGES, Catalog
from mms_local.page.rows import Json

_NEWEST = {"services": 40, "images": 20, "manifests": 10, "models": 10}
"""How many of each kind are looked at; what those are made from comes on top."""

_FOLLOWING = 40
"""How many resources that were made from one resource are shown."""

_MADE_FROM = {"models": "modelId", "manifests": "manifestId", "images": "usesImage"}
"""The filter by which the next stage is found."""


class Lineage:
    """A part of the graph that fits on a screen."""

    def __init__(self, catalog: Catalog, account: Account) -> None:
        self._catalog = catalog
        self._account = account
        self._found: dict[tuple[str, str], Any] = {}
        self._edges: dict[tuple[str, str, str, str], bool] = {}

    def add_newest(self) -> None:
        """The newest resources of each kind, and everything they are made from."""
        for kind, limit in _NEWEST.items():
            for item in self._catalog.newest(self._account, kind, {}, limit).items:
                self._add(kind, item)

    def add_around(self, kind: str, resource_id: str) -> None:
        """One resource, what is made from it, and everything that those are made from."""
        item = self._catalog.find(self._account, kind, resource_id)
        if item is not None:
            self._add(kind, item)
            self._add_made_from(kind, item.id)

    async def to_json(self) -> Json:
        """Nodes as rows, edges as pairs of `[kind, id]`, in the direction in which things are made.

        An edge that is not `current` leads to a service that was asked to leave that image and still runs it.
        """
        return {
            "nodes": [
                await self._catalog.row(self._account, kind, item) for (kind, _unused), item in self._found.items()
            ],
            "edges": [
                {"from": [source, source_id], "to": [target, target_id], "current": current}
                for (source, source_id, target, target_id), current in self._edges.items()
            ],
        }

    def _add(self, kind: str, item: Any) -> None:
        if (kind, item.id) in self._found:
            return
        self._found[kind, item.id] = item
        for source, source_id, current in _sources(kind, item):
            found = self._catalog.find(self._account, source, source_id)
            if found is not None:
                self._edges[source, found.id, kind, item.id] = current
                self._add(source, found)

    def _add_made_from(self, kind: str, resource_id: str) -> None:
        if kind not in _MADE_FROM:
            return
        following = STAGES[STAGES.index(kind) + 1]
        filters = {_MADE_FROM[kind]: resource_id}
        for item in self._catalog.newest(self._account, following, filters, _FOLLOWING).items:
            self._add(following, item)
            self._add_made_from(following, item.id)


def _sources(kind: str, item: Any) -> Iterable[tuple[str, str, bool]]:
    """Kind and id of what a resource is made from, and whether it is what was asked for last."""
    if kind == "manifests":
        return [("models", model_id, True) for model_id in item.model_ids]
    if kind == "images":
        return [("manifests", item.manifest_id, True)]
    if kind == "services":
        wanted = item.wanted.image_id
        former = [item.live.image_id] if item.live and item.live.image_id != wanted else []
        return [("images", wanted, True), *(("images", image_id, False) for image_id in former)]
    return []
