# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Accounts: the namespaces of the data plane, and the ARM resources that declare them (protocol chapter 4).

The two are kept apart on purpose: deleting the ARM resource of an account leaves its models and services alone
(protocol 4.1), and without `--strict-accounts` a namespace needs no ARM resource at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from mms_local.core.errors import NotFound
from mms_local.core.generation import Generation
from mms_local.core.ports import Registry


@dataclass(frozen=True)
class AccountName:
    """The full name of an account. Letter case does not matter: compare :attr:`key`."""

    generation: Generation
    subscription: str
    resource_group: str
    name: str

    @property
    def key(self) -> str:
        """Equal for names that differ only in letter case."""
        return "/".join((self.generation.value, self.subscription, self.resource_group, self.name)).casefold()


@dataclass(frozen=True)
class Account:
    """A namespace of models, manifests, images and services. `front_port` is None while it shares the main port."""

    number: int
    name: AccountName
    front_port: int | None = None


class ArmKind(str, Enum):
    """The resource types that the ARM facade knows, as `<provider namespace>/<type>`."""

    HOSTING_ACCOUNT = "Microsoft.MachineLearningOperationalization/hostingAccounts"
    ACCOUNT = "Microsoft.MachineLearningModelManagement/accounts"
    CLUSTER = "Microsoft.MachineLearningCompute/operationalizationClusters"
    WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
    COMPUTE = "Microsoft.MachineLearningServices/workspaces/computes"


_NOWHERE = 0  # the number of an account in which nothing was made yet

ARM_KIND_OF = {generation: ArmKind(generation.arm_type) for generation in Generation}


@dataclass(frozen=True)
class ArmName:
    """The full name of an ARM resource; that of one inside another is made of both, with a slash."""

    kind: ArmKind
    subscription: str
    resource_group: str
    name: str

    @property
    def id(self) -> str:
        """The ARM id, in the letter case it was made with."""
        namespace, *types = self.kind.value.split("/")
        path = "/".join(f"{kind}/{name}" for kind, name in zip(types, self.name.split("/"), strict=True))
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}/providers/{namespace}/{path}"

    @classmethod
    def parse(cls, arm_id: str) -> ArmName | None:
        """The name inside an ARM id of a known kind, read without regard to case; None for anything else."""
        parts = arm_id.strip("/").split("/")
        if len(parts) != 8 or [parts[0].lower(), parts[2].lower(), parts[4].lower()] != [
            "subscriptions",
            "resourcegroups",
            "providers",
        ]:
            return None
        kinds = {kind.value.lower(): kind for kind in ArmKind}
        kind = kinds.get(f"{parts[5]}/{parts[6]}".lower())
        return None if kind is None else cls(kind, parts[1], parts[3], parts[7])


@dataclass(frozen=True)
class ArmResource:
    """What was PUT, without secrets: `body` holds `location`, `tags`, `sku` and `properties` as the wire has them."""

    name: ArmName
    body: Mapping[str, Any]
    created: datetime
    modified: datetime


@dataclass(frozen=True)
class StorageAccess:
    """The storage account of a cluster, and its keys."""

    resource_id: str | None
    primary_key: str = field(repr=False)
    secondary_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ClusterAccess:
    """The secrets behind an operationalizationCluster: what `listKeys` gives and deployments need."""

    kubeconfig: str | None = field(default=None, repr=False)
    pull_secret: str | None = None
    registry: Registry | None = None
    storage: StorageAccess | None = None


class AccountStorage(Protocol):
    """Keeps accounts and ARM resources."""

    def account(self, name: AccountName) -> Account | None:
        """The account of this name, if there is one."""

    def account_number(self, number: int) -> Account | None:
        """The account with this number, if there is one."""

    def add_account(self, name: AccountName) -> Account:
        """A new account of this name."""

    def accounts(self) -> list[Account]:
        """All accounts."""

    def set_front_port(self, account: Account, port: int | None) -> None:
        """Keeps the port of the front address of this account."""

    def arm(self, name: ArmName) -> ArmResource | None:
        """The ARM resource of this name, if there is one."""

    def put_arm(self, resource: ArmResource) -> None:
        """Creates or replaces an ARM resource."""

    def delete_arm(self, name: ArmName) -> bool:
        """Deletes an ARM resource; false when there was none."""

    def list_arm(
        self, kind: ArmKind, subscription: str, resource_group: str | None, after: str, limit: int
    ) -> list[ArmResource]:
        """The resources of this kind in name order, at most `limit` of them, from after the name `after` on."""

    def subscriptions(self) -> set[str]:
        """The ids of the subscriptions that ARM resources or accounts are in, in lower case."""

    def secrets(self, owner: str) -> dict[str, str]:
        """The secrets of this owner by name."""

    def set_secrets(self, owner: str, values: Mapping[str, str]) -> None:
        """Replaces the secrets of this owner."""


class Accounts:
    """Finds the namespace that a data-plane request means.

    Args:
        strict: only accounts that were created through the ARM facade exist.
    """

    def __init__(self, storage: AccountStorage, *, strict: bool = False) -> None:
        self._storage = storage
        self._strict = strict

    def open(self, name: AccountName, *, create: bool = True) -> Account:
        """The account of that name; unless accounts are strict it comes into being when something is first made in it.

        Args:
            create: whether something is about to be made; without it an account that is not there yet is an empty one.

        Raises:
            NotFound: accounts are strict and ARM knows none of that name.
        """
        if self._strict:
            arm = ArmName(ARM_KIND_OF[name.generation], name.subscription, name.resource_group, name.name)
            if self._storage.arm(arm) is None:
                raise NotFound(f"there is no account {name.name} in {name.resource_group}; create it first")
        return self._storage.account(name) or (self._storage.add_account(name) if create else Account(_NOWHERE, name))

    def numbered(self, number: int) -> Account:
        """The account behind the number that resources carry."""
        account = self._storage.account_number(number)
        if account is None:
            raise NotFound(f"there is no account number {number}")
        return account

    def all(self) -> list[Account]:
        """Every account that was used so far, oldest first."""
        return self._storage.accounts()


class ArmResources:
    """The resources of the ARM facade: accounts of both generations and operationalizationClusters."""

    def __init__(self, storage: AccountStorage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def put(self, name: ArmName, body: Mapping[str, Any]) -> tuple[ArmResource, bool]:
        """Create the resource or replace it whole. True when it was created. Keeps the letter case of the first PUT."""
        known = self._storage.arm(name)
        now = self._now()
        resource = ArmResource(known.name if known else name, dict(body), known.created if known else now, now)
        self._storage.put_arm(resource)
        return resource, known is None

    def get(self, name: ArmName) -> ArmResource:
        """The resource of that name.

        Raises:
            NotFound: there is none.
        """
        resource = self._storage.arm(name)
        if resource is None:
            raise NotFound(f"the resource {name.id} was not found")
        return resource

    def list(
        self, kind: ArmKind, subscription: str, resource_group: str | None = None, *, after: str = "", limit: int = 100
    ) -> list[ArmResource]:
        """Resources of one kind in order of their ARM id, beginning behind the id `after`."""
        return self._storage.list_arm(kind, subscription, resource_group, after, limit)

    def subscriptions(self) -> set[str]:
        """The ids of the subscriptions that something is in, in lower case."""
        return self._storage.subscriptions()

    def delete(self, name: ArmName) -> bool:
        """Remove the resource, and the secrets behind it. False when there was none."""
        self._storage.set_secrets(name.id.casefold(), {})
        return self._storage.delete_arm(name)

    def set_access(self, name: ArmName, access: ClusterAccess) -> None:
        """Keep the secrets of a cluster; what was kept before is replaced."""
        registry, storage = access.registry, access.storage
        values = {
            "kubeconfig": access.kubeconfig,
            "pullSecret": access.pull_secret,
            "registryLocation": registry.location if registry else None,
            "registryUser": registry.user if registry else None,
            "registryPassword": registry.password if registry else None,
            "storageId": storage.resource_id if storage else None,
            "storageKey": storage.primary_key if storage else None,
            "storageSecondKey": storage.secondary_key if storage else None,
        }
        self._storage.set_secrets(
            name.id.casefold(), {key: value for key, value in values.items() if value is not None}
        )

    def access(self, arm_id: str | None) -> ClusterAccess:
        """The secrets of the cluster with that ARM id; empty when it is not known here."""
        name = ArmName.parse(arm_id) if arm_id else None
        if name is None:
            return ClusterAccess()
        kept = self._storage.secrets(name.id.casefold())
        registry, storage = None, None
        if "registryLocation" in kept:
            registry = Registry(
                kept["registryLocation"], kept.get("registryUser", ""), kept.get("registryPassword", "")
            )
        if "storageKey" in kept:
            storage = StorageAccess(kept.get("storageId"), kept["storageKey"], kept.get("storageSecondKey"))
        return ClusterAccess(kept.get("kubeconfig"), kept.get("pullSecret"), registry, storage)
