# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Gives clusters their secrets over the control API: what a rehearsal of `listKeys` and of AKS credentials needs.

- `PUT /_mms/arm/{id of an operationalizationCluster}`: `kubeConfig`, `imagePullSecretName`, `containerRegistry`,
  `storageAccount`, as in `listKeys`; what is left out stays.
- `PUT /_mms/arm/{id of a workspace}`: the same; of these `listKeys` gives the `containerRegistry`.
- `PUT /_mms/arm/{id of an AKS managed cluster}`: `kubeConfig`.
- `DELETE` on either forgets them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from mms_local.api.arm.clusters import access_of, readable_kubeconfig
from mms_local.api.arm.errors import ArmError
from mms_local.api.arm.kinds import CLUSTER_SECRETS, KIND_BY_NAME, KUBECONFIG_ONLY
from mms_local.api.arm.path import ArmPath, parse
from mms_local.api.reading import json_body
from mms_local.core.accounts import ArmKind, ArmName, ArmResources, ClusterAccess
from mms_local.core.fields import read_strictly

MANAGED_CLUSTER = "microsoft.containerservice/managedclusters"

_PREFIX = "/_mms/arm"


class KubeconfigStorage(Protocol):
    """Keeps secrets by their owner."""

    def secrets(self, owner: str) -> dict[str, str]:
        """What is kept for the owner."""

    def set_secrets(self, owner: str, values: Mapping[str, str]) -> None:
        """Keep these values, and no others, for the owner."""


def cluster_kubeconfig(storage: KubeconfigStorage, path: ArmPath) -> str | None:
    """The kubeconfig that was configured for an AKS cluster."""
    return storage.secrets(path.id.casefold()).get("kubeconfig")


class ClusterControl:
    """The control API for the secrets of clusters."""

    def __init__(self, arm: ArmResources, storage: KubeconfigStorage) -> None:
        self._arm = arm
        self._storage = storage

    def routes(self) -> list[web.RouteDef]:
        """The routes; for those who may control the server."""
        return [
            web.put(_PREFIX + "/{id:.*}", self._put),
            web.delete(_PREFIX + "/{id:.*}", self._delete),
        ]

    async def _put(self, request: web.Request) -> web.Response:
        try:
            path = _cluster(request)
        except ArmError as error:
            return error.to_response()
        body = await json_body(request)
        if path.kind == MANAGED_CLUSTER:
            text = read_strictly(KUBECONFIG_ONLY, body)["kubeConfig"]
            kubeconfig = await asyncio.to_thread(readable_kubeconfig, text)
            self._storage.set_secrets(path.id.casefold(), {"kubeconfig": kubeconfig})
        else:
            name = _name(path)
            given = _properties(read_strictly(CLUSTER_SECRETS, body))
            access = await asyncio.to_thread(access_of, given, self._arm.access(name.id))
            self._arm.set_access(name, access)
        return web.Response(status=204)

    async def _delete(self, request: web.Request) -> web.Response:
        try:
            path = _cluster(request)
        except ArmError as error:
            return error.to_response()
        if path.kind == MANAGED_CLUSTER:
            self._storage.set_secrets(path.id.casefold(), {})
        else:
            self._arm.set_access(_name(path), ClusterAccess())
        return web.Response(status=204)


def _cluster(request: web.Request) -> ArmPath:
    path = parse(request.rel_url.raw_path.removeprefix(_PREFIX))
    kind = KIND_BY_NAME.get(path.kind)
    has_secrets = path.kind == MANAGED_CLUSTER or (kind and kind.arm in (ArmKind.CLUSTER, ArmKind.WORKSPACE))
    if path.action or not path.name or not has_secrets:
        raise ArmError(404, "NotFound", "The path must be /_mms/arm and the id of a cluster.")
    return path


def _name(path: ArmPath) -> ArmName:
    return ArmName(KIND_BY_NAME[path.kind].arm, path.subscription, path.group, path.name)


def _properties(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same secrets, where the properties of a cluster have them."""
    service = {
        own: given[name]
        for name, own in (("kubeConfig", "acsKubeConfig"), ("imagePullSecretName", "imagePullSecretName"))
        if name in given
    }
    rest = {name: given[name] for name in ("containerRegistry", "storageAccount") if name in given}
    return {"containerService": service, **rest}
