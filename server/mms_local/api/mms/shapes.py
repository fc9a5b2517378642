# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Resources as the wire has them (protocol 2.1.2 to 2.1.6, 2.2.2). Which fields go out is data of the generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mms_local.api.mms.generation import GenerationApi
from mms_local.api.mms.scene import Json, Scene, timestamp
from mms_local.core.ports import Keys
from mms_local.core.resources import Asset, Deployment, Image, Job, Manifest, Model, Operation, Service
from mms_local.core.service_logs import ServiceLog
from mms_local.core.settings import shown

_ABSENT_WHEN_NONE = frozenset({"error", "warnings"})


@dataclass(frozen=True)
class Shapes:
    """Renders for one caller, in one of the generations of 2017."""

    scene: Scene
    generation: GenerationApi

    def model(self, model: Model) -> Json:
        """A model of either generation."""
        fields = {
            "id": model.id,
            "name": model.name,
            "version": model.version,
            "description": model.description,
            "url": model.url,
            "tags": list(model.tags),
            "mimeType": model.mime_type,
            "unpack": model.unpack,
            "createdAt": timestamp(model.created),
        }
        return _chosen(fields, self.generation.shown["model"])

    def manifest(self, manifest: Manifest) -> Json:
        """A manifest of either generation."""
        fields = {
            "id": manifest.id,
            "name": manifest.name,
            "version": manifest.version,
            "description": manifest.description,
            "driverProgram": manifest.driver,
            "modelType": manifest.model_type or "Registered",
            "webserviceType": manifest.webservice_type or "Realtime",
            "modelIds": list(manifest.model_ids),
            "assets": [_asset(asset, self.generation.unpack_key) for asset in manifest.assets],
            "targetRuntime": {
                "runtimeType": manifest.runtime_type,
                "properties": dict(manifest.runtime_properties),
            },
            "createdTime": timestamp(manifest.created),
        }
        return _chosen(fields, self.generation.shown["manifest"])

    def image(self, image: Image) -> Json:
        """An image of either generation. The registry's password is blank (protocol 7.1.20)."""
        fields = {
            "id": image.id,
            "name": image.name,
            "version": image.version,
            "description": image.description,
            "imageType": image.image_type,
            "manifestId": image.manifest_id,
            "computeResourceId": image.compute_id,
            "registryInfo": {"user": image.registry_user, "location": image.registry_location, "password": ""},
            "createdTime": timestamp(image.created),
            "creationState": image.state.value,
            "error": image.failure and self.scene.error(image.failure, image),
            "imageLocation": image.built and image.built.location,
            "digest": image.built and image.built.digest,
            "warnings": (image.built and list(image.built.warnings)) or None,
            "imageBuildLogUri": self.scene.log_uri(image),
        }
        if "manifest" in self.generation.shown["image"]:
            fields["manifest"] = self.manifest(self.scene.mms.manifests.get(self.scene.account, image.manifest_id))
        return _chosen(fields, self.generation.shown["image"])

    def service(self, service: Service) -> Json:
        """A service of either generation."""
        settings = service.wanted
        image = self.scene.mms.images.get(self.scene.account, settings.image_id)
        manifest = self.scene.mms.manifests.get(self.scene.account, image.manifest_id)
        fields = {
            "id": service.id,
            "name": service.name,
            "state": service.state.value,
            "scoringUri": f"{self.scene.front}/api/v1/service/{service.name}/score",
            "createdAt": timestamp(service.created),
            "updatedAt": timestamp(service.updated),
            "imageId": image.id,
            "image": self.image(image),
            "manifest": self.manifest(manifest),
            "models": [self.model(self.scene.mms.models.get(self.scene.account, one)) for one in manifest.model_ids],
            "computeResource": service.compute_id and {"id": service.compute_id, "type": service.compute_type},
            **shown(settings),
            "error": service.failure and self.scene.error(service.failure),
        }
        return _chosen(fields, self.generation.shown["service"])

    def keys(self, keys: Keys) -> Json:
        """The only answer that holds scoring keys."""
        return {"primaryKey": keys.primary, "secondaryKey": keys.secondary}

    def service_log(self, log: ServiceLog) -> Json:
        """The log of a service, in the form of the workspace generation, and whose it is."""
        return {
            "content": log.text,
            "serviceId": log.service_id,
            "serviceName": log.name,
            "removedAt": log.removed and timestamp(log.removed),
        }

    def deployment(self, deployment: Deployment) -> Json:
        """A line of history. `expiredAt` is null while it is the live one."""
        return {
            "id": deployment.id,
            "serviceName": deployment.service_name,
            "imageId": deployment.image_id,
            "status": deployment.status.value,
            "createdAt": timestamp(deployment.created),
            "expiredAt": deployment.expired and timestamp(deployment.expired),
        }

    def operation(self, operation: Operation) -> Json:
        """The state of a job. `endTime` and `error` are absent until there is something to say (chapter 3)."""
        build = operation.job is Job.BUILD
        body: Json = {
            "id": operation.id,
            "operationType": "Image" if build else "Service",
            "state": operation.state.value,
            "createdTime": timestamp(operation.created),
            "resourceLocation": f"{self.scene.base}/{'images' if build else 'services'}/{operation.resource_id}",
        }
        if operation.phase is not None and not operation.state.finished:
            body["phase"] = operation.phase  # not of the protocol; clients leave out what they do not know
        if operation.ended is not None:
            body["endTime"] = timestamp(operation.ended)
        if operation.failure is not None:
            image = (
                self.scene.mms.world.storage.images.get(self.scene.account.number, operation.resource_id)
                if build
                else None
            )
            body["error"] = self.scene.error(operation.failure, image)
        return body


def _asset(asset: Asset, unpack_key: str) -> Json:
    """An asset; `unPack` goes out the way it came in."""
    return {
        "id": asset.id,
        "url": asset.url,
        "mimeType": asset.mime_type,
        asset.unpack_key or unpack_key: asset.unpack,
    }


def _chosen(fields: Mapping[str, Any], names: tuple[str, ...]) -> Json:
    return {name: fields[name] for name in names if fields[name] is not None or name not in _ABSENT_WHEN_NONE}
