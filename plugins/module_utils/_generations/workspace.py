# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspaces, the newest generation (protocol 2.3): ids are C(name:version), services are patched, and an image says
itself what it is made of.

The service knows no manifests. Here one is an asset record of the type C(manifest) that holds what it says in a
property, so that a later play finds it again; an image is told from others by the digest of its recipe, which is a
property of the image.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from .._errors import InputError, MmsError
from .._masking import without_query
from .._resources.account import Account
from .._resources.fields import named, updatable
from .._resources.image import Image
from .._resources.manifest import Asset, Manifest
from .._resources.model import Model
from .._resources.service import Compute, Service, quantity
from .._resources.wire import Fields, content_address, last_segment, normal_id
from .generation import FOLDER_NAME, Generation, Kind, nested

_MANIFEST = "mms_manifest"
"""Of an asset: what the manifest says. Of an image: the id of the manifest that it was made from."""
_VERSION = "mms_version"
_RECIPE = "mms_recipe"
_GIGABYTE = Decimal(1024) ** 3  # what Azure calls so of a container's memory (protocol 2.3.2)
_STATES = {"healthy": "Succeeded", "transitioning": "Running"}

_RECIPE_FIELDS = named(Manifest, "driver", "assets", "models", "runtime_type", "pip_requirements", "conda_file")
_ASSET_FIELDS = named(Asset, "id", "url", "mime_type", "unpack")


@dataclass(frozen=True)
class WorkspaceGeneration(Generation):
    """The address of a workspace is found by its discovery document (protocol 2.3.1)."""

    def base_path(self, subscription_id: str, resource_group: str, account_name: str) -> str:
        group = f"/modelmanagement/v1.0/subscriptions/{subscription_id}/resourceGroups/{resource_group}"
        return f"{group}/providers/{self.account_type}/{account_name}"

    def address(self, account: Account, read: Callable[[str], Any], path: str) -> str | None:
        if account.discovery_url is None:
            return None
        try:
            document = Fields(read(account.discovery_url), "a discovery document")
            host = document.required_text("modelmanagement")
        except MmsError as error:
            error.message = (
                f"The discovery document of workspace {account.name!r}, which says where its model management is, "
                f"cannot be used. {error.message} Set api_url to reach the service directly."
            )
            raise
        return host.rstrip("/") + path

    def image_of(self, image: Image, recipe: Manifest) -> Image:
        properties = {**(image.properties or {}), _RECIPE: recipe_digest(recipe)}
        return replace(image, recipe=recipe, manifest_id=None, properties=properties, compute_resource_id=None)

    def service_of(self, service: Service) -> Service:
        if service.compute_resource_id is None:
            return service
        compute = Compute(
            service.compute.type or "aks", service.compute.name or last_segment(service.compute_resource_id)
        )
        return replace(service, compute=compute, compute_resource_id=None)


def recipe_digest(recipe: Manifest) -> str:
    """Return the digest of what an image is made of. Signatures in URLs do not count, nor does the order."""
    assets = {asset.id: [_content(asset.url), bool(asset.unpack)] for asset in recipe.assets or ()}
    said = {
        "driver": _content(recipe.driver.url) if recipe.driver else None,
        "assets": assets,
        "models": sorted(normal_id(one) or "" for one in recipe.model_ids or ()),
        "runtime": recipe.runtime_type,
        "pip": _content(recipe.pip_requirements),
        "conda": _content(recipe.conda_file),
    }
    return "sha256:" + sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _content(url: str | None) -> str | None:
    return None if url is None else content_address(url) or without_query(url)


# Tags: the older generations have words, this one has a map. C(a=b) is the word for a tag with a value.


def _tags_to_map(body: dict[str, Any]) -> dict[str, Any]:
    words = body.pop("kvTags", None)
    if words is not None:
        body["kvTags"] = {name: value for name, _equals, value in (str(word).partition("=") for word in words)}
    return body


def _model_from(raw: Any) -> Model:
    tags = Fields(raw, "a model").any("kvTags")
    if not isinstance(tags, Mapping):
        return Model.from_api(raw)
    words = [f"{name}={value}" if value else str(name) for name, value in tags.items()]
    return Model.from_api({**raw, "tags": words})


# Manifests are asset records.


def _manifest_to_asset(body: dict[str, Any]) -> dict[str, Any]:
    version = body.pop("version")
    return {
        "name": body["name"],
        "type": "manifest",
        "artifacts": [{"prefix": f"mms-manifest/{body['name']}/{version}"}],
        "description": body.get("description"),
        "kvTags": {},
        "properties": {_MANIFEST: json.dumps(body, sort_keys=True), _VERSION: str(version)},
    }


def _is_manifest(raw: Any) -> bool:
    return _MANIFEST in (Fields(raw, "an asset").any("properties") or {})


def _manifest_from(raw: Any) -> Manifest:
    asset = Fields(raw, "an asset")
    properties = asset.any("properties") or {}
    try:
        said = json.loads(properties.get(_MANIFEST) or "{}")
    except ValueError:
        said = {}
    own = {
        "id": asset.required_text("id"),
        "name": asset.text("name"),
        "version": properties.get(_VERSION),
        "createdTime": asset.text("createdTime"),
    }
    return Manifest.from_api({**said, **own})


# Images hold their recipe themselves.


def _image_with_recipe(body: dict[str, Any]) -> dict[str, Any]:
    recipe = body.pop("recipe")
    fields = {_RECIPE_FIELDS[name]: value for name, value in recipe.items() if name in _RECIPE_FIELDS}
    fields["assets"] = [{_ASSET_FIELDS[name]: part for name, part in asset.items()} for asset in recipe["assets"]]
    made = nested({"targetRuntime.properties": {}, **fields})
    runtime = {"targetArchitecture": "Amd64", "osType": "Linux", **made.pop("targetRuntime", {})}
    properties = dict(body.get("properties") or {})
    if recipe.get("id"):
        properties[_MANIFEST] = recipe["id"]
    return {**body, **made, "targetRuntime": runtime, "properties": properties}


def _image_from(raw: Any) -> Image:
    image = Image.from_api(raw)
    return replace(image, manifest_id=(image.properties or {}).get(_MANIFEST))


# Services.


def _service_on_compute(body: dict[str, Any]) -> dict[str, Any]:
    if "computeType" not in body:
        raise InputError("compute must be given for a service in api_version v1.0: its type, and for aks its name.")
    body["computeType"] = body["computeType"].upper()
    if body["computeType"] == "ACI":
        body.setdefault("authEnabled", True)  # as in all other generations; by itself such a service is open to all
    elif "computeName" not in body:
        raise InputError("compute.name must be given: the compute target of the workspace that the service runs on.")
    reserved = body.get("containerResourceRequirements")
    if reserved:
        body["containerResourceRequirements"] = {name: _number(name, value) for name, value in reserved.items()}
    return body


def _number(name: str, value: Any) -> float:
    """Return a quantity as this generation has it: processors, or memory in GB of 2^30 bytes."""
    amount = quantity(str(value))
    if amount is None:
        raise InputError(f"resources: {value!r} is no quantity; 100m, 0.5 or 512Mi are.")
    return float(amount / _GIGABYTE if name == "memoryInGB" else amount)


def _service_patch(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    for wire, value in fields.items():
        if wire == "properties":
            operations += [{"op": "add", "path": f"/properties/{key}", "value": one} for key, one in value.items()]
            continue
        if wire.startswith("containerResourceRequirements."):
            value = _number(wire.rpartition(".")[2], value)
        operations.append({"op": "replace", "path": "/" + wire.replace(".", "/"), "value": value})
    return operations


def _service_from(raw: Any) -> Service:
    fields = Fields(raw, "a service")
    image = fields.part("imageDetails")
    recipe = image or fields.part("environmentImageRequest")
    properties = (image.any("properties") if image else None) or {}
    memory, state = fields.text("containerResourceRequirements.memoryInGB"), fields.text("state")
    service = Service.from_api({**raw, "id": fields.text("id", "name"), "models": None})
    return replace(
        service,
        state=_STATES.get((state or "").lower(), service.state),
        manifest_id=properties.get(_MANIFEST),
        model_ids=recipe.texts("modelIds") if recipe else (),
        compute=replace(service.compute, type=(service.compute.type or "").lower() or None),
        resources=replace(
            service.resources,
            cpu=fields.text("containerResourceRequirements.cpu"),
            memory=None if memory is None else f"{memory}Gi",
        ),
    )


_SERVICE = {
    **named(
        Service,
        "name",
        "image",
        "compute.type",
        "compute.name",
        "description",
        "tags",
        "properties",
        "auth_enabled",
        "token_auth_enabled",
        "scoring_timeout",
        "max_queue_wait",
        "namespace",
        "replicas",
        "autoscaler.enabled",
        "autoscaler.min_replicas",
        "autoscaler.max_replicas",
        "autoscaler.target_utilization",
        "autoscaler.refresh_period",
        "liveness_probe.initial_delay",
        "liveness_probe.period",
        "liveness_probe.timeout",
        "liveness_probe.success_threshold",
        "liveness_probe.failure_threshold",
        "max_concurrent_requests",
        "app_insights_enabled",
        "data_collection.storage_enabled",
        "data_collection.event_hub_enabled",
    ),
    "resources.cpu": "containerResourceRequirements.cpu",
    "resources.memory": "containerResourceRequirements.memoryInGB",
}

WORKSPACE = WorkspaceGeneration(
    api_version="v1.0",
    query={},
    arm_version="2019-11-01",
    name_option="workspace_name",
    account_word="workspace",
    account_made_here=False,
    missing="there is no such workspace. Check workspace_name, resource_group, subscription_id and api_url.",
    account_segment="workspaces",
    account_type="Microsoft.MachineLearningServices/workspaces",
    account_sku=(),
    models=Kind(
        name="model",
        collection="models",
        read=_model_from,
        names=FOLDER_NAME,
        create=named(Model, "name", "url", "mime_type", "unpack", "description", "properties", tags="kvTags"),
        required=("name", "url"),
        filters={"name": "name", "tag": "tags", "property": "properties"},
        write=_tags_to_map,
    ),
    manifests=Kind(
        name="manifest",
        collection="assets",
        read=_manifest_from,
        create={
            **named(Manifest, "name", "description", "webservice_type"),
            **_RECIPE_FIELDS,
            "version": "version",
        },
        constants={"targetRuntime.properties": {}},
        required=("name", "driver", "runtime_type"),
        items={"assets": _ASSET_FIELDS},
        filters={"name": "name"},
        query={"type": "manifest"},
        write=_manifest_to_asset,
        among=_is_manifest,
        next_version=True,
    ),
    images=Kind(
        name="image",
        collection="images",
        read=_image_from,
        create={
            **named(Image, "name", "description", "properties", "recipe"),
            # The registry of the workspace has the images, whichever compute they are for: these are not sent.
            **named(Image, "manifest", "compute_resource_id"),
        },
        constants={"imageType": "Docker", "imageFlavor": "WebApiContainer"},
        required=("name",),
        place=frozenset({"name"}),
        filters={"name": "name", "model_id": "modelId", "model_name": "modelName", "property": "properties"},
        write=_image_with_recipe,
    ),
    services=Kind(
        name="service",
        collection="services",
        read=_service_from,
        create=_SERVICE,
        required=("image",),
        place=frozenset({"compute.type", "compute.name"}),
        update=updatable(Service, _SERVICE),
        filters={
            "name": "name",
            "image_id": "imageId",
            "model_id": "modelId",
            "model_name": "modelName",
            "tag": "tags",
            "property": "properties",
        },
        names=(
            r"[a-z]([a-z0-9-]{1,30}[a-z0-9])",
            "has 3 to 32 lower-case letters, digits or '-', begins with a letter, and ends with a letter or digit",
        ),
        write=_service_on_compute,
        patch=_service_patch,
        query={"expand": "true"},
    ),
    keys=("POST", "listkeys"),
    new_key={"keyValue": None},
)
