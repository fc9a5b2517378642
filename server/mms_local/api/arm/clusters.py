# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The secrets of clusters: they come in with a PUT or over the control API, and go out with `listKeys` only."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mms_local.core.accounts import ClusterAccess, StorageAccess
from mms_local.core.errors import Invalid, Problem
from mms_local.core.kubeconfig import check_kubeconfig
from mms_local.core.ports import Registry

_SECRETS = {
    "storageAccount": ("primaryKey", "secondaryKey"),
    "containerRegistry": ("password",),
    "containerService": ("acsKubeConfig",),
}


def without_secrets(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that may be shown."""
    shown = dict(properties)
    for part, names in _SECRETS.items():
        if part in shown:
            shown[part] = {name: value for name, value in shown[part].items() if name not in names}
    return shown


def access_of(properties: Mapping[str, Any], known: ClusterAccess) -> ClusterAccess:
    """The secrets among the properties, over those that are known already: what is left out stays.

    Raises:
        Invalid: the kubeconfig is none, or a password comes without its place.
    """
    service = properties.get("containerService", {})
    access = known
    if "acsKubeConfig" in service:
        access = replace(access, kubeconfig=readable_kubeconfig(service["acsKubeConfig"]))
    if "imagePullSecretName" in service:
        access = replace(access, pull_secret=service["imagePullSecretName"])
    if "containerRegistry" in properties:
        access = replace(access, registry=_registry(properties["containerRegistry"], known.registry))
    if "storageAccount" in properties:
        access = replace(access, storage=_storage(properties["storageAccount"], known.storage))
    return access


def readable_kubeconfig(text: str) -> str:
    """The kubeconfig as text; base64, which the specification's example looks like, is unwrapped.

    Raises:
        Invalid: it is not a usable kubeconfig.
    """
    with suppress(binascii.Error, ValueError):  # plain text has characters that base64 has not
        text = base64.b64decode("".join(text.split()), validate=True).decode()
    check_kubeconfig(text)
    return text


def _registry(given: Mapping[str, str], known: Registry | None) -> Registry | None:
    values = {name: given[name] for name in ("loginServer", "username", "password") if name in given}
    if not values:
        return known
    if known and values.get("loginServer", known.location) != known.location:
        known = None  # another registry: its user and password are others too
    registry = Registry(
        values.get("loginServer", known.location if known else ""),
        values.get("username", known.user if known else ""),
        values.get("password", known.password if known else ""),
    )
    if not registry.location:
        raise Invalid(Problem("properties.containerRegistry.loginServer", "is required with username or password"))
    return registry


def _storage(given: Mapping[str, str], known: StorageAccess | None) -> StorageAccess | None:
    if "primaryKey" not in given and "secondaryKey" not in given:
        return known
    primary = given.get("primaryKey") or (known.primary_key if known else "")
    if not primary:
        raise Invalid(Problem("properties.storageAccount.primaryKey", "is required with secondaryKey"))
    secondary = given.get("secondaryKey") or (known.secondary_key if known else None)
    return StorageAccess(given.get("resourceId"), primary, secondary)
