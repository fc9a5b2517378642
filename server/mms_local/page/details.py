# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One resource in full: its fields without secrets, and rows of what it is connected with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.resources import Image, Manifest, Model, Operation, Service, Settings
from mms_local.page.catalog import Catalog
from mms_local.page.rows import Json, bare_url, deployment_row, failure_row

_SHOWN = 50


class Details:
    """Describes resources of any kind."""

    def __init__(self, mms: Mms, catalog: Catalog) -> None:
        self._catalog = catalog
        self._deployments = mms.world.storage.deployments

    async def of(self, account: Account, kind: str, resource_id: str) -> Json | None:
        """The resource's row with everything else about it; None when there is no such resource."""
        resource = self._catalog.find(account, kind, resource_id)
        if resource is None:
            return None
        describe: dict[str, Callable[[Account, Any], Awaitable[Json]]] = {
            "models": self._model,
            "manifests": self._manifest,
            "images": self._image,
            "services": self._service,
            "operations": self._operation,
        }
        return {**await self._catalog.row(account, kind, resource), **await describe[kind](account, resource)}

    async def _model(self, account: Account, model: Model) -> Json:
        return {
            "description": model.description,
            "url": bare_url(model.url),
            "mimeType": model.mime_type,
            "unpack": model.unpack,
            "versions": await self._catalog.rows(account, "models", {"name": model.name}, _SHOWN),
            "usedBy": await self._catalog.rows(account, "manifests", {"modelId": model.id}, _SHOWN),
        }

    async def _manifest(self, account: Account, manifest: Manifest) -> Json:
        return {
            "description": manifest.description,
            "runtime": manifest.runtime_type,
            "properties": {name: bare_url(value) for name, value in manifest.runtime_properties.items()},
            "assets": [
                {"id": asset.id, "url": bare_url(asset.url), "mimeType": asset.mime_type, "unpack": asset.unpack}
                for asset in manifest.assets
            ],
            "madeFrom": await self._rows_of(account, "models", *manifest.model_ids),
            "usedBy": await self._catalog.rows(account, "images", {"manifestId": manifest.id}, _SHOWN),
        }

    async def _image(self, account: Account, image: Image) -> Json:
        return {
            "description": image.description,
            "digest": image.built and image.built.digest,
            "registry": image.registry_location,
            "compute": image.compute_id,
            "warnings": list(image.built.warnings) if image.built else [],
            "error": failure_row(image.failure),
            "operations": await self._catalog.rows(account, "operations", {"resource": image.id}, _SHOWN),
            "madeFrom": await self._rows_of(account, "manifests", image.manifest_id),
            "usedBy": await self._catalog.rows(account, "services", {"usesImage": image.id}, _SHOWN),
        }

    async def _service(self, account: Account, service: Service) -> Json:
        history = self._deployments.newest(account.number, {"serviceId": service.id}, _SHOWN).items
        return {
            "compute": service.compute_id,
            "settings": _settings(service.wanted),
            "error": failure_row(service.failure),
            "operations": await self._catalog.rows(account, "operations", {"resource": service.id}, _SHOWN),
            "deployments": [
                {**deployment_row(one), "images": await self._rows_of(account, "images", one.image_id)}
                for one in history
            ],
            "madeFrom": await self._rows_of(account, "images", service.wanted.image_id),
        }

    async def _operation(self, account: Account, operation: Operation) -> Json:
        return {"error": failure_row(operation.failure)}

    async def _rows_of(self, account: Account, kind: str, *resource_ids: str) -> list[Json]:
        found: list[Any] = [self._catalog.find(account, kind, resource_id) for resource_id in resource_ids]
        return [await self._catalog.row(account, kind, resource) for resource in found if resource is not None]


def _settings(settings: Settings) -> Json:
    scaling = settings.scaling
    return {
        "replicas": settings.replicas,
        "autoscaling": f"{scaling.min_replicas} to {scaling.max_replicas} replicas"
        if scaling is not None and scaling.enabled
        else None,
        "cpu": settings.cpu,
        "memory": settings.memory,
        "maxConcurrentRequests": settings.max_concurrent_requests,
        "pullSecret": settings.pull_secret,
    }
