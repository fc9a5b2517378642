# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What the core needs from storage. All calls are short and synchronous; ids are found however a GUID is written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from mms_local.core.accounts import AccountStorage
from mms_local.core.ids import ResourceId
from mms_local.core.resources import AssetRecord, Deployment, Image, Manifest, Model, Operation, Service

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items in the order they were made. `last` is the position to go on behind; None when nothing follows."""

    items: tuple[T, ...]
    last: int | None = None


class Order(str, Enum):
    """In which order a list comes."""

    CREATED = "CreatedAtAsc"
    NEWEST = "CreatedAtDesc"
    UPDATED = "UpdatedAtAsc"
    LAST_UPDATED = "UpdatedAtDesc"

    @property
    def by_change(self) -> bool:
        """Whether the time of the last change decides; positions are counts of items then."""
        return self in (Order.UPDATED, Order.LAST_UPDATED)

    @property
    def descending(self) -> bool:
        """Whether the latest comes first."""
        return self in (Order.NEWEST, Order.LAST_UPDATED)


class Collection(Protocol[T]):
    """All resources of one kind."""

    def add(self, item: T) -> None:
        """Keep a new item, behind all others."""

    def get(self, account: int, resource_id: str) -> T | None:
        """The item with that id in that account."""

    def page(
        self,
        account: int,
        filters: Mapping[str, str],
        after: int = 0,
        limit: int | None = None,
        order: Order = Order.CREATED,
    ) -> Page[T]:
        """Items that match every filter, behind position `after`. The filters are those of the protocol's tables."""

    def latest(self, account: int, filters: Mapping[str, str]) -> T | None:
        """The newest item that matches every filter."""

    def newest(self, account: int, filters: Mapping[str, str], limit: int) -> Page[T]:
        """Like :meth:`page`, but the newest items, newest first; `last` only tells whether there are older ones."""

    def count(self, account: int) -> int:
        """How many items the account has."""

    def unfinished(self) -> tuple[T, ...]:
        """Items of all accounts that wait for a job to end, oldest first."""

    def everywhere(self) -> tuple[T, ...]:
        """Items of all accounts, oldest first."""

    def replace(self, item: T) -> None:
        """Keep the new form of a known item."""

    def delete(self, item: T) -> None:
        """Forget the item."""


@dataclass(frozen=True)
class Removal:
    """A service that is gone for its users but may still be running; kept until the compute has let go of it.

    `operation_id` is the operation that somebody watches it by, if any.
    """

    account: int
    id: ResourceId
    service: Service
    operation_id: ResourceId | None = None

    @property
    def image_ids(self) -> frozenset[str]:
        """The images that it may be running."""
        known = (self.service.wanted, self.service.live)
        return frozenset(settings.image_id for settings in known if settings is not None)


class Storage(AccountStorage, Protocol):
    """Everything that survives the process."""

    @property
    def models(self) -> Collection[Model]:
        """The models."""

    @property
    def assets(self) -> Collection[AssetRecord]:
        """The assets that models point to."""

    @property
    def manifests(self) -> Collection[Manifest]:
        """The manifests."""

    @property
    def images(self) -> Collection[Image]:
        """The images."""

    @property
    def services(self) -> Collection[Service]:
        """The services."""

    @property
    def deployments(self) -> Collection[Deployment]:
        """The deployments."""

    @property
    def operations(self) -> Collection[Operation]:
        """The operations."""

    @property
    def removals(self) -> Collection[Removal]:
        """The removals."""

    @property
    def revision(self) -> int:
        """Grows with every change, and only in this process: equal numbers mean that nothing changed between."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing: what is written inside is kept together, or not at all when an exception leaves."""

    def next_version(self, account: int, kind: str, name: str) -> int:
        """1 for the first resource of that name, then 2, 3, ...; the version of a deleted one does not come back."""
