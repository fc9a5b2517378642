# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_account does."""

from __future__ import annotations

from dataclasses import replace

from .._client.client import Client
from .._errors import AccountMissingError, InputError, RefusedError
from .._plan import Plan, plan_absence, plan_account
from .._resources.account import Account
from .._runner import Done
from .._session import Session
from ._rules import forbid


class AccountSteps:
    """Creates an account, updates it in place, or deletes it; all through Azure Resource Manager."""

    key = "account"
    extras = ()
    wanted = None

    def __init__(self, session: Session) -> None:
        options, generation = session.options, session.connection.generation
        session.connection.require("subscription_id", "resource_group", "account_name")
        self._session = session
        self._wanted = Account(name=session.connection.account_name)
        if options["state"] == "absent":
            forbid(options, ("location", "sku_name", "sku_tier", "sku_capacity", "description", "tags"))
            return
        for option in ("sku_tier", "sku_capacity"):
            if options[option] is not None and option not in generation.account_sku:
                raise InputError(f"{option} does not exist for an account in api_version {generation.api_version}.")
        self._wanted = replace(Account.from_options(options), name=session.connection.account_name)

    def plan(self) -> Plan[Account]:
        current = self._session.arm.account()
        generation = self._session.connection.generation
        if current is None and self._session.options["state"] == "present" and not generation.account_made_here:
            raise RefusedError(
                f"{generation.account_word.capitalize()} {self._wanted.name!r} does not exist, and this module does "
                "not create one: it needs a storage account, a key vault and more. Create it with the tools of Azure."
            )
        if self._session.options["state"] == "present":
            return plan_account(self._wanted, current)
        if current is not None and not self._session.options["force"]:
            self._refuse_when_in_use(current)
        return plan_absence([current] if current else [])

    def _refuse_when_in_use(self, account: Account) -> None:
        """Refuse to delete an account that has services: they would go on, out of reach (protocol 7.2.15).

        Raises:
            RefusedError: names them.
        """
        url = self._session.address_of(account)
        if url is None:
            return
        client = Client(self._session.transport, url, self._session.connection.generation)
        try:
            services = client.services.list()
        except AccountMissingError:
            return
        if services:
            word = self._session.connection.generation.account_word.capitalize()
            names = ", ".join(sorted(service.name or service.id or "" for service in services))
            raise RefusedError(
                f"{word} {account.name!r} has services: {names}. They would go on running, out of reach. "
                "Delete them first with mms_service, or set force.",
                code="InUse",
            )

    def apply(self, plan: Plan[Account]) -> Done[Account]:
        if plan.action == "delete":
            self._session.arm.delete()
            return Done(None)
        if plan.action in ("create", "update") and plan.after is not None:
            return Done(self._session.arm.put(plan.after))
        return Done(plan.after)
