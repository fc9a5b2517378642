# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service: a real-time web service made from one image (protocol 2.1.5, 2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from ._common import Change, error_from, given, state_from
from .wire import Fields, normal_id, same_id


@dataclass(frozen=True)
class AutoScaler:
    """Bounds and target of automatic scaling."""

    enabled: bool | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    target_utilization: int | None = None
    refresh_period: int | None = None


@dataclass(frozen=True)
class Resources:
    """What each container reserves, as Kubernetes quantities."""

    cpu: str | None = None
    memory: str | None = None


@dataclass(frozen=True)
class DataCollection:
    """Where requests and predictions are recorded. The service never returns the keys."""

    storage_enabled: bool | None = None
    storage_key: str | None = field(default=None, repr=False)
    event_hub_enabled: bool | None = None
    event_hub_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Service:
    """A service, or the description of one that is to exist."""

    name: str | None = None
    image_id: str | None = None
    compute_resource_id: str | None = None
    kubeconfig: str | None = field(default=None, repr=False)
    pull_secret: str | None = None
    replicas: int | None = None
    autoscaler: AutoScaler = AutoScaler()
    resources: Resources = Resources()
    max_concurrent_requests: int | None = None
    app_insights_enabled: bool | None = None
    app_insights_key: str | None = field(default=None, repr=False)
    data_collection: DataCollection = DataCollection()
    id: str | None = None
    state: str | None = None
    scoring_uri: str | None = None
    manifest_id: str | None = None
    model_ids: tuple[str, ...] | None = None
    operation_id: str | None = None
    error: Mapping[str, Any] | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Service:
        fields = Fields(raw, "a service")
        image, compute, manifest = fields.part("image"), fields.part("computeResource"), fields.part("manifest")
        scaler = fields.part("autoScaler") or Fields({})
        reservation = fields.part("containerResourceReservation") or Fields({})
        collection = fields.part("dataCollection") or Fields({})
        app_insights = fields.flag("appInsightsEnabled")
        return cls(
            name=fields.text("name"),
            image_id=fields.text("imageId") or (image.text("id") if image else None),
            compute_resource_id=compute.text("id") if compute else None,
            pull_secret=fields.text("acrImagePullSecret"),
            replicas=fields.integer("numReplicas"),
            autoscaler=AutoScaler(
                enabled=scaler.flag("autoscaleEnabled"),
                min_replicas=scaler.integer("minReplicas"),
                max_replicas=scaler.integer("maxReplicas"),
                target_utilization=scaler.integer("targetUtilization"),
                refresh_period=scaler.integer("refreshPeriodInSeconds"),
            ),
            resources=Resources(cpu=reservation.text("cpu"), memory=reservation.text("memory")),
            max_concurrent_requests=fields.integer("maxConcurrentRequestsPerContainer"),
            app_insights_enabled=collection.flag("appInsightsEnabled") if app_insights is None else app_insights,
            data_collection=DataCollection(
                storage_enabled=collection.flag("storageEnabled"),
                event_hub_enabled=collection.flag("eventHubEnabled"),
            ),
            id=fields.required_text("id"),
            state=state_from(fields, "state"),
            scoring_uri=fields.text("scoringUri"),
            manifest_id=manifest.text("id") if manifest else None,
            model_ids=tuple(Fields(model, "a model").required_text("id") for model in fields.items("models")),
            operation_id=fields.text("operationId"),
            error=error_from(fields),
            created_at=fields.text("createdAt", "createdTime"),
            updated_at=fields.text("updatedAt", "updatedTime"),
        )

    def wanted(self) -> dict[str, Any]:
        return given(
            (
                ("name", self.name),
                ("image", self.image_id),
                ("compute_resource_id", self.compute_resource_id),
                ("compute_resource_type", "Cluster" if self.compute_resource_id else None),
                ("kubeconfig", self.kubeconfig),
                ("pull_secret", self.pull_secret),
                *self._settings(),
                ("app_insights_key", self.app_insights_key),
                ("data_collection.storage_key", self.data_collection.storage_key),
                ("data_collection.event_hub_key", self.data_collection.event_hub_key),
            )
        )

    def _settings(self) -> list[tuple[str, Any]]:
        """Return what can be read back, by option name; None where it was left out."""
        return [
            ("replicas", self.replicas),
            *(
                (f"autoscaler.{part.name}", getattr(self.autoscaler, part.name))
                for part in dataclass_fields(AutoScaler)
            ),
            ("resources.cpu", self.resources.cpu),
            ("resources.memory", self.resources.memory),
            ("max_concurrent_requests", self.max_concurrent_requests),
            ("app_insights_enabled", self.app_insights_enabled),
            ("data_collection.storage_enabled", self.data_collection.storage_enabled),
            ("data_collection.event_hub_enabled", self.data_collection.event_hub_enabled),
        ]

    def differences(self, actual: Service) -> dict[str, Change]:
        """Return in what C(actual) differs from this description; fields left out here do not count.

        Neither do those that the service never tells again: C(kubeconfig) and the keys of data collection.
        """
        changes: dict[str, Change] = {}
        if self.image_id is not None and not same_id(self.image_id, actual.image_id):
            changes["image"] = Change(actual.image_id, self.image_id)
        if self.compute_resource_id and normal_id(self.compute_resource_id) != normal_id(actual.compute_resource_id):
            changes["compute_resource_id"] = Change(actual.compute_resource_id, self.compute_resource_id)
        if self.pull_secret is not None and actual.pull_secret not in (None, self.pull_secret):
            changes["pull_secret"] = Change(actual.pull_secret, self.pull_secret)
        existing = dict(actual._settings())
        for name, wanted in self._settings():
            if wanted is not None and _comparable(name, wanted) != _comparable(name, existing[name]):
                changes[name] = Change(existing[name], wanted)
        return changes

    def over(self, actual: Service) -> Service:
        """Return C(actual) with everything that this description says put over it."""
        merged = {}
        for part in dataclass_fields(self):
            mine, theirs = getattr(self, part.name), getattr(actual, part.name)
            if part.name in ("autoscaler", "resources", "data_collection"):
                parts = ((inner.name, getattr(mine, inner.name)) for inner in dataclass_fields(mine))
                merged[part.name] = type(mine)(**{**vars(theirs), **given(parts)})
            else:
                merged[part.name] = theirs if mine is None else mine
        return Service(**merged)

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "scoring_uri": self.scoring_uri,
            "image_id": self.image_id,
            "manifest_id": self.manifest_id,
            "model_ids": None if self.model_ids is None else list(self.model_ids),
            "compute_resource_id": self.compute_resource_id,
            "pull_secret": self.pull_secret,
            "replicas": self.replicas,
            "autoscaler": vars(self.autoscaler).copy(),
            "resources": vars(self.resources).copy(),
            "max_concurrent_requests": self.max_concurrent_requests,
            "app_insights_enabled": self.app_insights_enabled,
            "data_collection": {
                "storage_enabled": self.data_collection.storage_enabled,
                "event_hub_enabled": self.data_collection.event_hub_enabled,
            },
            "error": self.error,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


_SUFFIXES = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
    **{suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
}


def quantity(text: str) -> Decimal | None:
    """Return the amount of a Kubernetes quantity (C(100m) and C(0.1) are equal), or None when it is none."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)([a-zA-Z]*)\s*", text)
    if match is None or match.group(2) not in _SUFFIXES:
        return None
    return Decimal(match.group(1)) * _SUFFIXES[match.group(2)]


def _comparable(name: str, value: Any) -> Any:
    if name.startswith("resources.") and isinstance(value, str):
        amount = quantity(value)
        return value if amount is None else amount
    return value
