# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What is done with a resource: PUT, GET, PATCH, DELETE, lists (protocol 4.1)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mms_local.api.arm import documents
from mms_local.api.arm.clusters import access_of, without_secrets
from mms_local.api.arm.errors import ArmError
from mms_local.api.arm.kinds import Kind
from mms_local.api.arm.path import ArmPath
from mms_local.core.accounts import ArmKind, ArmName, ArmResource, ArmResources
from mms_local.core.errors import Invalid, NotFound, Problem
from mms_local.core.fields import read

Json = dict[str, Any]

_PAGE = 100


@dataclass(frozen=True)
class Resources:
    """The resources of all kinds, in the form of the wire."""

    arm: ArmResources

    async def put(self, kind: Kind, path: ArmPath, body: Any, origin: str) -> tuple[Json, bool]:
        """Create the resource, or replace it whole. True when it was created.

        Raises:
            Invalid: the body breaks a rule.
            ArmError: 409, the resource is in another region already.
        """
        if not re.fullmatch(kind.name_pattern, path.name, re.ASCII):
            raise Invalid(Problem("name", f"'{path.name}' does not match {kind.name_pattern}"))
        wanted = dict(read(kind.body, body))
        wanted["location"] = wanted["location"].replace(" ", "").lower()
        name = _name(kind, path)
        known = self._find(name)
        if known and known.body["location"] != wanted["location"]:
            raise ArmError(
                409,
                "InvalidResourceLocation",
                f"The resource '{path.name}' already exists in location '{known.body['location']}' in resource group"
                f" '{path.group}'. A resource with the same name cannot be created in location"
                f" '{wanted['location']}'.",
            )
        return await self._stored(kind, name, wanted, origin)

    def get(self, kind: Kind, path: ArmPath, origin: str) -> Json:
        """The resource.

        Raises:
            ArmError: 404.
        """
        return documents.resource(kind, self.existing(kind, path), origin)

    async def patch(self, kind: Kind, path: ArmPath, body: Any, origin: str) -> Json:
        """Change what the body names: `tags` as a whole, `sku` and `properties` field by field, at any depth.

        Raises:
            Invalid: the outcome would break a rule.
            ArmError: 404; 400 for an attempt to move the resource.
        """
        known = self.existing(kind, path)
        if not isinstance(body, dict):
            raise Invalid(Problem("body", "must be an object"))
        given = {key.lower(): value for key, value in body.items()}
        location = given.get("location", known.body["location"])
        if str(location).replace(" ", "").lower() != known.body["location"]:
            raise ArmError(400, "LocationNotUpdatable", "The location of a resource cannot be changed.")
        merged = dict(known.body)
        if "tags" in given:
            merged["tags"] = given["tags"]
        for part in ("sku", "properties"):
            if isinstance(given.get(part), dict):
                merged[part] = _merged(known.body.get(part, {}), given[part])
        return (await self._stored(kind, known.name, dict(read(kind.body, merged)), origin))[0]

    def delete(self, kind: Kind, path: ArmPath) -> bool:
        """Remove the resource. What belongs to the account in the data plane stays. False when there was none."""
        return self.arm.delete(_name(kind, path))

    def page(self, kind: Kind, path: ArmPath, token: str, origin: str) -> tuple[list[Json], str]:
        """Resources of a group or of a subscription, and the token of the next page; empty for the last one.

        Raises:
            ArmError: 400 for a token that did not come from here.
        """
        found = self.arm.list(kind.arm, path.subscription, path.group or None, after=_position(token), limit=_PAGE + 1)
        shown = [documents.resource(kind, one, origin) for one in found[:_PAGE]]
        return shown, _token(found[_PAGE - 1].name.id) if len(found) > _PAGE else ""

    def existing(self, kind: Kind, path: ArmPath) -> ArmResource:
        """The resource as it is kept.

        Raises:
            ArmError: 404.
        """
        known = self._find(_name(kind, path))
        if known is None:
            raise ArmError(
                404,
                "ResourceNotFound",
                f"The Resource '{kind.arm.value}/{path.name}' under resource group '{path.group}' was not found.",
            )
        return known

    def _find(self, name: ArmName) -> ArmResource | None:
        try:
            return self.arm.get(name)
        except NotFound:
            return None

    async def _stored(self, kind: Kind, name: ArmName, body: Json, origin: str) -> tuple[Json, bool]:
        if kind.arm is ArmKind.CLUSTER:
            access = await asyncio.to_thread(access_of, body["properties"], self.arm.access(name.id))
            self.arm.set_access(name, access)
            body["properties"] = without_secrets(body["properties"])
        stored, created = self.arm.put(name, body)
        return documents.resource(kind, stored, origin), created


def _name(kind: Kind, path: ArmPath) -> ArmName:
    return ArmName(kind.arm, path.subscription, path.group, path.name)


def _merged(known: Mapping[str, Any], given: Mapping[str, Any]) -> Json:
    """The known fields with the given ones over them, whatever their letter case."""
    names = {name.lower(): name for name in known}
    merged = dict(known)
    for name, value in given.items():
        own = names.get(name.lower(), name)
        both = isinstance(value, dict) and isinstance(known.get(own), dict)
        merged[own] = _merged(known[own], value) if both else value
    return merged


def _token(arm_id: str) -> str:
    return base64.urlsafe_b64encode(arm_id.casefold().encode()).decode()


def _position(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise ArmError(400, "InvalidSkipToken", "The $skiptoken did not come from here; follow nextLink.") from None
