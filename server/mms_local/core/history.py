# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What was done: operations, and the deployments that they made (protocol chapter 3, 2.2.2). Read-only."""

from __future__ import annotations

from collections.abc import Mapping

from mms_local.core.accounts import Account
from mms_local.core.lookup import existing
from mms_local.core.resources import Deployment, Operation
from mms_local.core.world import World


class Operations:
    """The operations of all accounts. They are kept for ever."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, account: Account, operation_id: str) -> Operation:
        """The operation; counts as a read where transitions go by reads.

        Raises:
            NotFound: there is none with that id.
        """
        return self._world.pacing.read(existing(self._world.storage.operations, account, "operation", operation_id))


class Deployments:
    """The deployments of all accounts; they outlive their services."""

    def __init__(self, world: World) -> None:
        self._world = world

    def all(self, account: Account, filters: Mapping[str, str]) -> tuple[Deployment, ...]:
        """Deployments in the order they were asked for."""
        return self._world.storage.deployments.page(account.number, filters).items

    def get(self, account: Account, deployment_id: str) -> Deployment:
        """The deployment with that id.

        Raises:
            NotFound: there is none.
        """
        return existing(self._world.storage.deployments, account, "deployment", deployment_id)
