# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Request bodies of generation workspace (protocol 2.3.2 to 2.3.6). Nulls, `{}` and objects of nulls are left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mms_local.api.mms import bodies
from mms_local.core.errors import Invalid, Problem
from mms_local.core.fields import Anything, AsGiven, Field, Flag, ListOf, MapOf, Number, Real, Record, Text, read
from mms_local.core.recipes import CONDA, Recipe
from mms_local.core.resources import Access, Asset, Scaling, Settings

URL = Text(
    shortest=1,
    longest=8192,
    pattern=r"(?i:https?|wasbs?|aml|azureml)://[^\s/?#]+\S*",
    rule="must be an absolute URL that begins with http://, https://, wasb:// or aml://",
)
_TEXT = Text()
_LABELS = MapOf(Text(longest=8192), longest=1000)
_DESCRIPTION = Field("description", Text(longest=4096))
_KV_TAGS = Field("kvTags", _LABELS)
_PROPERTIES = Field("properties", _LABELS)
_MODEL_NAME = Text(
    1,
    255,
    r"[A-Za-z0-9][A-Za-z0-9._-]*",
    "must be letters, digits, '-', '.' and '_', and begin with a letter or digit",
)
_IMAGE_NAME = Text(
    3,
    32,
    r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
    "must be lower-case letters, digits, '-' or '.', and begin and end with a letter or digit",
)
_SERVICE_NAME = Text(
    3,
    32,
    r"[a-z]([a-z0-9-]*[a-z0-9])?",
    "must be lower-case letters, digits or '-', begin with a letter, and end with a letter or digit",
)
_RESOURCES = Record((Field("cpu", Real(0, 1e6)), Field("memoryInGB", Real(0, 1e6)), Field("gpu", Real(0, 1e6))))

MODEL_DETAILS = (
    _KV_TAGS,
    _PROPERTIES,
    Field("framework", _TEXT),
    Field("frameworkVersion", _TEXT),
    Field("datasets", ListOf(Anything())),
    Field("runId", _TEXT),
    Field("experimentName", _TEXT),
    Field("parentModelId", _TEXT),
    Field("derivedModelIds", ListOf(_TEXT)),
    Field("sampleInputData", _TEXT),
    Field("sampleOutputData", _TEXT),
    Field("resourceRequirements", _RESOURCES),
)
"""What is kept of a model and shown again."""

MODEL = Record(
    (
        Field("name", _MODEL_NAME, required=True),
        Field("url", URL, required=True),
        Field("mimeType", bodies.MIME_TYPE, required=True),
        Field("unpack", Flag()),
        Field("tags", Anything()),
        _DESCRIPTION,
        *MODEL_DETAILS,
    )
)
ASSET = Record(
    (
        Field("name", Text(1, 1024), required=True),
        Field("artifacts", ListOf(Record((Field("id", Text(1, 2048)), Field("prefix", Text(1, 2048)))))),
        Field("type", _TEXT),
        Field("runid", _TEXT),
        Field("meta", _LABELS),
        _DESCRIPTION,
        _KV_TAGS,
        _PROPERTIES,
    )
)
_FILE = Record(
    (
        Field("id", bodies.ASSET_ID, required=True),
        Field("url", URL, required=True),
        Field("mimeType", bodies.MIME_TYPE),
        Field("unpack", Flag()),
    )
)
_RUNTIME = Record(
    (
        Field(
            "runtimeType",
            Text(choices=("Python", "PythonSlim", "SparkPython", "PythonCustom", "Tlc37", "Tlc38", "Tlc310")),
            required=True,
        ),
        Field("targetArchitecture", _TEXT),
        Field("osType", Text(choices=("Linux", "Windows"))),
        Field("properties", MapOf(Anything())),
    )
)
IMAGE = Record(
    (
        Field("name", _IMAGE_NAME, required=True),
        Field("imageType", Text(choices=("Docker",)), required=True),
        Field("imageFlavor", Text(choices=("WebApiContainer",)), required=True),
        Field("driverProgram", bodies.ASSET_ID, required=True),
        Field("assets", ListOf(_FILE), required=True),
        Field("targetRuntime", _RUNTIME, required=True),
        Field("modelIds", ListOf(Text(1, 300))),
        Field("dockerFileUri", URL),
        Field("baseImage", _TEXT),
        Field("autoDelete", Flag()),
        _DESCRIPTION,
        _KV_TAGS,
        _PROPERTIES,
    )
)
_ENVIRONMENT = AsGiven(
    Record(
        (
            Field("environmentVariables", MapOf(Anything(), 1000)),
            Field("python", Record((Field("userManagedDependencies", Flag()),))),
        )
    )
)
ENVIRONMENT_IMAGE = Record(
    (
        Field("driverProgram", bodies.ASSET_ID),
        Field("assets", ListOf(_FILE)),
        Field("modelIds", ListOf(Text(1, 300))),
        Field("models", ListOf(Anything())),
        Field("environment", _ENVIRONMENT),
        Field("environmentReference", Anything()),
    )
)
_SCALER = Record(
    (
        Field("autoscaleEnabled", Flag()),
        Field("minReplicas", Number(1, bodies.MOST)),
        Field("maxReplicas", Number(1, bodies.MOST)),
        Field("targetUtilization", Number(1, 100)),
        Field("refreshPeriodInSeconds", Number(1, bodies.MOST)),
    )
)
_CONTAINER = Record(
    tuple(Field(name, Real(0, 1e6)) for name in ("cpu", "cpuLimit", "memoryInGB", "memoryInGBLimit", "gpu", "fpga"))
)
_PROBE = Record(
    tuple(
        Field(name, Number(1, bodies.MOST))
        for name in ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold")
    )
)
_FLAGS = ("authEnabled", "aadAuthEnabled", "appInsightsEnabled", "sslEnabled", "storageInitEnabled", "isDefault")
SERVICE = Record(
    (
        Field("name", _SERVICE_NAME, required=True),
        Field("computeType", Text(choices=("ACI", "AKS")), required=True),
        Field("imageId", Text(1, 300)),
        Field("environmentImageRequest", ENVIRONMENT_IMAGE),
        Field("keys", Record((Field("primaryKey", Text(1, 1024)), Field("secondaryKey", Text(1, 1024))))),
        Field("location", Text(1, 64)),
        Field("overwrite", Flag()),
        Field("deploymentType", _TEXT),
        Field("computeName", Text(1, 260)),
        Field(
            "namespace",
            Text(1, 63, r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", "must be a DNS label: lower-case letters, digits and '-'"),
        ),
        Field("numReplicas", Number(1, bodies.MOST)),
        Field("autoScaler", _SCALER),
        Field("containerResourceRequirements", _CONTAINER),
        Field("dataCollection", Record((Field("storageEnabled", Flag()), Field("eventHubEnabled", Flag())))),
        Field("maxConcurrentRequestsPerContainer", Number(1, bodies.MOST)),
        Field("maxQueueWaitMs", Number(1, bodies.MOST)),
        Field("scoringTimeoutMs", Number(1, bodies.MOST)),
        Field("livenessProbeRequirements", _PROBE),
        *(Field(name, Flag()) for name in _FLAGS),
        Field("sslCertificate", Text(1, 1 << 20)),
        Field("sslKey", Text(1, 1 << 20)),
        Field("cname", Text(1, 253)),
        Field("dnsNameLabel", Text(1, 63)),
        Field("vnetConfiguration", Anything()),
        Field("encryptionProperties", Anything()),
        Field("trafficPercentile", Real(0, 100)),
        Field("type", _TEXT),
        _DESCRIPTION,
        _KV_TAGS,
        _PROPERTIES,
    ),
    any_of=("imageId", "environmentImageRequest"),
)
REGENERATE = Record((Field("keyType", Anything(), required=True), Field("keyValue", Text(1, 1024))))

_COLLECTING = {"storageEnabled": False, "eventHubEnabled": False}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "ACI": {
        "containerResourceRequirements": {"cpu": 0.1, "memoryInGB": 0.5},
        "authEnabled": False,
        "sslEnabled": False,
        "appInsightsEnabled": False,
        "dataCollection": _COLLECTING,
    },
    "AKS": {
        "containerResourceRequirements": {"cpu": 0.1, "memoryInGB": 0.5, "gpu": 0},
        "autoScaler": {
            "autoscaleEnabled": True,
            "minReplicas": 1,
            "maxReplicas": 10,
            "targetUtilization": 70,
            "refreshPeriodInSeconds": 1,
        },
        "maxConcurrentRequestsPerContainer": 1,
        "maxQueueWaitMs": 500,
        "scoringTimeoutMs": 60000,
        "livenessProbeRequirements": {
            "initialDelaySeconds": 310,
            "periodSeconds": 10,
            "timeoutSeconds": 2,
            "successThreshold": 1,
            "failureThreshold": 3,
        },
        "authEnabled": True,
        "aadAuthEnabled": False,
        "appInsightsEnabled": False,
        "dataCollection": _COLLECTING,
    },
}
"""What a service has that its request did not say, by its kind of compute (protocol 2.3.5)."""

CHANGEABLE = {
    "ACI": (
        "imageId",
        "environmentImageRequest",
        "kvTags",
        "properties",
        "description",
        "authEnabled",
        "appInsightsEnabled",
        "sslEnabled",
        "sslCertificate",
        "sslKey",
        "cname",
    ),
    "AKS": (
        "imageId",
        "environmentImageRequest",
        "kvTags",
        "properties",
        "description",
        "authEnabled",
        "aadAuthEnabled",
        "appInsightsEnabled",
        "autoScaler",
        "dataCollection",
        "containerResourceRequirements",
        "scoringTimeoutMs",
        "maxConcurrentRequestsPerContainer",
        "maxQueueWaitMs",
        "numReplicas",
        "namespace",
        "livenessProbeRequirements",
    ),
}
"""What a PATCH may name, by the service's kind of compute (protocol 2.3.5)."""

_NOT_KEPT = ("name", "imageId", "keys", "overwrite", "sslKey", "sslCertificate")
_AS_GIVEN = ("environment", "environmentReference")


def given(body: Any) -> Any:
    """The body without nulls, empty objects and objects of nulls; an environment stays as it came."""
    if isinstance(body, dict):
        cleaned = {name: value if name in _AS_GIVEN else given(value) for name, value in body.items()}
        return {name: value for name, value in cleaned.items() if value is not None and value != {}}
    return [given(item) for item in body] if isinstance(body, list) else body


def service_document(body: Any, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A service as its request describes it, checked, with what it has by default.

    Args:
        before: the document before a change, whose defaults count no more.

    Raises:
        Invalid: a field breaks a rule, or two do not go together.
    """
    fields = dict(read(SERVICE, given(body)))
    kind = fields["computeType"]
    if before is None:
        replicas = fields.get("numReplicas")
        scaler = fields.get("autoScaler", {})
        defaults = dict(DEFAULTS[kind])
        if kind == "AKS" and replicas is not None and "autoscaleEnabled" not in scaler:
            fields["autoScaler"] = {**scaler, "autoscaleEnabled": False}
        if fields.get("aadAuthEnabled") and "authEnabled" not in fields:
            defaults["authEnabled"] = False
        fields = _over(defaults, fields)
    _check_service(fields)
    return fields


def _check_service(fields: Mapping[str, Any]) -> None:
    problems = []
    scaler, container = fields.get("autoScaler", {}), fields["containerResourceRequirements"]
    if fields["computeType"] == "AKS":
        if "computeName" not in fields:
            problems.append(Problem("computeName", "is required for computeType AKS"))
        if scaler.get("autoscaleEnabled") and fields.get("numReplicas") is not None:
            problems.append(
                Problem("numReplicas", "cannot be set together with an enabled autoScaler; leave one of them out")
            )
        if scaler.get("minReplicas", 1) > scaler.get("maxReplicas", 10):
            problems.append(Problem("autoScaler.minReplicas", "must not be above maxReplicas"))
    if fields.get("authEnabled") and fields.get("aadAuthEnabled"):
        problems.append(Problem("aadAuthEnabled", "cannot be set together with authEnabled; choose keys or tokens"))
    if "imageId" in fields and "environmentImageRequest" in fields:
        problems.append(Problem("imageId", "cannot be given together with environmentImageRequest"))
    for name, limit in (("cpu", "cpuLimit"), ("memoryInGB", "memoryInGBLimit")):
        if container.get(limit) is not None and container.get(name, 0) > container[limit]:
            problems.append(Problem(f"containerResourceRequirements.{name}", f"must not be above {limit}"))
    if problems:
        raise Invalid(*problems)


def settings_of(document: Mapping[str, Any], image_id: str) -> Settings:
    """What of a service has to be deployed."""
    scaler, container = document.get("autoScaler"), document["containerResourceRequirements"]
    scaling = scaler and Scaling(
        scaler.get("autoscaleEnabled"),
        scaler.get("minReplicas"),
        scaler.get("maxReplicas"),
        scaler.get("targetUtilization"),
        scaler.get("refreshPeriodInSeconds"),
    )
    access = Access.KEYS if document.get("authEnabled") else Access.NOTHING
    environment = (document.get("environmentImageRequest") or {}).get("environment") or {}
    variables = environment.get("environmentVariables") or {}
    return Settings(
        image_id=image_id,
        replicas=document.get("numReplicas"),
        scaling=scaling or None,
        cpu=f"{container.get('cpu', 0.1):g}",
        memory=f"{container.get('memoryInGB', 0.5):g}Gi",
        max_concurrent_requests=document.get("maxConcurrentRequestsPerContainer"),
        app_insights=document.get("appInsightsEnabled"),
        data_collection=document.get("dataCollection", {}),
        access=Access.TOKENS if document.get("aadAuthEnabled") else access,
        environment={str(name): str(value) for name, value in variables.items()},
    )


def kept_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown again of a service; neither keys nor the password of a registry."""
    kept = {name: value for name, value in document.items() if name not in _NOT_KEPT}
    request = kept.get("environmentImageRequest")
    if request:
        kept["environmentImageRequest"] = _without_password(request)
    return kept


def image_recipe(fields: Mapping[str, Any]) -> Recipe:
    """The recipe of a registered image."""
    runtime = fields["targetRuntime"]
    properties = runtime.get("properties", {})
    return Recipe(
        name=fields["name"],
        driver=fields["driverProgram"],
        assets=_files(fields["assets"]),
        model_ids=tuple(fields.get("modelIds", ())),
        runtime_type=runtime["runtimeType"],
        properties={name: value for name, value in properties.items() if isinstance(value, str)},
    )


def environment_recipe(name: str, request: Mapping[str, Any]) -> Recipe:
    """The recipe inside `environmentImageRequest`.

    Raises:
        Invalid: it has no driver, or it is wrong in another way.
    """
    where = "environmentImageRequest."
    if "driverProgram" not in request:
        message = (
            "is required here; a deployment without code, by the framework of its model, needs one that scores"
            " with that framework"
        )
        raise Invalid(Problem(f"{where}driverProgram", message))
    environment = request.get("environment") or {}
    python = environment.get("python") or {}
    conda = python.get("condaDependencies")
    properties = {}
    if conda and not python.get("userManagedDependencies"):
        properties[CONDA] = json.dumps(conda)
    models = [model for model in request.get("models", ()) if isinstance(model, dict)]
    ids = request.get("modelIds") or [str(model.get("id")) for model in models]
    return Recipe(
        name, request["driverProgram"], _files(request.get("assets", ())), tuple(ids), "Python", properties, where
    )


def _files(files: Any) -> tuple[Asset, ...]:
    return tuple(
        Asset(file["id"], file["url"], file.get("mimeType"), file.get("unpack", False), "unpack") for file in files
    )


def _over(defaults: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for name, value in fields.items():
        known = merged.get(name)
        merged[name] = _over(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return merged


def _without_password(request: Mapping[str, Any]) -> dict[str, Any]:
    environment = request.get("environment")
    docker = environment.get("docker") if isinstance(environment, dict) else None
    registry = docker.get("baseImageRegistry") if isinstance(docker, dict) else None
    if not isinstance(environment, dict) or not isinstance(docker, dict) or not isinstance(registry, dict):
        return dict(request)
    shown = {**environment, "docker": {**docker, "baseImageRegistry": {**registry, "password": None}}}
    return {**request, "environment": shown}
