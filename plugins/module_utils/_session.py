# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run of a task works with. Everything is made when it is first asked for, so that a task pays for what it
uses."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from typing import Any

from ._auth.chain import credential_from, resource_manager_from, subscription_from
from ._client.arm import Arm
from ._client.client import Client
from ._errors import AccountMissingError, InputError
from ._lock import exclusive
from ._masking import Gate, without_query
from ._options.connection import Connection, http_settings, server_url
from ._options.wait import wait_policy_from
from ._resources.account import Account
from ._resources.wire import api_error
from ._storage.content import Content
from ._storage.target import StorageTarget, storage_from
from ._time.clock import Clock
from ._time.repeats import Patience, Repeats
from ._transport.http import Transport
from ._waiting import WaitPolicy

_LONGEST_TURN = 1800.0
"""Seconds that another task may take, where the options do not say."""

_WAIT_POLICY = WaitPolicy(timeout=300, interval=5)
"""Of tasks that have no options about waiting."""

_UPLOAD_SILENCE = 10.0  # seconds


class Session:
    """The options of a task, and the layers below as the options configure them.

    Args:
        options: Validated options.
        clock: Time.
        gate: What the progress, warnings and secrets of the task are given to.
    """

    def __init__(self, options: Mapping[str, Any], clock: Clock, gate: Gate) -> None:
        self.options = options
        self.clock = clock
        self.tell = gate.tell
        self.warn = gate.warn
        self.hide = gate.hide
        self.repeats = Repeats(clock, gate.mention)

    def check(self) -> None:
        """Refuse options of the connection and of waiting that cannot work, before anything is sent.

        Raises:
            InputError: says which.
        """
        if "api_version" in self.options:
            Connection.from_options(self.options)
        if "poll_interval" in self.options:
            wait_policy_from(self.options)

    @cached_property
    def connection(self) -> Connection:
        connection = Connection.from_options(self.options)
        if connection.subscription_id:
            return connection
        return replace(connection, subscription_id=subscription_from(self.options, os.environ) or "")

    def alone(self, kind: str) -> AbstractContextManager[None]:
        """Keep other tasks of this machine away from the thing of this kind that the options name.

        Raises:
            WaitTimeout: on entry, when another task has not let it go in C(wait_timeout).
        """
        options = self.options
        name = next((str(options[word]) for word in ("name", "id", "service") if options.get(word)), "")
        places = ("api_url", "arm_url", "subscription_id", "resource_group", "account_name", "namespace")
        return exclusive(
            f"{kind.replace('_', ' ')} {name!r}",
            json.dumps([kind, name, *(str(options.get(place) or "") for place in places)]),
            timeout=float(options.get("wait_timeout") or _LONGEST_TURN),
            clock=self.clock,
            tell=self.tell,
        )

    @cached_property
    def wait_policy(self) -> WaitPolicy:
        return wait_policy_from(self.options) if "poll_interval" in self.options else _WAIT_POLICY

    @property
    def patience(self) -> Patience:
        """How long the task tries again what failed for a passing reason."""
        return http_settings(self.options).patience if "retries" in self.options else Patience()

    @cached_property
    def transport(self) -> Transport:
        credential = credential_from(self.options, os.environ, repeats=self.repeats)
        return Transport(credential, http_settings(self.options), repeats=self.repeats, hide=self.hide)

    @property
    def resource_manager_url(self) -> str:
        """Azure Resource Manager: C(arm_url), or that of the cloud which gives the credential."""
        url = server_url("arm_url", (self.options.get("arm_url") or "").strip())
        return url or resource_manager_from(self.options, os.environ)

    @cached_property
    def arm(self) -> Arm:
        """The account as a resource of Azure Resource Manager."""
        return Arm(self.transport, self.resource_manager_url, self.connection)

    @cached_property
    def client(self) -> Client:
        """The account. Without C(api_url), Resource Manager is asked where it is (protocol 4.2)."""
        connection = self.connection
        connection.require("subscription_id", "resource_group", "account_name")
        generation = connection.generation
        if connection.api_url is not None:
            return Client(self.transport, connection.api_url + self._path, connection.generation)
        account = self.arm.account()
        url = self.address_of(account) if account else None
        if account is None or url is None:
            create = "Create it with mms_account, or set" if generation.account_made_here else "Set"
            raise AccountMissingError(
                f"{generation.account_word.capitalize()} {connection.account_name!r} does not exist in resource group "
                f"{connection.resource_group!r} at {self.arm.url}. {create} api_url to reach the service directly."
            )
        return Client(self.transport, url, generation)

    @property
    def _path(self) -> str:
        connection = self.connection
        return connection.generation.base_path(
            connection.subscription_id, connection.resource_group, connection.account_name
        )

    def address_of(self, account: Account) -> str | None:
        """Return where the account's own part of the API is, if anything says it.

        Raises:
            InputError: somebody says that the token is to travel without encryption.
        """

        def secured(place: str | None, who: str) -> None:
            if place and who.startswith("https:") and not place.startswith("https:"):
                raise InputError(
                    f"{who} says that {self.connection.generation.account_word} {account.name!r} is at "
                    f"{without_query(place)}, which is not https. Set api_url if it really is."
                )

        def read(url: str) -> Any:
            secured(url, self.arm.url)
            response = self.transport.send("GET", url, with_token=False)
            if response.status != 200:
                raise api_error(response)
            return response.json()

        url = self.connection.generation.address(account, read, self._path)
        secured(url, self.arm.url)
        return url

    @cached_property
    def storage(self) -> StorageTarget:
        target = storage_from(self.options, os.environ, self.repeats)
        self.hide(*target.secrets)
        return target

    def upload(self, content: Content) -> str:
        """Upload the content unless it is there, telling the progress if it takes long, and return a URL to read it."""
        reported = [self.clock.monotonic()]

        def progress(sent: int, size: int) -> None:
            now = self.clock.monotonic()
            if now - reported[0] >= _UPLOAD_SILENCE:
                reported[0] = now
                self.tell(f"Uploading {content.path}: {100 * sent // max(size, 1)} % of {size} bytes")

        return self.storage.ensure(content, progress)

    @property
    def request_ids(self) -> list[dict[str, Any]]:
        """The ids of the latest exchanges with the service, the oldest first."""
        transport = self.__dict__.get("transport")
        return [ids.to_result() for ids in transport.ids] if transport is not None else []
