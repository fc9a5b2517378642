# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosting accounts, the oldest generation (protocol 2.1): a kubeconfig with every service, and hardly any DELETE."""

from __future__ import annotations

from .._resources.fields import named
from .._resources.image import Image
from .._resources.manifest import Asset, Manifest
from .._resources.model import Model
from .._resources.service import Service
from .generation import FOLDER_NAME, Generation, Kind

HOSTING_ACCOUNT = Generation(
    api_version="2017-06-01-privatepreview",
    query={"api-version": "2017-06-01-privatepreview"},
    arm_version="2017-06-01-privatepreview",
    account_segment="hostingAccounts",
    account_type="Microsoft.MachineLearningOperationalization/hostingAccounts",
    account_sku=("sku_tier",),
    models=Kind(
        name="model",
        collection="models",
        read=Model.from_api,
        names=FOLDER_NAME,
        create=named(Model, "name", "url", "mime_type", "unpack", "description", "tags"),
        required=("name", "url"),
        filters={"name": "name", "tag": "tag"},
        deletable=False,
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
        ),
        constants={"modelType": "Registered", "targetRuntime.properties": {}},
        required=("models", "runtime_type"),
        deletable=False,
        items={"assets": named(Asset, "id", "url", "mime_type", unpack="unPack")},
    ),
    images=Kind(
        name="image",
        collection="images",
        read=Image.from_api,
        create=named(Image, "manifest", "description", "registry_user", "registry_location", "registry_password"),
        constants={"imageType": "Docker"},
        required=("manifest", "registry_user", "registry_location", "registry_password"),
        place=frozenset({"registry_user", "registry_location", "registry_password"}),
        deletable=False,
    ),
    services=Kind(
        name="service",
        collection="services",
        read=Service.from_api,
        names=(
            r"[a-z0-9][a-z0-9.-]{1,30}[a-z0-9]",
            "has 3 to 32 lower-case letters, digits, '-' or '.', and begins and ends with a letter or digit",
        ),
        create=named(
            Service,
            "name",
            "image",
            "kubeconfig",
            "pull_secret",
            "app_insights_key",
            "data_collection.storage_enabled",
            "data_collection.storage_key",
            "data_collection.event_hub_enabled",
            "data_collection.event_hub_key",
            app_insights_enabled="dataCollection.appInsightsEnabled",
        ),
        required=("image", "kubeconfig", "pull_secret"),
        place=frozenset({"kubeconfig", "pull_secret"}),
        update=named(Service, "image", "pull_secret"),
    ),
)
