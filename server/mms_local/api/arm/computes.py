# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Computes of workspaces: attached, read, listed and detached (protocol 4.5). Any name will do for a service."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from mms_local.api.arm import documents
from mms_local.api.arm.errors import ArmError
from mms_local.api.arm.kinds import COMPUTE
from mms_local.api.arm.path import ArmPath
from mms_local.core.accounts import ArmKind, ArmName, ArmResource, ArmResources
from mms_local.core.errors import NotFound
from mms_local.core.fields import read

_MOST = 1000


class Computes:
    """The computes of all workspaces."""

    def __init__(self, arm: ArmResources) -> None:
        self._arm = arm

    def put(self, path: ArmPath, body: Any) -> tuple[documents.Json, bool]:
        """Attach a compute, or change it. True when it was not there before."""
        stored, created = self._arm.put(_name(path), _without_key(read(COMPUTE, body)))
        return documents.compute(stored), created

    def get(self, path: ArmPath) -> documents.Json:
        """A compute.

        Raises:
            ArmError: 404.
        """
        return documents.compute(self._existing(path))

    def all(self, path: ArmPath) -> list[documents.Json]:
        """The computes of a workspace."""
        found = self._arm.list(ArmKind.COMPUTE, path.subscription, path.group, limit=_MOST)
        own = f"{path.name}/".casefold()
        return [documents.compute(one) for one in found if one.name.name.casefold().startswith(own)]

    def keys(self, path: ArmPath) -> documents.Json:
        """The credentials of a compute; none are needed to run services here.

        Raises:
            ArmError: 404.
        """
        kind = self._existing(path).body["properties"]["computeType"]
        return {"computeType": kind, "userKubeConfig": None, "adminKubeConfig": None, "imagePullSecretName": None}

    def delete(self, path: ArmPath) -> bool:
        """Detach a compute. False when there was none."""
        return self._arm.delete(_name(path))

    def _existing(self, path: ArmPath) -> ArmResource:
        try:
            return self._arm.get(_name(path))
        except NotFound:
            raise ArmError(
                404, "ResourceNotFound", f"There is no compute '{path.action[1]}' in workspace '{path.name}'."
            ) from None


def _without_key(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body without the key of a certificate: nothing here needs it, and no answer may have it."""
    kept = deepcopy(dict(body))
    inner = kept["properties"].get("properties")
    tls = inner.get("sslConfiguration") if isinstance(inner, dict) else None
    if isinstance(tls, dict):
        tls.pop("key", None)
    return kept


def _name(path: ArmPath) -> ArmName:
    return ArmName(ArmKind.COMPUTE, path.subscription, path.group, f"{path.name}/{path.action[1]}")
