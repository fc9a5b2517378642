# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account itself, as a resource of Azure Resource Manager (protocol 4.1)."""

from __future__ import annotations

from .._generations.generation import nested
from .._options.connection import Connection
from .._resources.account import Account
from .._resources.fields import named
from .._transport.http import Transport
from .client import Api

ACCOUNT_FIELDS = named(Account, "location", "sku_name", "sku_tier", "sku_capacity", "description", "tags")


class Arm:
    """Accounts of one subscription and generation.

    Args:
        url: Base URL of Resource Manager, without a trailing slash.
    """

    def __init__(self, transport: Transport, url: str, connection: Connection) -> None:
        self.url = url
        self._connection = connection
        self._api = Api(transport, url, {"api-version": connection.generation.arm_version})

    def account(self) -> Account | None:
        """Return the account that the options name, or None."""
        response = self._api.request_or_none("GET", self._path())
        return None if response is None else Account.from_api(response.json())

    def accounts(self, *, whole_subscription: bool = False) -> list[Account]:
        """Return the accounts of the resource group, or of the whole subscription."""
        self._connection.require("subscription_id", *(() if whole_subscription else ("resource_group",)))
        scope = "" if whole_subscription else f"/resourceGroups/{self._connection.resource_group}"
        path = (
            f"/subscriptions/{self._connection.subscription_id}{scope}"
            f"/providers/{self._connection.generation.account_type}"
        )
        return [Account.from_api(item) for item in self._api.pages(path, {})]

    def put(self, account: Account) -> Account:
        """Create the account or replace it as a whole."""
        body = nested({"properties": {}, **{ACCOUNT_FIELDS[name]: value for name, value in account.wanted().items()}})
        return Account.from_api(self._api.request("PUT", self._path(), body=body).json())

    def delete(self) -> None:
        """Delete the account, which may be gone already. What it holds is not deleted (protocol 7.2.15)."""
        self._api.request_or_none("DELETE", self._path())

    def _path(self) -> str:
        connection = self._connection
        connection.require("subscription_id", "resource_group", "account_name")
        return (
            f"/subscriptions/{connection.subscription_id}/resourceGroups/{connection.resource_group}"
            f"/providers/{connection.generation.account_type}/{connection.account_name}"
        )
