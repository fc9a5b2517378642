# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What a generation of the protocol is, as a value (protocol chapter 2). Each has a file that makes one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mms_local.core.accounts import Account
from mms_local.core.errors import Refused
from mms_local.core.fields import Record
from mms_local.core.generation import Generation
from mms_local.core.mms import Mms
from mms_local.core.resources import Model

if TYPE_CHECKING:
    from mms_local.api.mms.call import Call, Reply

Handler = Callable[["Call"], Awaitable["Reply"]]


@dataclass(frozen=True)
class ApiOperation:
    """One operation.

    Args:
        name: what journal, fault rules and descriptions call it.
        path: below the account's base; `{id}` stands for one segment.
        statuses: how it answers when it goes well; a registration answers with the first one.
        body: the shape of the request body, if it takes one.
        filters: query parameters that narrow a list.
    """

    name: str
    method: str
    path: str
    handler: Handler
    statuses: tuple[int, ...] = (200,)
    body: Record | None = None
    filters: tuple[str, ...] = ()


@dataclass(frozen=True)
class GenerationApi:
    """One generation on the wire.

    Args:
        roots: what paths begin with, in front of `/subscriptions`; the first one is used in answers.
        marker: the path segments in front of the account's name.
        versions: values of `api-version` that are accepted; empty: the parameter is not looked at.
        version_required: whether a request without `api-version` is refused.
        operations: all that can be asked for.
        paged: kinds of resource whose lists are pages; all others are bare arrays (protocol 7.1.14).
        shown: the fields of each kind of resource in its answers, where they are chosen from a common stock.
        refusals: code of the first detail of an error, where it is not the common one.
        headers: on every answer.
        asynchronous_delete: versions in which the DELETE of a service answers 202 (protocol 2.2.7).
        unpack_key: how an asset's flag is spelled where the caller did not spell it.
        models_by_name: whether a manifest may name a model instead of its id (protocol 2.1.3).
        page_size: how many items a page has, and how many it has at most.
        register: keeps the model that a request body describes.
    """

    name: Generation
    roots: tuple[str, ...]
    marker: tuple[str, ...]
    versions: tuple[str, ...]
    version_required: bool
    operations: tuple[ApiOperation, ...]
    register: Callable[[Mms, Account, Any], Model]
    paged: frozenset[str] = frozenset()
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refusals: Mapping[type[Refused], str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    asynchronous_delete: frozenset[str] = frozenset()
    unpack_key: str = "unpack"
    models_by_name: bool = False
    page_size: tuple[int, int] = (100, 1000)

    def operation(self, name: str) -> ApiOperation:
        """The operation of that name, which this generation must have."""
        return next(one for one in self.operations if one.name == name)

    def find(self, method: str, segments: list[str]) -> tuple[ApiOperation | None, str, tuple[str, ...]]:
        """The operation at a path below the account, and the id in the path.

        Segments are matched without regard to case. Where the path fits but the method does not, the operation is None
        and the last value has the methods that would do; it is empty when nothing is at that path.
        """
        allowed: list[str] = []
        for operation in self.operations:
            found = _match(operation.path.split("/"), segments)
            if found is None:
                continue
            if operation.method == method:
                return operation, found, ()
            allowed.append(operation.method)
        return None, "", tuple(dict.fromkeys(allowed))

    def below(self, segments: list[str]) -> tuple[tuple[str, str, str], list[str]] | None:
        """Subscription, resource group and name in a path of this generation, and the segments below the account."""
        for root in self.roots:
            shape = [*root.split("/")[1:], "subscriptions", "", "resourcegroups", "", *self.marker, ""]
            if len(segments) > len(shape) and all(
                not wanted or wanted.lower() == given.lower() for wanted, given in zip(shape, segments, strict=False)
            ):
                subscription, group, name = (
                    given for wanted, given in zip(shape, segments, strict=False) if not wanted
                )
                return (subscription, group, name), segments[len(shape) :]
        return None


def _match(template: list[str], segments: list[str]) -> str | None:
    """The id in the path, empty when the template has none; None when the path does not fit."""
    if len(template) != len(segments):
        return None
    found = ""
    for wanted, given in zip(template, segments, strict=True):
        if wanted == "{id}":
            found = given
        elif wanted.lower() != given.lower():
            return None
    return found
