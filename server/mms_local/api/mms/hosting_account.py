# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Generation `hosting-account`: the private preview of 2017 (protocol 2.1)."""

from __future__ import annotations

from mms_local.api.mms import bodies, calls
from mms_local.api.mms.generation import ApiOperation, GenerationApi
from mms_local.core.fields import Field, ListOf, Record, Text
from mms_local.core.generation import Generation

MODEL = bodies.model(32, 200, Text(1, 30))
MANIFEST = bodies.manifest(
    True,
    ("SparkPython", "parkPython", "CNTKPython", "ScikitPython", "TLC", "Tlc37", "Python"),
    (
        Field("name", Text(longest=255, pattern="[^:]*", rule="must not hold colons")),
        Field("driverProgram", bodies.ASSET_ID),
        Field("modelType", Text(choices=("Registered",)), required=True),
        Field("modelIds", ListOf(bodies.ID), required=True),
    ),
)
IMAGE = Record(
    (
        *bodies.IMAGE_COMMON,
        Field(
            "registryInfo",
            Record(
                (
                    Field("user", Text(1, 256), required=True),
                    Field("location", Text(1, 255), required=True),
                    Field("password", Text(1, 4096), required=True),
                )
            ),
            required=True,
        ),
    )
)
SERVICE_CREATE = Record(
    (
        Field("name", bodies.SERVICE_NAME, required=True),
        Field("imageId", bodies.ID, required=True),
        Field("kubeConfig", bodies.KUBE_CONFIG, required=True),
        Field("acrImagePullSecret", Text(1, 253), required=True),
        Field("dataCollection", bodies.DATA_COLLECTION),
    )
)
SERVICE_UPDATE = Record(
    (
        Field("imageId", bodies.ID),
        Field("manifestId", bodies.ID),
        Field("acrImagePullSecret", Text(1, 253)),
        Field("dataCollection", bodies.DATA_COLLECTION),
    ),
    any_of=("imageId", "manifestId"),
)

HOSTING_ACCOUNT = GenerationApi(
    name=Generation.HOSTING,
    roots=("/api",),
    marker=("hostingAccounts",),
    versions=("2017-06-01-privatepreview",),
    version_required=False,
    unpack_key="unPack",
    models_by_name=True,
    register=calls.registering(MODEL),
    operations=(
        ApiOperation("models.create", "POST", "models", calls.register_model, body=MODEL),
        ApiOperation("models.list", "GET", "models", calls.list_models, filters=calls.MODEL_FILTERS),
        ApiOperation("models.get", "GET", "models/{id}", calls.get_model),
        ApiOperation("manifests.create", "POST", "manifests", calls.create_manifest, body=MANIFEST),
        ApiOperation("manifests.list", "GET", "manifests", calls.list_manifests, filters=calls.MANIFEST_FILTERS),
        ApiOperation("manifests.get", "GET", "manifests/{id}", calls.get_manifest),
        ApiOperation("images.create", "POST", "images", calls.create_image, (202,), body=IMAGE),
        ApiOperation("images.list", "GET", "images", calls.list_images, filters=calls.IMAGE_FILTERS),
        ApiOperation("images.get", "GET", "images/{id}", calls.get_image),
        ApiOperation("services.create", "POST", "services", calls.create_service, (202,), body=SERVICE_CREATE),
        ApiOperation("services.update", "PUT", "services/{id}", calls.update_service, (202,), body=SERVICE_UPDATE),
        *calls.SERVICE_OPERATIONS,
    ),
    shown={
        "model": ("id", "name", "version", "description", "url", "tags", "mimeType", "createdAt"),
        "manifest": (
            "id",
            "name",
            "description",
            "driverProgram",
            "modelType",
            "modelIds",
            "assets",
            "targetRuntime",
            "createdTime",
        ),
        "image": (
            "id",
            "description",
            "imageType",
            "manifestId",
            "registryInfo",
            "createdTime",
            "creationState",
            "error",
            "imageLocation",
            "digest",
            "warnings",
            "imageBuildLogUri",
        ),
        "service": (
            "id",
            "name",
            "imageId",
            "image",
            "createdAt",
            "updatedAt",
            "state",
            "scoringUri",
            "acrImagePullSecret",
            "dataCollection",
            "error",
        ),
    },
)
