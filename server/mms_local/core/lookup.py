# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds one resource, or says that it is not there."""

from __future__ import annotations

from typing import TypeVar

from mms_local.core.accounts import Account
from mms_local.core.errors import NotFound
from mms_local.core.storage import Collection

T = TypeVar("T")


def existing(collection: Collection[T], account: Account, kind: str, resource_id: str) -> T:
    """The resource with that id in that account; `kind` is what the message calls it.

    Raises:
        NotFound: there is none.
    """
    found = collection.get(account.number, resource_id)
    if found is None:
        raise NotFound(f"there is no {kind} with id {resource_id!r} in account {account.name.name}")
    return found
