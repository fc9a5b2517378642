# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API generations as values (protocol 2). Every difference between them that the client acts on stands here.

Fields are named as the options are (C(data_collection.storage_enabled) is a suboption); each generation says under
which name a field travels, and a field that it does not name does not exist there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import InputError


@dataclass(frozen=True)
class Kind:
    """What one generation can do with one kind of resource.

    Args:
        name: What users call it.
        collection: Path segment.
        create: Field names and their wire names in the create request; a dot leads into an object.
        required: Fields that the create request must have.
        update: The same for the update request; empty where there is none.
        filters: Names of filters and the query parameters of the list call that express them.
        deletable: Whether there is a DELETE.
        items: For a field that is a list of objects, the names and wire names of their members.
    """

    name: str
    collection: str
    create: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    update: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    deletable: bool = True
    items: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def create_body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the create request for these fields, leaving out those that this generation does not have."""
        return self._body(self.create, fields)

    def update_body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the update request for these fields, leaving out those that cannot be updated."""
        return self._body(self.update, fields)

    def _body(self, names: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, Any]:
        return _nested({names[name]: self._on_the_wire(name, value) for name, value in fields.items() if name in names})

    def _on_the_wire(self, name: str, value: Any) -> Any:
        members = self.items.get(name)
        if members is None:
            return value
        return [{members[key]: part for key, part in item.items()} for item in value]


@dataclass(frozen=True)
class Generation:
    """One generation of the API.

    Args:
        api_version: Value of the query parameter C(api-version).
        account_segment: Path segment in front of the account's name.
        account_type: Resource type of the account in Azure Resource Manager.
        account_sku: Fields of the account's C(sku) besides its name.
    """

    api_version: str
    account_segment: str
    account_type: str
    account_sku: tuple[str, ...]
    models: Kind
    manifests: Kind
    images: Kind
    services: Kind
    deployments: Kind | None

    def base_path(self, subscription_id: str, resource_group: str, account_name: str) -> str:
        """Return the path below which everything of an account lies (protocol 2.1, 2.2)."""
        group = f"/api/subscriptions/{subscription_id}/resourceGroups/{resource_group}"
        return f"{group}/{self.account_segment}/{account_name}"

    def refuse_unknown(self, kind: Kind, fields: Collection[str]) -> None:
        """Refuse fields that this generation does not have.

        Raises:
            InputError: names the option and the generation that has it.
        """
        for name in sorted(fields):
            if name not in kind.create:
                others = [
                    other.api_version
                    for other in GENERATIONS.values()
                    if name in getattr(other, kind.collection).create
                ]
                raise InputError(
                    f"{name} does not exist for a {kind.name} in api_version {self.api_version}"
                    + (f"; only {' and '.join(others)} has it." if others else ".")
                )

    def refuse_incomplete(self, kind: Kind, fields: Collection[str]) -> None:
        """Refuse a description that lacks what a create request must have.

        Raises:
            InputError: names the options that are missing.
        """
        missing = [name for name in kind.required if name not in fields]
        if missing:
            raise InputError(f"{', '.join(missing)} must be given for a {kind.name} in api_version {self.api_version}.")


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return C({"a.b": 1}) as C({"a": {"b": 1}}), the shape on the wire."""
    body: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, name = path.split(".")
        place = body
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    return body


_MODEL_FIELDS = {
    "name": "name",
    "url": "url",
    "mime_type": "mimeType",
    "unpack": "unpack",
    "description": "description",
    "tags": "tags",
}

_MANIFEST_FIELDS = {
    "name": "name",
    "description": "description",
    "driver": "driverProgram",
    "assets": "assets",
    "models": "modelIds",
    "model_type": "modelType",
    "runtime_type": "targetRuntime.runtimeType",
    "runtime_properties": "targetRuntime.properties",
}

_ASSET_FIELDS = {"id": "id", "url": "url", "mime_type": "mimeType", "unpack": "unpack"}

_SERVICE_SETTINGS = {
    "image": "imageId",
    "replicas": "numReplicas",
    "autoscaler.enabled": "autoScaler.autoscaleEnabled",
    "autoscaler.min_replicas": "autoScaler.minReplicas",
    "autoscaler.max_replicas": "autoScaler.maxReplicas",
    "autoscaler.target_utilization": "autoScaler.targetUtilization",
    "autoscaler.refresh_period": "autoScaler.refreshPeriodInSeconds",
    "resources.cpu": "containerResourceReservation.cpu",
    "resources.memory": "containerResourceReservation.memory",
    "max_concurrent_requests": "maxConcurrentRequestsPerContainer",
    "app_insights_enabled": "appInsightsEnabled",
    "data_collection.storage_enabled": "dataCollection.storageEnabled",
    "data_collection.event_hub_enabled": "dataCollection.eventHubEnabled",
}

HOSTING_ACCOUNT = Generation(
    api_version="2017-06-01-privatepreview",
    account_segment="hostingAccounts",
    account_type="Microsoft.MachineLearningOperationalization/hostingAccounts",
    account_sku=("tier",),
    models=Kind(
        name="model",
        collection="models",
        create=_MODEL_FIELDS,
        required=("name", "url"),
        filters={"name": "name", "tag": "tag"},
        deletable=False,
    ),
    manifests=Kind(
        name="manifest",
        collection="manifests",
        create=_MANIFEST_FIELDS,
        required=("models", "runtime_type"),
        deletable=False,
        items={"assets": {**_ASSET_FIELDS, "unpack": "unPack"}},
    ),
    images=Kind(
        name="image",
        collection="images",
        create={
            "manifest": "manifestId",
            "image_type": "imageType",
            "description": "description",
            "registry_user": "registryInfo.user",
            "registry_location": "registryInfo.location",
            "registry_password": "registryInfo.password",
        },
        required=("manifest", "registry_user", "registry_location", "registry_password"),
        deletable=False,
    ),
    services=Kind(
        name="service",
        collection="services",
        create={
            "name": "name",
            "image": "imageId",
            "kubeconfig": "kubeConfig",
            "pull_secret": "acrImagePullSecret",
            "app_insights_enabled": "dataCollection.appInsightsEnabled",
            "app_insights_key": "dataCollection.appInsightsKey",
            "data_collection.storage_enabled": "dataCollection.storageEnabled",
            "data_collection.storage_key": "dataCollection.storageKey",
            "data_collection.event_hub_enabled": "dataCollection.eventHubEnabled",
            "data_collection.event_hub_key": "dataCollection.eventHubKey",
        },
        required=("image", "kubeconfig", "pull_secret"),
        update={"image": "imageId", "pull_secret": "acrImagePullSecret"},
    ),
    deployments=None,
)

ACCOUNT = Generation(
    api_version="2017-09-01-preview",
    account_segment="accounts",
    account_type="Microsoft.MachineLearningModelManagement/accounts",
    account_sku=("capacity",),
    models=Kind(
        name="model",
        collection="models",
        create=_MODEL_FIELDS,
        required=("name", "url"),
        filters={"name": "name", "tag": "tag"},
    ),
    manifests=Kind(
        name="manifest",
        collection="manifests",
        create={**_MANIFEST_FIELDS, "webservice_type": "webserviceType"},
        required=("name", "driver", "runtime_type"),
        items={"assets": _ASSET_FIELDS},
        filters={"name": "manifestName", "model_id": "modelId"},
    ),
    images=Kind(
        name="image",
        collection="images",
        create={
            "name": "name",
            "manifest": "manifestId",
            "image_type": "imageType",
            "compute_resource_id": "computeResourceId",
            "description": "description",
        },
        required=("name", "manifest", "compute_resource_id"),
        filters={"manifest_id": "manifestId", "manifest_name": "manifestName"},
    ),
    services=Kind(
        name="service",
        collection="services",
        create={
            "name": "name",
            "compute_resource_id": "computeResource.id",
            "compute_resource_type": "computeResource.type",
            **_SERVICE_SETTINGS,
        },
        required=("image", "compute_resource_id"),
        update=_SERVICE_SETTINGS,
        filters={
            "name": "serviceName",
            "model_id": "modelId",
            "model_name": "modelName",
            "manifest_id": "manifestId",
            "manifest_name": "manifestName",
            "image_id": "imageId",
            "compute_resource_id": "computeResourceId",
        },
    ),
    deployments=Kind(name="deployment", collection="deployments", filters={"service_id": "serviceId"}),
)

GENERATIONS = {generation.api_version: generation for generation in (HOSTING_ACCOUNT, ACCOUNT)}
"""By C(api_version)."""
