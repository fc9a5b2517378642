# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Generation `account`: the public previews of 2017 and 2018 (protocol 2.2)."""

from __future__ import annotations

from mms_local.api.mms import bodies, calls
from mms_local.api.mms.generation import ApiOperation, GenerationApi
from mms_local.core.fields import Field, Flag, ListOf, Number, Record, Text
from mms_local.core.generation import Generation

_GONE = (200, 204)

MODEL = bodies.model(255, 4096, Text(1, 256))
MANIFEST = bodies.manifest(
    False,
    ("SparkPython", "Python"),
    (
        Field("name", Text(1, 255, bodies.FILE_NAME, bodies.FILE_NAME_RULE), required=True),
        Field("driverProgram", bodies.ASSET_ID, required=True),
        Field("modelType", Text(choices=("Registered",))),
        Field("modelIds", ListOf(bodies.ID)),
        Field("webserviceType", Text(choices=("Realtime",))),
    ),
)
IMAGE = Record(
    (
        *bodies.IMAGE_COMMON,
        Field(
            "name",
            Text(
                1,
                128,
                r"[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?",
                "must be letters, digits, '.', '_' or '-', and begin and end with a letter or digit",
            ),
            required=True,
        ),
        Field("computeResourceId", bodies.ARM_ID, required=True),
    )
)
_SETTINGS = (
    Field("numReplicas", Number(0, bodies.MOST)),
    Field("autoScaler", bodies.SCALING),
    Field("containerResourceReservation", Record((Field("cpu", bodies.QUANTITY), Field("memory", bodies.QUANTITY)))),
    Field("maxConcurrentRequestsPerContainer", Number(1, bodies.MOST)),
    Field("appInsightsEnabled", Flag()),
    Field("dataCollection", bodies.DATA_COLLECTION),
)
SERVICE_CREATE = Record(
    (
        Field("name", bodies.SERVICE_NAME, required=True),
        Field("imageId", bodies.ID, required=True),
        Field(
            "computeResource",
            Record(
                (Field("id", bodies.ARM_ID, required=True), Field("type", Text(choices=("Cluster",)), required=True))
            ),
            required=True,
        ),
        *_SETTINGS,
    )
)
SERVICE_UPDATE = Record((Field("imageId", bodies.ID), *_SETTINGS))

ACCOUNT = GenerationApi(
    name=Generation.ACCOUNT,
    roots=("/api",),
    marker=("accounts",),
    versions=("2017-09-01-preview", "2018-04-01-preview"),
    version_required=True,
    paged=frozenset({"models", "manifests", "images", "services"}),
    asynchronous_delete=frozenset({"2018-04-01-preview"}),
    register=calls.registering(MODEL),
    operations=(
        ApiOperation("models.create", "POST", "models", calls.register_model, body=MODEL),
        ApiOperation("models.list", "GET", "models", calls.list_models, filters=calls.MODEL_FILTERS),
        ApiOperation("models.get", "GET", "models/{id}", calls.get_model),
        ApiOperation("models.delete", "DELETE", "models/{id}", calls.delete_model, _GONE),
        ApiOperation("manifests.create", "POST", "manifests", calls.create_manifest, body=MANIFEST),
        ApiOperation("manifests.list", "GET", "manifests", calls.list_manifests, filters=calls.MANIFEST_FILTERS),
        ApiOperation("manifests.get", "GET", "manifests/{id}", calls.get_manifest),
        ApiOperation("manifests.delete", "DELETE", "manifests/{id}", calls.delete_manifest, _GONE),
        ApiOperation("images.create", "POST", "images", calls.create_image, (202,), body=IMAGE),
        ApiOperation("images.list", "GET", "images", calls.list_images, filters=calls.IMAGE_FILTERS),
        ApiOperation("images.get", "GET", "images/{id}", calls.get_image),
        ApiOperation("images.delete", "DELETE", "images/{id}", calls.delete_image, _GONE),
        ApiOperation("services.create", "POST", "services", calls.create_service, (202,), body=SERVICE_CREATE),
        ApiOperation("services.update", "PUT", "services/{id}", calls.update_service, (202,), body=SERVICE_UPDATE),
        *calls.SERVICE_OPERATIONS,
        ApiOperation("deployments.list", "GET", "deployments", calls.list_deployments, filters=("serviceId",)),
        ApiOperation("deployments.get", "GET", "deployments/{id}", calls.get_deployment),
    ),
    shown={
        "model": ("id", "name", "version", "description", "url", "tags", "mimeType", "unpack", "createdAt"),
        "manifest": (
            "id",
            "name",
            "version",
            "description",
            "driverProgram",
            "modelType",
            "webserviceType",
            "modelIds",
            "assets",
            "targetRuntime",
            "createdTime",
        ),
        "image": (
            "id",
            "name",
            "version",
            "description",
            "imageType",
            "computeResourceId",
            "createdTime",
            "creationState",
            "error",
            "imageLocation",
            "digest",
            "warnings",
            "imageBuildLogUri",
            "manifest",
        ),
        "service": (
            "id",
            "name",
            "state",
            "scoringUri",
            "createdAt",
            "updatedAt",
            "image",
            "manifest",
            "models",
            "computeResource",
            "numReplicas",
            "autoScaler",
            "containerResourceReservation",
            "maxConcurrentRequestsPerContainer",
            "appInsightsEnabled",
            "dataCollection",
            "error",
        ),
    },
)
