# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""From resources to what builders and computes are asked for: everything resolved, secrets included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from mms_local.core.accounts import ArmResources
from mms_local.core.keys import ServiceSecrets, image_owner
from mms_local.core.ports import AutoScaler, ImageSpec, JobFailed, Keys, Registry, ServiceSpec, SourceFile
from mms_local.core.recipes import CONDA
from mms_local.core.resources import Asset, Image, Scaling, Service, Settings
from mms_local.core.world import World

Url = TypeVar("Url", str, str | None)


class Sources(Protocol):
    """Knows where files are that have no address of the web."""

    def locate(self, account: int, url: str) -> tuple[str, bool]:
        """Where the builder finds the file behind a URL, and whether it is packed there, whatever the caller said.

        Raises:
            JobFailed: it is a reference to a file that is not here.
        """


class AsWritten:
    """Takes every URL as it is."""

    def locate(self, account: int, url: str) -> tuple[str, bool]:
        return url, False


class Specs:
    """Looks up all that an image or a service is made of."""

    def __init__(self, world: World, arm: ArmResources, sources: Sources) -> None:
        self._storage = world.storage
        self._arm = arm
        self._sources = sources
        self._secrets = ServiceSecrets(world.storage)

    def image(self, image: Image) -> ImageSpec:
        """What to build.

        Raises:
            JobFailed: the manifest or a model was deleted after the image was asked for.
        """
        manifest = self._storage.manifests.get(image.account, image.manifest_id)
        if manifest is None:
            raise JobFailed(
                "ManifestNotFound", f"manifest {image.manifest_id} is gone; create the image from another one"
            )
        models = []
        for model_id in manifest.model_ids:
            model = self._storage.models.get(image.account, model_id)
            if model is None:
                raise JobFailed("ModelNotFound", f"model {model_id} of manifest {manifest.id} is gone")
            url, packed = self._sources.locate(image.account, model.url)
            models.append(SourceFile(model.id, url, model.unpack or packed, name=model.name, version=model.version))
        properties = {name.lower(): value for name, value in manifest.runtime_properties.items()}
        return ImageSpec(
            id=image.id,
            name=image.name,
            version=image.version,
            driver=manifest.driver or _only_script(manifest.assets),
            assets=tuple(
                SourceFile(asset.id, self._located(image, asset.url), asset.unpack) for asset in manifest.assets
            ),
            models=tuple(models),
            pip_requirements=self._located(image, properties.get("piprequirements") or None),
            conda_file=self._located(image, properties.get("condaenvfile") or None),
            conda=properties.get(CONDA.lower()),
            registry=self._registry(image),
        )

    def service(self, service: Service, settings: Settings) -> ServiceSpec:
        """What to run.

        Raises:
            JobFailed: the image was deleted, or comes from a state dump and was never built here.
        """
        image = self._storage.images.get(service.account, settings.image_id)
        if image is None or image.built is None:
            raise JobFailed("ImageNotFound", f"image {settings.image_id} is not here any more; build it again")
        access = self._arm.access(service.compute_id)
        return ServiceSpec(
            id=service.id,
            name=service.name,
            image=image.built.image(image.id),
            keys=self._secrets.keys(service),
            replicas=1 if settings.replicas is None else settings.replicas,
            autoscaler=_autoscaler(settings.scaling),
            cpu=settings.cpu,
            memory=settings.memory,
            max_concurrent_requests=settings.max_concurrent_requests,
            kubeconfig=self._secrets.kubeconfig(service) or access.kubeconfig,
            pull_secret=settings.pull_secret or access.pull_secret,
            environment=tuple(_environment(settings).items()),
        )

    def keys(self, service: Service) -> Keys:
        """The keys that open the service now."""
        return self._secrets.keys(service)

    def live(self) -> tuple[ServiceSpec, ...]:
        """Every service that was deployed and not deleted, with the settings that it ran with last."""
        return tuple(
            self.service(service, service.live)
            for service in self._storage.services.everywhere()
            if service.live is not None and self._is_built(service.account, service.live.image_id)
        )

    def removal(self, service: Service) -> ServiceSpec | None:
        """What to stop; None when its image is gone too, and with it anything that could run."""
        settings = service.live or service.wanted
        return self.service(service, settings) if self._is_built(service.account, settings.image_id) else None

    def _located(self, image: Image, url: Url) -> Url:
        return self._sources.locate(image.account, url)[0] if url else url

    def _is_built(self, account: int, image_id: str) -> bool:
        image = self._storage.images.get(account, image_id)
        return image is not None and image.built is not None

    def _registry(self, image: Image) -> Registry | None:
        if image.registry_location is not None:
            password = self._storage.secrets(image_owner(image.id)).get("registryPassword", "")
            return Registry(image.registry_location, image.registry_user or "", password)
        return self._arm.access(image.compute_id).registry


def _only_script(assets: tuple[Asset, ...]) -> str:
    """The driver when the manifest names none (protocol 2.1.3 leaves it optional): the one Python file there is."""
    scripts = [asset.id for asset in assets if asset.id.endswith(".py")]
    if len(scripts) != 1:
        raise JobFailed(
            "DriverNotFound", "the manifest has no driverProgram, and not exactly one .py asset to take for it"
        )
    return scripts[0]


def _autoscaler(scaling: Scaling | None) -> AutoScaler | None:
    """Defaults by the scaling guide; a maximum below the minimum is ignored (protocol 2.2.2)."""
    if scaling is None or not scaling.enabled:
        return None
    lowest = 1 if scaling.min_replicas is None else scaling.min_replicas
    highest = 10 if scaling.max_replicas is None else scaling.max_replicas
    return AutoScaler(
        min_replicas=lowest,
        max_replicas=max(lowest, highest, 1),
        target_utilization=70 if scaling.target_utilization is None else scaling.target_utilization,
        refresh_period=scaling.refresh_period or 1,
    )


def _environment(settings: Settings) -> Mapping[str, str]:
    """The variables by which a container learns what to collect (protocol 5.4)."""
    collection = settings.data_collection
    insights = settings.app_insights or collection.get("appInsightsEnabled", False)
    return {
        **settings.environment,
        "AML_APP_INSIGHTS_ENABLED": str(insights).lower(),
        "AML_MODEL_DC_STORAGE_ENABLED": str(collection.get("storageEnabled", False)).lower(),
        "AML_MODEL_DC_EVENT_HUB_ENABLED": str(collection.get("eventHubEnabled", False)).lower(),
    }
