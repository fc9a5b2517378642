# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Resources as generation workspace shows them (protocol 2.3): what its client insists on is always there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mms_local.api.mms.scene import Json, Scene, timestamp
from mms_local.core.resources import AssetRecord, Image, Job, Manifest, Model, Operation, Service, State

_SERVICE_STATES = {
    State.NOT_STARTED: "Transitioning",
    State.RUNNING: "Transitioning",
    State.SUCCEEDED: "Healthy",
    State.FAILED: "Failed",
    State.CANCELLED: "Failed",
}
_NOBODY = None
_ACI_ALWAYS = ("cname", "location", "publicIp", "sslCertificate", "sslKey", "vnetConfiguration", "encryptionProperties")
_AKS_ALWAYS = ("numReplicas", "computeName", "namespace")
_CONTAINER = {
    "ACI": ("cpu", "memoryInGB"),
    "AKS": ("cpu", "cpuLimit", "memoryInGB", "memoryInGBLimit", "gpu", "fpga"),
}


def version_id(one: Image | Model) -> str:
    """The id by which clients know an image or a model."""
    return f"{one.name}:{one.version}"


@dataclass(frozen=True)
class Views:
    """Renders for one caller."""

    scene: Scene

    def model(self, model: Model) -> Json:
        """A model; `datasets` is always an array, both maps are always maps."""
        return {
            "framework": None,
            "frameworkVersion": None,
            "runId": None,
            "experimentName": None,
            "sampleInputData": None,
            "sampleOutputData": None,
            "resourceRequirements": None,
            "parentModelId": None,
            **model.kept,
            "id": model.id,
            "name": model.name,
            "version": model.version,
            "url": model.url,
            "mimeType": model.mime_type,
            "description": model.description,
            "unpack": model.unpack,
            "kvTags": model.kept.get("kvTags", {}),
            "properties": model.kept.get("properties", {}),
            "datasets": model.kept.get("datasets", []),
            "createdTime": timestamp(model.created),
            "modifiedTime": timestamp(model.modified or model.created),
            "createdBy": _NOBODY,
        }

    def asset(self, asset: AssetRecord) -> Json:
        """An asset record."""
        return {
            "type": None,
            "description": None,
            "runid": None,
            "meta": {},
            **asset.kept,
            "id": asset.id,
            "name": asset.name,
            "artifacts": asset.kept.get("artifacts", []),
            "kvTags": asset.kept.get("kvTags", {}),
            "properties": asset.kept.get("properties", {}),
            "createdTime": timestamp(asset.created),
        }

    def image(self, image: Image, *, expand: bool = False) -> Json:
        """An image. `modelDetails` are there on request, and never null."""
        manifest = self.scene.mms.manifests.get(self.scene.account, image.manifest_id)
        runtime = image.kept.get("targetRuntime", {})
        shown: Json = {
            "imageFlavor": "WebApiContainer",
            "dockerFileUri": None,
            "baseImage": None,
            "autoDelete": False,
            **image.kept,
            "id": version_id(image),
            "name": image.name,
            "version": image.version,
            "imageType": image.image_type,
            "description": image.description,
            "creationState": image.state.value,
            "createdTime": timestamp(image.created),
            "modifiedTime": timestamp(image.modified or image.created),
            "imageLocation": image.built and image.built.location,
            "digest": image.built and image.built.digest,
            "operationId": image.operation_id,
            "modelIds": list(manifest.model_ids),
            "kvTags": image.kept.get("kvTags", {}),
            "properties": image.kept.get("properties", {}),
            "driverProgram": manifest.driver,
            "assets": [
                {"id": one.id, "url": one.url, "mimeType": one.mime_type, "unpack": one.unpack}
                for one in manifest.assets
            ],
            "targetRuntime": {
                "runtimeType": manifest.runtime_type,
                "targetArchitecture": "Amd64",
                "osType": "Linux",
                **runtime,
                "properties": runtime.get("properties", {}),
            },
            "imageBuildLogUri": self.scene.log_uri(image),
        }
        if image.built and image.built.warnings:
            shown["warnings"] = list(image.built.warnings)
        if image.failure is not None:
            shown["error"] = self.scene.error(image.failure, image)
        if expand:
            shown["modelDetails"] = self._models(manifest)
        return shown

    def service(self, service: Service, *, expand: bool = False) -> Json:
        """A service, with all that the kind of its compute has."""
        kept, kind = service.kept, str(service.kept["computeType"])
        image = self.scene.mms.images.get(self.scene.account, service.wanted.image_id)
        is_up = service.live is not None and service.state not in (State.NOT_STARTED, State.RUNNING)
        path = f"{self.scene.front}/api/v1/service/{service.name}"
        shown: Json = {
            **dict.fromkeys(_ACI_ALWAYS if kind == "ACI" else _AKS_ALWAYS),
            "deploymentType": "HttpRealtimeEndpoint",
            **kept,
            "id": service.name,
            "name": service.name,
            "description": kept.get("description"),
            "kvTags": kept.get("kvTags", {}),
            "properties": kept.get("properties", {}),
            "state": _SERVICE_STATES[service.state],
            "createdTime": timestamp(service.created),
            "updatedTime": timestamp(service.updated),
            "createdBy": _NOBODY,
            "operationId": service.operation_id,
            "scoringUri": f"{path}/score" if is_up or service.live else None,
            "swaggerUri": f"{path}/swagger.json" if is_up or service.live else None,
        }
        shown["containerResourceRequirements"] = {
            **dict.fromkeys(_CONTAINER[kind]),
            **kept["containerResourceRequirements"],
        }
        if kind == "ACI":
            shown["location"] = kept.get("location", "local")
        else:
            replicas = service.wanted.replicas or 1
            available = replicas if service.live else 0
            shown["deploymentStatus"] = {
                "desiredReplicas": replicas,
                "updatedReplicas": available,
                "availableReplicas": available,
                "error": None,
            }
        if service.failure is not None:
            shown["error"] = self.scene.error(service.failure)
        if image.owner is None:
            shown["imageId"] = version_id(image)
            shown["imageDigest"] = image.built and image.built.digest
            if expand:
                shown["imageDetails"] = self.image(image, expand=True)
        else:
            shown["models"] = self._models(self.scene.mms.manifests.get(self.scene.account, image.manifest_id))
        return shown

    def operation(self, operation: Operation) -> Json:
        """The state of a job, with the part of it that runs; `endTime` and `error` are absent until there are such."""
        storage, account = self.scene.mms.world.storage, self.scene.account.number
        build = operation.job is Job.BUILD
        image = storage.images.get(account, operation.resource_id) if build else None
        service = None if build else storage.services.get(account, operation.resource_id)
        name = (image and version_id(image)) or (service and service.name) or operation.resource_id
        shown: Json = {
            "id": operation.id,
            "operationType": "Image" if build else "Service",
            "state": operation.state.value,
            "createdTime": timestamp(operation.created),
            "resourceLocation": f"{self.scene.base}/{'images' if build else 'services'}/{name}",
            "operationDetails": {
                "subOperationType": operation.part or ("BuildImage" if build else "DeployService"),
                "subOperationState": operation.state.value,
            },
        }
        own = service and storage.images.get(account, service.wanted.image_id)
        built = image or (own if own and own.owner else None)
        if built:
            shown["operationLog"] = self.scene.log_uri(built)
        if operation.phase is not None and not operation.state.finished:
            shown["phase"] = operation.phase  # not of the protocol; clients leave out what they do not know
        if operation.ended is not None:
            shown["endTime"] = timestamp(operation.ended)
        if operation.failure is not None:
            shown["error"] = self.scene.error(operation.failure, image)
        return shown

    def _models(self, manifest: Manifest) -> list[Json]:
        """The models of a recipe, in the form that is read raw: `tags` beside `kvTags`."""
        found: list[Json] = []
        for model_id in manifest.model_ids:
            shown: Mapping[str, Any] = self.model(self.scene.mms.models.get(self.scene.account, model_id))
            found.append({**shown, "tags": shown["kvTags"]})
        return found
