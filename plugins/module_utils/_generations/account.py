# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Model management accounts (protocol 2.2): a compute resource with every service, and services updated in place."""

from __future__ import annotations

from .._resources.deployment import Deployment
from .._resources.fields import named, updatable
from .._resources.image import Image
from .._resources.manifest import Asset, Manifest
from .._resources.model import Model
from .._resources.service import Service
from .generation import FOLDER_NAME, Generation, Kind

_SERVICE = named(
    Service,
    "name",
    "image",
    "compute_resource_id",
    "replicas",
    "autoscaler.enabled",
    "autoscaler.min_replicas",
    "autoscaler.max_replicas",
    "autoscaler.target_utilization",
    "autoscaler.refresh_period",
    "resources.cpu",
    "resources.memory",
    "max_concurrent_requests",
    "app_insights_enabled",
    "data_collection.storage_enabled",
    "data_collection.event_hub_enabled",
)

ACCOUNT = Generation(
    api_version="2017-09-01-preview",
    query={"api-version": "2017-09-01-preview"},
    arm_version="2017-09-01-preview",
    account_segment="accounts",
    account_type="Microsoft.MachineLearningModelManagement/accounts",
    account_sku=("sku_capacity",),
    models=Kind(
        name="model",
        collection="models",
        read=Model.from_api,
        names=FOLDER_NAME,
        create=named(Model, "name", "url", "mime_type", "unpack", "description", "tags"),
        required=("name", "url"),
        filters={"name": "name", "tag": "tag"},
    ),
    manifests=Kind(
        name="manifest",
        collection="manifests",
        read=Manifest.from_api,
        create=named(
            Manifest,
            "name",
            "description",
            "driver",
            "assets",
            "models",
            "runtime_type",
            "pip_requirements",
            "conda_file",
            "webservice_type",
        ),
        constants={"modelType": "Registered", "targetRuntime.properties": {}},
        required=("name", "driver", "runtime_type"),
        items={"assets": named(Asset, "id", "url", "mime_type", "unpack")},
        filters={"name": "manifestName", "model_id": "modelId"},
    ),
    images=Kind(
        name="image",
        collection="images",
        read=Image.from_api,
        create=named(Image, "name", "manifest", "compute_resource_id", "description"),
        constants={"imageType": "Docker"},
        required=("name", "manifest", "compute_resource_id"),
        place=frozenset({"name", "compute_resource_id"}),
        filters={"manifest_id": "manifestId", "manifest_name": "manifestName"},
    ),
    services=Kind(
        name="service",
        collection="services",
        read=Service.from_api,
        names=(
            r"[a-z0-9][a-z0-9.-]{1,30}[a-z0-9]",
            "has 3 to 32 lower-case letters, digits, '-' or '.', and begins and ends with a letter or digit",
        ),
        create=_SERVICE,
        constants={"computeResource.type": "Cluster"},
        required=("image", "compute_resource_id"),
        place=frozenset({"compute_resource_id"}),
        update=updatable(Service, _SERVICE),
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
    deployments=Kind(
        name="deployment",
        collection="deployments",
        read=Deployment.from_api,
        filters={"service_id": "serviceId"},
    ),
)
