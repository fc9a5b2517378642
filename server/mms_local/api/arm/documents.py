# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Resources as Resource Manager shows them (protocol 4.1 to 4.3)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mms_local.api.arm.kinds import KINDS, Kind
from mms_local.api.mms.registry import GENERATIONS
from mms_local.api.mms.scene import timestamp
from mms_local.core.accounts import ARM_KIND_OF, ArmKind, ArmName, ArmResource, ClusterAccess
from mms_local.core.ports import Registry

Json = dict[str, Any]

_MARKERS = {ARM_KIND_OF[one.name]: one.marker[-1] for one in GENERATIONS.values()}


def resource(kind: Kind, one: ArmResource, origin: str) -> Json:
    """A resource of any kind.

    Args:
        origin: scheme, host and port that the caller used; the account's swagger location is built from it.
    """
    properties: Json = {
        **one.body.get("properties", {}),
        "createdOn": timestamp(one.created),
        "modifiedOn": timestamp(one.modified),
    }
    if kind.arm is ArmKind.WORKSPACE:
        properties = _workspace_properties(one, origin)
    elif kind.arm is ArmKind.CLUSTER:
        properties |= {"provisioningState": "Succeeded", "provisioningErrors": []}
    else:
        properties["modelManagementSwaggerLocation"] = _swagger_location(kind, one.name, origin)
    shown: Json = {
        "id": one.name.id,
        "name": one.name.name,
        "type": kind.arm.value,
        "location": one.body["location"],
        "tags": one.body.get("tags", {}),
    }
    for part in ("sku", "identity"):
        if part in one.body:
            shown[part] = one.body[part]
    return {**shown, "properties": properties}


def _workspace_properties(one: ArmResource, origin: str) -> Json:
    workspace_id = str(uuid.uuid5(uuid.NAMESPACE_URL, one.name.id.casefold()))
    given = one.body.get("properties", {})
    return {
        "friendlyName": one.name.name,
        "description": "",
        **dict.fromkeys(("storageAccount", "keyVault", "applicationInsights", "containerRegistry")),
        **given,
        "workspaceId": workspace_id,
        "discoveryUrl": f"{origin}/discovery/workspaces/{workspace_id}",
        "provisioningState": "Succeeded",
        "creationTime": timestamp(one.created),
    }


def workspace_keys(one: ArmResource, storage_key: str, registry: Registry | None) -> Json:
    """The secrets of a workspace, as `listKeys` gives them (protocol 4.5).

    Args:
        storage_key: of the storage account that this server offers.
        registry: the one whose password was given over the control API, if any.
    """
    credentials = registry and {
        "location": registry.location,
        "username": registry.user,
        "passwords": [{"name": "password", "value": registry.password}],
    }
    return {
        "userStorageKey": storage_key,
        "userStorageResourceId": one.body.get("properties", {}).get("storageAccount"),
        "appInsightsInstrumentationKey": None,
        "containerRegistryCredentials": credentials,
        "notebookAccessKeys": None,
    }


_CLUSTER_FACTS = (
    "agentVmSize",
    "agentCount",
    "clusterPurpose",
    "clusterFqdn",
    "systemServices",
    "loadBalancerType",
    "loadBalancerSubnet",
)


def compute(one: ArmResource) -> Json:
    """A compute of a workspace; every one is ready (protocol 4.5). Clients read all inner properties or none."""
    given = one.body["properties"]
    inner = given.get("properties")
    return {
        "id": one.name.id,
        "name": one.name.name.rpartition("/")[2],
        "type": one.name.kind.value,
        "location": one.body.get("location", "local"),
        "tags": one.body.get("tags", {}),
        "properties": {
            "description": None,
            "resourceId": None,
            **given,
            "properties": inner and {**dict.fromkeys(_CLUSTER_FACTS), **inner},
            "provisioningState": "Succeeded",
            "provisioningErrors": None,
            "isAttachedCompute": "resourceId" in given,
            "createdOn": timestamp(one.created),
            "modifiedOn": timestamp(one.modified),
        },
    }


def _swagger_location(kind: Kind, name: ArmName, origin: str) -> str:
    parts = (name.subscription, "resourceGroups", name.resource_group, _MARKERS[kind.arm], name.name)
    path = "/".join(quote(part, safe="") for part in parts)
    return f"{origin}/api/subscriptions/{path}/swagger.json?api-version={kind.versions[0]}"


def cluster_keys(access: ClusterAccess) -> Json:
    """The secrets of a cluster, as `listKeys` gives them; null for what was not configured."""
    registry, storage = access.registry, access.storage
    return {
        "storageAccount": {
            "resourceId": storage.resource_id if storage else None,
            "primaryKey": storage.primary_key if storage else None,
            "secondaryKey": storage.secondary_key if storage else None,
        },
        "containerRegistry": {
            "loginServer": registry.location if registry else None,
            "username": registry.user if registry else None,
            "password": registry.password if registry else None,
            "password2": registry.password if registry else None,
        },
        "containerService": {
            "acsKubeConfig": access.kubeconfig,
            "servicePrincipalConfiguration": None,
            "imagePullSecretName": access.pull_secret,
        },
        "appInsights": {"appId": None, "instrumentationKey": None},
        "serviceAuthConfiguration": None,
        "sslConfiguration": None,
    }


def subscription(subscription_id: str) -> Json:
    """A subscription; every id names one here."""
    return {
        "id": f"/subscriptions/{subscription_id}",
        "subscriptionId": subscription_id,
        "displayName": "local",
        "state": "Enabled",
    }


def resource_group(subscription_id: str, name: str) -> Json:
    """A resource group; every name names one here."""
    return {
        "id": f"/subscriptions/{subscription_id}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "local",
        "properties": {"provisioningState": "Succeeded"},
    }


def provider(subscription_id: str, namespace: str) -> Json:
    """A resource provider, which needs no registration here."""
    types = [
        {"resourceType": kind.type, "apiVersions": list(kind.versions)} for kind in KINDS if kind.namespace == namespace
    ]
    return {
        "id": f"/subscriptions/{subscription_id}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": "Registered",
        "resourceTypes": types,
    }


def provider_operations(namespace: str) -> Json:
    """What can be done with the resources of a provider, in the words of role definitions."""
    verbs: Mapping[str, str] = {"read": "Get", "write": "Create or update", "delete": "Delete"}
    operations = []
    for kind in KINDS:
        if kind.namespace != namespace:
            continue
        named = {**verbs, **{f"{action}/action": action for action in kind.actions}}
        for name, title in named.items():
            operations.append(
                {
                    "name": f"{kind.arm.value}/{name}",
                    "display": {
                        "provider": namespace,
                        "resource": kind.type,
                        "operation": title,
                        "description": f"{title}: {kind.type}",
                    },
                }
            )
    return {"value": operations}
